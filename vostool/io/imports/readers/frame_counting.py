"""How the numbers of a set of pictures count the frames: from zero, from one, or from further on.

Where the numbers themselves prove it they are shifted; where they leave it open, that is said.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

_FEW = 3
_DOUBT = (
    "Whether the pictures' numbers count from 0 or from 1 is not known; 0 was taken. If the clip's "
    "first frame is number 1, give 1 as its number (--first-number 1)."
)


@dataclass(frozen=True, slots=True)
class Counting:
    """How numbers become frames."""

    frames: Mapping[int, int]
    note: str = ""
    doubt: str = ""


def count_frames(
    numbers: Collection[int], own: Mapping[int, int], first: int | None, usual: int | None
) -> Counting:
    """How a set of numbers counts the frames.

    Args:
        own: the frame of each number, as frames are numbered themselves.
        usual: what the numbers begin with where they leave it open; None asks.
    """
    if first is not None:
        note = f"the number of the first frame was said to be {first}"
        return Counting({first + place: f for place, f in enumerate(own.values())}, note)
    given = sorted(set(numbers))
    if not given or not own or not all(n in own for n in given):
        return shifted(given, own)
    from_one = {n + 1: frame for n, frame in own.items()}
    note, doubt = "", ""
    if usual != 0 and min(own) == 0 and all(n in from_one for n in given):
        steps = {b - a for a, b in itertools.pairwise(given)}
        if given[0] == 1 and len(given) >= _FEW and len(steps) == 1 and steps != {1}:
            note = f"numbers count from 1 (1, {given[1]} ... {given[-1]})"
        elif usual == 1:
            note = "numbers count from 1, as the program that wrote them counts"
        else:
            doubt = _DOUBT
    return Counting(from_one if note else own, note, doubt)


def shifted(given: Sequence[int], own: Mapping[int, int]) -> Counting:
    """Numbers that are not all those of frames: a shift that makes every one a frame proves it."""
    if not given or not own:
        return Counting(own)
    base = min(own)
    spans = len(own) > 1 and given[-1] - given[0] == max(own) - base
    shifts = [given[0] - base] if spans else []
    shifts += {0: [1], 1: [-1]}.get(base, [])
    for shift in shifts:
        moved = {n + shift: frame for n, frame in own.items()}
        if shift and all(n in moved for n in given):
            where = "" if base == 0 else f" (the pictures from {base})"
            return Counting(moved, f"numbers count from {base + shift}{where}")
    return Counting(own)
