"""Which frame each picture of a file or folder is, decided over all its pictures at once.

The evidence, the strongest first: names that are just those of an image folder's pictures; a frame
number that the file states for a picture; the number in its name. The names ``frame_000012`` that
this program makes up for a video's frames prove nothing. Numbers may count from zero, from one, or
from where the clip was cut out; where the numbers themselves prove it they are shifted, and where
they do not, the person is told what was taken and how to say otherwise.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from vostool.errors import UsageError
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.name_numbers import name_numbers
from vostool.io.options import OptionSpec, OptionValue

FIRST_NUMBER = OptionSpec("first_number", "Number of the clip's first frame in names", "auto")
"""The option of every format whose frames are known by file names; "auto" or a whole number."""

_EXAMPLES = 3
_CONVENTION = re.compile(r"frame_\d{6}")
_AUTO = ("auto", "")
_DOUBT = (
    "Whether the pictures' numbers count from 0 or from 1 is not known; 0 was taken. If the clip's "
    "first frame is number 1, give 1 as its number (--first-number 1)."
)


@dataclass(frozen=True, slots=True)
class Picture:
    """What a file says about one of its pictures.

    Attributes:
        name: of its file, with or without folders and ending; "" where there is none.
        stated: the frame number that a field of the file states, or None.
        shown: for the summary, where the name alone says too little.
    """

    name: str
    stated: int | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """The frames of pictures.

    Attributes:
        frames: of each picture, None where the target has no such frame.
        examples: three names with their frames: the first, one between and the last.
        notes: what was concluded, one sentence each.
        doubts: what could not be concluded, and how to say it.
    """

    frames: tuple[int | None, ...]
    examples: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Counting:
    """How numbers become frames."""

    frames: Mapping[int, int]
    note: str = ""
    doubt: str = ""


def place(
    target: ImportTarget,
    pictures: Sequence[Picture],
    values: Mapping[str, OptionValue] | None = None,
    usual: int | None = None,
) -> Placement:
    """The frame of each picture.

    Args:
        values: options of the format; :data:`FIRST_NUMBER` among them.
        usual: the number that the writing program is known to begin with, where the numbers in
            the names leave it open.

    Raises:
        UsageError: the option is neither "auto" nor a whole number.
    """
    first = _first(values or {})
    numbers = name_numbers([picture.name for picture in pictures], target.frame_count)
    own = _own_numbers(target)
    frames = [_exact(target, picture, first) for picture in pictures]
    if _by_accident(frames, numbers, own):
        frames = [None] * len(pictures)
    exact = any(frame is not None for frame in frames)
    told = _Told()
    stated = {i: p.stated for i, p in enumerate(pictures) if p.stated is not None}
    left = {i: n for i, n in stated.items() if frames[i] is None}
    plain = {frame: frame for frame in range(target.frame_count)}
    told.take(frames, left, _count(left.values(), plain, first, 0))
    free = {i for i, frame in enumerate(frames) if frame is None and i not in stated}
    named = {i: n for i, n in enumerate(numbers) if n is not None and i in free}
    conventional = all(_is_conventional(pictures[i].name) for i in named)
    if conventional and first is None and not any(n in own for n in named.values()):
        own = plain if not _shifted(sorted(set(named.values())), own).note else own
    if conventional or (own != plain and not target.made_names):
        usual = 0
    counting = _Counting(own) if exact else _count(named.values(), own, first, usual)
    told.take(frames, named, counting)
    if (step := _step(frames)) is not None:
        told.notes.append(f"every {_ordinal(step)} frame is there")
    shown = [(p.shown or p.name, frame) for p, frame in zip(pictures, frames, strict=True)]
    return Placement(tuple(frames), examples(shown), tuple(told.notes), tuple(told.doubts))


def _first(values: Mapping[str, OptionValue]) -> int | None:
    given = str(values.get(FIRST_NUMBER.name, "auto")).strip().lower()
    if given in _AUTO:
        return None
    if not re.fullmatch(r"\d{1,9}", given):
        raise UsageError(f"first_number is '{given}', but must be auto or a whole number.")
    return int(given)


def _exact(target: ImportTarget, picture: Picture, first: int | None) -> int | None:
    """The frame of just this name; names that were made up, or that were said to count otherwise,
    prove nothing.
    """
    if not picture.name or target.made_names or first is not None:
        return None
    return target.frame_named(picture.name)


def _own_numbers(target: ImportTarget) -> Mapping[int, int]:
    """Frames by the number in their own name; by position where these are none, or repeat."""
    if not target.made_names:
        names = [target.names(frame) for frame in range(target.frame_count)]
        numbers = name_numbers(names, target.frame_count)
        found = {n: frame for frame, n in enumerate(numbers) if n is not None}
        if len(found) == target.frame_count:
            return found
    return {frame: frame for frame in range(target.frame_count)}


def _by_accident(
    exact: Sequence[int | None], numbers: Sequence[int | None], own: Mapping[int, int]
) -> bool:
    """True where some names match, but one shift of the numbers makes all of them frames."""
    if None not in exact or None in numbers or all(frame is None for frame in exact):
        return False
    return bool(_shifted(sorted({n for n in numbers if n is not None}), own).note)


def _count(
    numbers: Collection[int], own: Mapping[int, int], first: int | None, usual: int | None
) -> _Counting:
    """How a set of numbers counts the frames.

    Args:
        own: the frame of each number, as frames are numbered themselves.
        usual: what the numbers begin with where they leave it open; None asks.
    """
    if first is not None:
        note = f"the number of the first frame was said to be {first}"
        return _Counting({first + place: f for place, f in enumerate(own.values())}, note)
    given = sorted(set(numbers))
    if not given or not own or not all(n in own for n in given):
        return _shifted(given, own)
    from_one = {n + 1: frame for n, frame in own.items()}
    note, doubt = "", ""
    if usual != 0 and min(own) == 0 and all(n in from_one for n in given):
        steps = {b - a for a, b in itertools.pairwise(given)}
        if given[0] == 1 and len(given) >= _EXAMPLES and len(steps) == 1 and steps != {1}:
            note = f"numbers count from 1 (1, {given[1]} ... {given[-1]})"
        elif usual == 1:
            note = "numbers count from 1, as the program that wrote them counts"
        else:
            doubt = _DOUBT
    return _Counting(from_one if note else own, note, doubt)


def _shifted(given: Sequence[int], own: Mapping[int, int]) -> _Counting:
    """Numbers that are not all those of frames: a shift that makes every one a frame proves it."""
    if not given or not own:
        return _Counting(own)
    base = min(own)
    spans = len(own) > 1 and given[-1] - given[0] == max(own) - base
    shifts = [given[0] - base] if spans else []
    shifts += {0: [1], 1: [-1]}.get(base, [])
    for shift in shifts:
        moved = {n + shift: frame for n, frame in own.items()}
        if shift and all(n in moved for n in given):
            where = "" if base == 0 else f" (the pictures from {base})"
            return _Counting(moved, f"numbers count from {base + shift}{where}")
    return _Counting(own)


class _Told:
    """What is concluded, as frames are filled in."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.doubts: list[str] = []

    def take(
        self, frames: list[int | None], numbers: Mapping[int, int], counting: _Counting
    ) -> None:
        """The frames of numbers by picture."""
        if not numbers:
            return
        for i, number in numbers.items():
            frames[i] = counting.frames.get(number)
        self.notes += [counting.note] if counting.note and counting.note not in self.notes else []
        self.doubts += [counting.doubt] if counting.doubt else []


def _is_conventional(name: str) -> bool:
    """The names that CVAT and this program give a video's frames, which count from 0."""
    return _CONVENTION.fullmatch(PurePosixPath(name.replace("\\", "/")).stem) is not None


def _step(frames: Sequence[int | None]) -> int | None:
    found = sorted({frame for frame in frames if frame is not None})
    steps = {b - a for a, b in itertools.pairwise(found)}
    return steps.pop() if len(found) >= _EXAMPLES and len(steps) == 1 and steps != {1} else None


def _ordinal(number: int) -> str:
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def examples(names: Sequence[tuple[str, int | None]]) -> tuple[tuple[str, int], ...]:
    """Of (name, frame) pairs the first, one between and the last that have a frame."""
    found: dict[int, str] = {}
    for name, frame in names:
        if frame is not None:
            found.setdefault(frame, PurePosixPath(name.replace("\\", "/")).name)
    ordered = sorted(found.items())
    places = dict.fromkeys((0, len(ordered) // 2, len(ordered) - 1)) if ordered else ()
    return tuple((ordered[p][1], ordered[p][0]) for p in places)
