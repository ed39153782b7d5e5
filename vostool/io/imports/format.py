"""What an import format is, and what a reader hands back.

A reader turns one file or folder into :class:`Imported`: objects and shapes on frames of the
target, in pixels of its frames. It changes no project; :mod:`vostool.io.imports.edit` makes one
undoable edit out of it.
"""

from __future__ import annotations

import sys
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
        stem: the video's or folder's own name without ending; "" where it is not known.
        rate: mean frames a second, 0 where it is not known.
    """

    width: int
    height: int
    frame_count: int
    names: Callable[[int], str]
    stem: str = ""
    rate: float = 0.0

    @classmethod
    def of(cls, source: FrameSource) -> ImportTarget:
        """The target that an opened source is."""
        info = source.info
        stem, rate = info.path.stem, info.rate
        return cls(info.width, info.height, info.frame_count, source.name, stem, rate)

    @classmethod
    def of_video(cls, ref: SourceRef) -> ImportTarget:
        """The target of a project on a video whose file need not be opened."""
        names = "frame_{:06d}".format
        return cls(ref.width, ref.height, ref.frame_count, names, ref.path.stem, ref.rate)

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
    def made_names(self) -> bool:
        """True where the frames' names are those that the program makes up for a video."""
        last = self.frame_count - 1
        ends = {0, last} if last >= 0 else set()
        return all(self.names(frame) == f"frame_{frame:06d}" for frame in ends)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box | None:
        """A box cut to the frame, from two opposite corners; None where nothing of it is left."""
        corners = (x0, y0, x1, y1)
        if not all(abs(value) <= sys.float_info.max for value in corners):
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
        attributes: (name, value) pairs that the file has of the object on this frame.
        depth: a shape of a larger one is in front.
        occluded: the file marks the object as partly hidden there.
    """

    frame: int
    track: Hashable | None
    label: str
    mask: Mask | None = None
    box: Box | None = None
    absent: bool = False
    keyframe: bool = True
    where: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    depth: int = 0
    occluded: bool = False

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

    ``kind`` is CVAT's input type, as the file has it; ``mutable`` allows a value a frame;
    ``inferred`` says that the file declares nothing and its values were looked at.
    """

    name: str
    default: str = ""
    values: tuple[str, ...] = ()
    kind: str = "text"
    mutable: bool = False
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class ImportedLabel:
    """A label that a file declares."""

    name: str
    colour: Colour | None = None
    attributes: tuple[ImportedAttribute, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameDoubt:
    """How names count the frames, where they leave it open.

    Attributes:
        sentence: what is not known, what was taken, and how to say otherwise.
        option: the format's option that decides it.
        choices: values of the option that the names allow; the first one was taken.
    """

    sentence: str
    option: str
    choices: tuple[str, ...]

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file holds for the target.

    Attributes:
        objects: every object that a shape names by its track.
        shapes: in any order; masks are run-length codes, so that a long file stays small.
        labels: those that the file declares, used or not.
        skipped: one sentence for each piece that did not come in, naming its line, frame or id.
        warnings: sentences on what came in otherwise than the file says.
        examples: three names of pictures and the frames that they are taken for.
        counting: what was concluded about frames, "numbers count from 1".
        doubts: what could not be concluded about frames.
    """

    objects: tuple[ImportedObject, ...]
    shapes: Sequence[Shape]
    labels: tuple[ImportedLabel, ...] = ()
    skipped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    examples: tuple[tuple[str, int], ...] = ()
    counting: tuple[str, ...] = ()
    doubts: tuple[FrameDoubt, ...] = ()


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
        origin: the plug-in that brings it, for sentences; "" for the program's own.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    keeps: tuple[str, ...]
    loses: tuple[str, ...]
    detect: Callable[[Path], bool]
    read: ReadLabels
    options: tuple[OptionSpec, ...] = ()
    origin: str = ""

    def values(self, given: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
        """All option values: the given ones checked, the others by default.

        Raises:
            UsageError: an unknown option or a value that it does not take.
        """
        return option_values(self.name, self.options, given)
