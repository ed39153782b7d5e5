"""From windows that were heard to spans of time and of frames; and what a label is called. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from vostool.errors import UsageError
from vostool.finders.listener import HeardWindow
from vostool.frames import FrameSource

THRESHOLD = 0.05
"""As low as SAM-Track's: AudioSet's classes are many, and few sound loud."""
MOST_LABELS = 6


@dataclass(frozen=True, slots=True)
class HeardSpan:
    """One stretch in which one thing sounds.

    Attributes:
        label: what.
        score: 0..1, the highest of its windows.
        start, end: in seconds after frame 0.
    """

    label: str
    score: float
    start: float
    end: float


def spans_of(
    windows: Sequence[HeardWindow], number: int, label: str, threshold: float = THRESHOLD
) -> tuple[HeardSpan, ...]:
    """When one thing sounds: windows at or above the threshold, joined where they touch.

    Args:
        windows: in the order of their time.
        number: of the label among their scores.
    """
    spans: list[HeardSpan] = []
    for window in windows:
        score = window.scores[number]
        if score < threshold:
            continue
        last = spans[-1] if spans else None
        if last is not None and window.start <= last.end:
            end, best = max(last.end, window.end), max(last.score, score)
            spans[-1] = HeardSpan(label, best, last.start, end)
        else:
            spans.append(HeardSpan(label, score, max(window.start, 0.0), window.end))
    return tuple(span for span in spans if span.end > span.start)


def frames_of(span: HeardSpan, source: FrameSource) -> range:
    """The frames that are shown while it sounds, by the source's own times; may be empty."""
    numbers = range(len(source))
    first = bisect_right(numbers, span.start, key=source.time) - 1
    last = bisect_left(numbers, span.end, key=source.time)
    return range(max(first, 0), last)


def find_label(text: str, labels: Sequence[str]) -> str:
    """The label that a person means: its name, or a part of it, whatever the capitals.

    "dog" is "Dog"; "speech" is "Speech" and not "Male speech, man speaking".

    Raises:
        UsageError: none is called so; names those that are written alike.
    """
    wanted = text.strip().casefold()
    by_name = {label.casefold(): label for label in labels}
    if wanted in by_name:
        return by_name[wanted]
    parts = {part.strip(): label for name, label in by_name.items() for part in name.split(",")}
    if wanted in parts:
        return parts[wanted]
    alike = get_close_matches(wanted, [*by_name, *parts], n=3)
    near = ", ".join(dict.fromkeys(by_name.get(name) or parts[name] for name in alike))
    hint = f"did you mean {near}?" if near else f"it hears such as {', '.join(labels[:3])}."
    raise UsageError(f"Nothing called '{text.strip()[:40]}' is known by its sound; {hint}")
