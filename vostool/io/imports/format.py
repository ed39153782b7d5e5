"""What an import format is, and what a reader hands back.

A reader turns one file or folder into :class:`Imported`: objects and shapes on frames of the
target, in pixels of its frames. It changes no project; :mod:`vostool.io.imports.edit` makes one
undoable edit out of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from vostool.frames import FrameSource, SourceRef
from vostool.io.options import OptionSpec, OptionValue, option_values
from vostool.masks.box import Box
from vostool.masks.colours import Colour
from vostool.masks.mask import Mask
from vostool.progress import Progress


@dataclass(frozen=True)
class ImportTarget:
    """What the labels are for.

    Attributes:
        width, height: of every frame, pixels.
        frame_count: frames are counted from 0.
        names: a frame's file name without ending.
    """

    width: int
    height: int
    frame_count: int
    names: Callable[[int], str]

    @classmethod
    def of(cls, source: FrameSource) -> ImportTarget:
        """The target that an opened source is."""
        info = source.info
        return cls(info.width, info.height, info.frame_count, source.name)

    @classmethod
    def of_video(cls, ref: SourceRef) -> ImportTarget:
        """The target of a project on a video whose file need not be opened."""
        return cls(ref.width, ref.height, ref.frame_count, "frame_{:06d}".format)

    def frame_by_name(self, name: str) -> int | None:
        """The frame that a file name of a label file means, or None.

        With or without folders and ending. The exact name counts first, then the number at the
        name's end: among the numbers that the frames' own names end in, else (``frame_000012``,
        or where no frame has a number) as the frame's number from 0.
        """
        exact = self.frame_named(name)
        if exact is not None:
            return exact
        path = PurePosixPath(name.replace("\\", "/"))
        digits = re.search(r"(\d+)$", path.stem) or re.search(r"(\d+)$", path.name)
        if digits is None or len(digits[1]) > 15:
            return None
        number = int(digits[1])
        if number in self._by_number:
            return self._by_number[number]
        if not self._by_number or path.stem.startswith("frame_"):
            return number if number < self.frame_count else None
        return None

    def frame_named(self, name: str) -> int | None:
        """The frame that bears exactly this name, with or without folders and ending, or None."""
        path = PurePosixPath(name.replace("\\", "/"))
        found = (self._by_name.get(wanted) for wanted in (name, path.name, path.stem))
        return next((frame for frame in found if frame is not None), None)

    @cached_property
    def _by_name(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for frame in range(self.frame_count):
            found.setdefault(self.names(frame), frame)
        return found

    @cached_property
    def _by_number(self) -> dict[int, int]:
        """Frames by the number at the end of their name; empty where two share one."""
        found: dict[int, int] = {}
        for name, frame in self._by_name.items():
            digits = re.search(r"(\d+)$", name)
            if digits is None:
                continue
            if int(digits[1]) in found:
                return {}
            found[int(digits[1])] = frame
        return found

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box | None:
        """A box cut to the frame, from two opposite corners; None where nothing of it is left."""
        corners = (x0, y0, x1, y1)
        if not all(math.isfinite(value) for value in corners):
            return None
        left, right = sorted(min(max(x, 0.0), float(self.width)) for x in (x0, x1))
        top, bottom = sorted(min(max(y, 0.0), float(self.height)) for y in (y0, y1))
        return Box(left, top, right, bottom) if right > left and bottom > top else None


@dataclass(frozen=True, slots=True)
class Shape:
    """One object on one frame.

    Attributes:
        frame: absolute, from 0, inside the target.
        track: identity in the file, the key of an :class:`ImportedObject`; None where the file
            has no identity for it (see :class:`vostool.io.imports.edit.Ungrouped`).
        label: the class name.
        mask, box, absent: exactly one; ``absent`` says that the object is not there.
        keyframe: False where it was interpolated between keyframes.
        where: "line 12", "annotation 7" or "00012.png", for messages.
    """

    frame: int
    track: Hashable | None
    label: str
    mask: Mask | None = None
    box: Box | None = None
    absent: bool = False
    keyframe: bool = True
    where: str = ""

    def __post_init__(self) -> None:
        if (self.mask is not None) + (self.box is not None) + self.absent != 1:
            raise ValueError("a shape is a mask, a box or absent")


@dataclass(frozen=True, slots=True)
class ImportedObject:
    """One object of a file.

    Attributes:
        track: what its shapes name it by.
        colour: RGB, or None where the file has none.
        attributes: (name, value) pairs.
        proposed_id: its number in the file, from 1, or None.
    """

    track: Hashable
    label: str
    colour: Colour | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    proposed_id: int | None = None


@dataclass(frozen=True, slots=True)
class ImportedAttribute:
    """An attribute that a label declares: its name, its default and the values it may take.

    ``kind`` is CVAT's input type, as the file has it; ``mutable`` allows a value a frame.
    """

    name: str
    default: str = ""
    values: tuple[str, ...] = ()
    kind: str = "text"
    mutable: bool = False


@dataclass(frozen=True, slots=True)
class ImportedLabel:
    """A label that a file declares."""

    name: str
    colour: Colour | None = None
    attributes: tuple[ImportedAttribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file holds for the target.

    Attributes:
        objects: every object that a shape names by its track.
        shapes: in any order; masks are run-length codes, so that a long file stays small.
        labels: those that the file declares, used or not.
        skipped: one sentence for each piece that did not come in, naming its line, frame or id.
        warnings: sentences on what came in otherwise than the file says.
    """

    objects: tuple[ImportedObject, ...]
    shapes: Sequence[Shape]
    labels: tuple[ImportedLabel, ...] = ()
    skipped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


ReadLabels = Callable[[Path, ImportTarget, Mapping[str, OptionValue], Progress], Imported]


@dataclass(frozen=True, slots=True)
class ImportFormat:
    """One entry of the registry.

    Attributes:
        name: as typed on the command line.
        title: for menus.
        suffixes: endings of its files, for file dialogs; "" says that a folder may be given.
        keeps, loses: short phrases on what comes in and what does not.
        detect: a cheap look inside a file or folder; answers False for what it cannot read.
        read: reads it for a target; raises :class:`~vostool.errors.LabelsError` for what cannot
            be trusted and :class:`~vostool.errors.Cancelled` from its progress.
        options: options of this format alone.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    keeps: tuple[str, ...]
    loses: tuple[str, ...]
    detect: Callable[[Path], bool]
    read: ReadLabels
    options: tuple[OptionSpec, ...] = ()

    def values(self, given: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
        """All option values: the given ones checked, the others by default.

        Raises:
            UsageError: an unknown option or a value that it does not take.
        """
        return option_values(self.name, self.options, given)
