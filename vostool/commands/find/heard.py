"""The frames on which a sound is heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vostool.commands import output
from vostool.errors import Cancelled
from vostool.finders.listener import HeardWindow, Listener
from vostool.finders.sound.spans import frames_of, spans_of
from vostool.frames import FrameSource

Span = tuple[int, int]


def listen(
    listener: Listener,
    source: FrameSource,
    label: str,
    cancelled: Callable[[], bool],
    quiet: bool,
) -> tuple[Span, ...]:
    """Spans of frames on which it sounds, first and last inclusive; none where it never does.

    Raises:
        SourceError: the video has no sound.
        ModelError: from the listener.
        Cancelled: as asked.
    """
    windows: tuple[HeardWindow, ...] = ()
    with output.progress("Listening", "s", quiet) as tell:
        for hearing in listener.listen(source.info.path):
            if cancelled():
                raise Cancelled("Stopped.")
            windows = hearing.windows
            tell(int(hearing.done), int(hearing.total))
    spans = spans_of(windows, listener.labels.index(label), label)
    return joined(frames_of(span, source) for span in spans)


def joined(stretches: Iterable[range]) -> tuple[Span, ...]:
    """First and last frame of each stretch, in their order; those that touch are one."""
    spans: list[Span] = []
    for frames in filter(None, stretches):
        if spans and spans[-1][1] >= frames.start - 1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], frames[-1]))
        else:
            spans.append((frames.start, frames[-1]))
    return tuple(spans)
