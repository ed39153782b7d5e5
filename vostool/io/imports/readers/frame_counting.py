"""How the numbers of a set of pictures count the frames: from zero, from one, or from further on.

Where the numbers themselves prove it they are shifted; where they leave it open, that is said.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from vostool.io.imports.format import FrameDoubt

_FEW = 3
_DOUBT = FrameDoubt(
    "Whether the pictures' numbers count from 0 or from 1 is not known; 0 was taken. If the clip's "
    "first frame is number 1, give 1 as its number (--first-number 1).",
    "first_number",
    ("0", "1"),
)
_SAMPLES = 5
_USUAL_STEPS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 25, 30, 50, 60, 100)


@dataclass(frozen=True, slots=True)
class Counting:
    """How numbers become frames."""

    frames: Mapping[int, int]
    note: str = ""
    doubt: FrameDoubt | None = None


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
    note, doubt = "", None
    if usual != 0 and min(own) == 0 and all(n in from_one for n in given):
        steps = {b - a for a, b in itertools.pairwise(given)}
        if given[0] == 1 and len(given) >= _FEW and len(steps) == 1 and steps != {1}:
            note = f"numbers count from 1 (1, {given[1]} ... {given[-1]})"
        elif usual == 1:
            note = "numbers count from 1, as the program that wrote them counts"
        else:
            doubt = _DOUBT
    return Counting(from_one if note else own, note, doubt)


def step_doubt(numbers: Collection[int], frame_count: int) -> FrameDoubt | None:
    """What to ask where numbers without gaps are just as many as every n-th frame of the clip."""
    given = sorted(set(numbers))
    gapless = len(given) >= _SAMPLES and given[-1] - given[0] == len(given) - 1
    if not gapless or given[0] > 1:
        return None
    fits = [step for step in _USUAL_STEPS if math.ceil(frame_count / step) == len(given)]
    if not fits:
        return None
    return FrameDoubt(
        f"The numbers {given[0]} to {given[-1]} may count every frame, or every "
        f"{ordinal(fits[0])} of the clip's {frame_count}; every frame was taken. If frames were "
        f"left out between them, say their step (--frame-step {fits[0]}).",
        "frame_step",
        ("1", str(fits[0])),
    )


def ordinal(number: int) -> str:
    """ "2nd", "30th"."""
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


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
