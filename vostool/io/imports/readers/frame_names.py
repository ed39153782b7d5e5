"""Which frame each picture of a file or folder is, decided over all its pictures at once.

The evidence, the strongest first: names that are just those of an image folder's pictures; a frame
number that the file states for a picture; the number in its name. The names ``frame_000012`` that
this program makes up for a video's frames prove nothing. Numbers may count from zero, from one, or
from where the clip was cut out; where the numbers themselves prove it they are shifted, and where
they do not, the person is told what was taken and how to say otherwise.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from vostool.errors import UsageError
from vostool.io.imports.format import FrameDoubt, ImportTarget
from vostool.io.imports.readers.frame_counting import (
    Counting,
    count_frames,
    ordinal,
    shifted,
    step_doubt,
)
from vostool.io.imports.readers.name_numbers import name_numbers
from vostool.io.options import OptionSpec, OptionValue
from vostool.words import tr

FIRST_NUMBER = OptionSpec("first_number", "Number of the clip's first frame in names", "auto")
"""The number that the clip's first frame has in names; "auto" or a whole number."""

FRAME_STEP = OptionSpec(
    "frame_step", "Frames of the clip from one number in names to the next (0: as they say)", 0
)
"""More than 1 where names count only the frames that were taken out of the clip."""

NAME_OPTIONS = (FIRST_NUMBER, FRAME_STEP)
"""The options of every format whose frames are known by file names."""

_EXAMPLES = 3
_CONVENTION = re.compile(r"frame_\d{6}")
_AUTO = ("auto", "")


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
        doubts: what could not be concluded.
    """

    frames: tuple[int | None, ...]
    examples: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[FrameDoubt, ...] = ()


def place(
    target: ImportTarget,
    pictures: Sequence[Picture],
    values: Mapping[str, OptionValue] | None = None,
    usual: int | None = None,
    *,
    rate: float = 0.0,
) -> Placement:
    """The frame of each picture.

    Args:
        values: options of the format; :data:`FIRST_NUMBER` among them.
        usual: the number that the writing program is known to begin with, where the numbers in
            the names leave it open.
        rate: pictures a second as the file states it, 0 where it does not.

    Raises:
        UsageError: the option is neither "auto" nor a whole number.
    """
    given = values or {}
    first = _first(given)
    numbers = name_numbers([picture.name for picture in pictures], target.frame_count)
    frames = [_exact(target, picture, first) for picture in pictures]
    said = int(given.get(FRAME_STEP.name, FRAME_STEP.default))
    step = said or 1
    if not said and not any(frame is not None for frame in frames):
        step = _sampled(target, pictures, numbers, rate)
    own: Mapping[int, int] = dict(enumerate(range(0, target.frame_count, step)))
    filling = _Filling(target, pictures, numbers, first, usual, ask_step=not said and step == 1)
    if step > 1:
        filling.notes.append(f"numbers count every {ordinal(step)} frame")
        filling.fill([None] * len(pictures), own, own)
    else:
        named = _own_numbers(target)
        blank = _by_accident(frames, numbers, named)
        filling.fill([None] * len(pictures) if blank else frames, own, named)
        if (every := _step(filling.frames)) is not None:
            filling.notes.append(f"every {ordinal(every)} frame is there")
    found = filling.frames
    shown = [(p.shown or p.name, frame) for p, frame in zip(pictures, found, strict=True)]
    return Placement(tuple(found), examples(shown), tuple(filling.notes), tuple(filling.doubts))


class _Filling:
    """The frames of pictures as they become known, and what is concluded meanwhile."""

    def __init__(
        self,
        target: ImportTarget,
        pictures: Sequence[Picture],
        numbers: Sequence[int | None],
        first: int | None,
        usual: int | None,
        *,
        ask_step: bool,
    ) -> None:
        self.frames: list[int | None] = []
        self.notes: list[str] = []
        self.doubts: list[FrameDoubt] = []
        self._target = target
        self._pictures = pictures
        self._numbers = numbers
        self._first = first
        self._usual = usual
        self._ask_step = ask_step

    def fill(
        self, exact: Sequence[int | None], plain: Mapping[int, int], own: Mapping[int, int]
    ) -> None:
        """Add to the frames of exact names those of stated numbers, then those of names.

        Args:
            plain: the frame of each number that a field states.
            own: the frame of each number in a name.
        """
        self.frames = list(exact)
        stated = {i: p.stated for i, p in enumerate(self._pictures) if p.stated is not None}
        left = {i: n for i, n in stated.items() if exact[i] is None}
        # The person said what the first number in names is, which a field need not share.
        shared = bool(left) and self._first is not None and min(left.values()) >= self._first
        self._take(left, count_frames(left.values(), plain, self._first if shared else None, 0))
        named = {
            i: number
            for i, number in enumerate(self._numbers)
            if number is not None and exact[i] is None and i not in stated
        }
        if any(frame is not None for frame in exact):
            self._take(named, Counting(own))
        else:
            self._take(named, self._by_names(named, plain, own))

    def _by_names(
        self, named: Mapping[int, int], plain: Mapping[int, int], own: Mapping[int, int]
    ) -> Counting:
        given = sorted(set(named.values()))
        conventional = all(_is_conventional(self._pictures[i].name) for i in named)
        if conventional and self._first is None and not any(n in own for n in given):
            own = own if shifted(given, own).note else plain
        certain = conventional or (own != plain and not self._target.made_names)
        if self._ask_step and not certain:
            doubt = step_doubt(given, self._target.frame_count)
            self.doubts += [doubt] if doubt is not None else []
        return count_frames(given, own, self._first, 0 if certain else self._usual)

    def _take(self, numbers: Mapping[int, int], counting: Counting) -> None:
        if not numbers:
            return
        for i, number in numbers.items():
            self.frames[i] = counting.frames.get(number)
        self.notes += [counting.note] if counting.note and counting.note not in self.notes else []
        self.doubts += [counting.doubt] if counting.doubt else []


def _sampled(
    target: ImportTarget,
    pictures: Sequence[Picture],
    numbers: Sequence[int | None],
    rate: float,
) -> int:
    """How many frames lie between two pictures of a file with fewer pictures a second; 1 where the
    numbers are those of all frames.
    """
    step = round(target.rate / rate) if rate > 0 and target.rate > 0 else 1
    both = zip(pictures, numbers, strict=True)
    counted = [n if picture.stated is None else picture.stated for picture, n in both]
    known = [number for number in counted if number is not None]
    if step < 2 or not known or max(known) > math.ceil(target.frame_count / step):
        return 1
    return step


def _first(values: Mapping[str, OptionValue]) -> int | None:
    given = str(values.get(FIRST_NUMBER.name, "auto")).strip().lower()
    if given in _AUTO:
        return None
    if not re.fullmatch(r"\d{1,9}", given):
        raise UsageError(
            tr("first_number is '{given}', but must be auto or a whole number.", given=given)
        )
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
    return bool(shifted(sorted({n for n in numbers if n is not None}), own).note)


def _is_conventional(name: str) -> bool:
    """The names that CVAT and this program give a video's frames, which count from 0."""
    return _CONVENTION.fullmatch(PurePosixPath(name.replace("\\", "/")).stem) is not None


def _step(frames: Sequence[int | None]) -> int | None:
    found = sorted({frame for frame in frames if frame is not None})
    steps = {b - a for a, b in itertools.pairwise(found)}
    return steps.pop() if len(found) >= _EXAMPLES and len(steps) == 1 and steps != {1} else None


def examples(names: Sequence[tuple[str, int | None]]) -> tuple[tuple[str, int], ...]:
    """Of (name, frame) pairs the first, one between and the last that have a frame."""
    found: dict[int, str] = {}
    for name, frame in names:
        if frame is not None:
            found.setdefault(frame, PurePosixPath(name.replace("\\", "/")).name)
    ordered = sorted(found.items())
    places = dict.fromkeys((0, len(ordered) // 2, len(ordered) - 1)) if ordered else ()
    return tuple((ordered[p][1], ordered[p][0]) for p in places)
