"""From windows that were heard to spans of time and of frames; and what a label is called. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from vostool.errors import UsageError
from vostool.finders.listener import HeardWindow
from vostool.words import tr

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
    found: list[tuple[float, float, float]] = []  # start, end, score
    for window in windows:
        score = window.scores[number]
        if score < threshold:
            continue
        if found and window.start <= found[-1][1]:
            start, end, best = found[-1]
            found[-1] = (start, max(end, window.end), max(best, score))
        else:
            found.append((max(window.start, 0.0), window.end, score))
    return tuple(HeardSpan(label, best, start, end) for start, end, best in found if end > start)


class Times(Protocol):
    """When frames are shown; every source of frames is one."""

    def __len__(self) -> int: ...

    def time(self, index: int) -> float:
        """In seconds after frame 0."""
        ...


def frames_of(span: HeardSpan, source: Times) -> range:
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
    hint = (
        tr("written alike: {near}.", near=near)
        if near
        else tr("it hears such as {names}.", names=", ".join(labels[:3]))
    )
    raise UsageError(
        tr(
            "Nothing called '{strip}' is known by its sound; {hint}",
            strip=text.strip()[:40],
            hint=hint,
        )
    )
