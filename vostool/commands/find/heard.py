"""The frames on which a sound is heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vostool.commands import output
from vostool.errors import Cancelled
from vostool.finders.listener import HeardWindow, Listener
from vostool.frames import FrameSource

LEAST = 0.05
"""SAM-Track's: from this score on a sound is heard."""
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
    place = listener.labels.index(label)
    heard = [(w.start, w.end) for w in windows if w.scores[place] >= LEAST]
    return frames_of(source, heard)


def frames_of(source: FrameSource, stretches: Sequence[tuple[float, float]]) -> tuple[Span, ...]:
    """Stretches of time in seconds as spans of frames; those that touch are one."""
    inside = [
        index
        for index in range(len(source))
        if any(start <= source.time(index) < end for start, end in stretches)
    ]
    spans: list[Span] = []
    for index in inside:
        if spans and spans[-1][1] == index - 1:
            spans[-1] = (spans[-1][0], index)
        else:
            spans.append((index, index))
    return tuple(spans)
