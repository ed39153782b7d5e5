"""What an import does, in numbers and in sentences, before it is applied and after."""

from __future__ import annotations

from dataclasses import dataclass

from vostool.io.imports.format import FrameDoubt
from vostool.words import tr, trn


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import does, before it is applied and after.

    Attributes:
        new_objects, matched_objects: ids in the project, ascending.
        masks: masks on keyframes.
        boxes: boxes that become prompts.
        between: interpolated masks.
        absent: places where the object is said to be absent.
        left_out: interpolated boxes that become nothing.
        frames: frames that change, ascending.
        replaced: masks of the project that are written over.
        kept_back: shapes that did not come in because a person confirmed or locked what is there.
        skipped, warnings: sentences of the reader and of the import.
        examples: three names of pictures and the frames that they are taken for.
        counting: what was concluded about frames, "numbers count from 1".
        doubts: what could not be concluded about frames.
        occluded: shapes whose mark as partly hidden comes in, too.
        frames_left: how many frames of the imported objects the import leaves without a label.
    """

    new_objects: tuple[int, ...]
    matched_objects: tuple[int, ...]
    masks: int
    boxes: int
    between: int
    absent: int
    left_out: int
    frames: tuple[int, ...]
    replaced: int
    kept_back: int
    skipped: tuple[str, ...]
    warnings: tuple[str, ...]
    examples: tuple[tuple[str, int], ...] = ()
    counting: tuple[str, ...] = ()
    doubts: tuple[FrameDoubt, ...] = ()
    occluded: int = 0
    frames_left: int = 0

    @property
    def trackable(self) -> bool:
        """True where the import brings something to track from, and frames that want it."""
        return bool(self.boxes or (self.masks and self.frames_left))

    def sentence(self) -> str:
        """One line: what comes in."""
        parts = [
            _count(self.masks, "mask", "masks"),
            _count(self.boxes, "box", "boxes"),
            _count(self.between, "interpolated mask", "interpolated masks"),
            _count(self.absent, "absence", "absences"),
        ]
        shapes = ", ".join(part for part in parts if part) or tr("nothing new")
        objects = len(self.new_objects) + len(self.matched_objects)
        return tr(
            "{shapes} of {objects} on {frames}",
            shapes=shapes,
            objects=_count(objects, "object", "objects") or tr("no object"),
            frames=_count(len(self.frames), "frame", "frames") or tr("no frame"),
        )

    def frames_sentence(self) -> str:
        """One line: which frames names are taken for, or nothing where the file has no names."""
        if not self.examples:
            return ""
        shown = ", ".join(
            tr("{name} -> frame {frame}", name=name, frame=frame) for name, frame in self.examples
        )
        return f"{shown} ({'; '.join(self.counting)})" if self.counting else shown

    def notes(self) -> tuple[str, ...]:
        """Sentences on what is left out or replaced, without the reader's own."""
        told = (
            (self.occluded, trn("{n} shape is marked as occluded; the mark comes in, too.",
                                "{n} shapes are marked as occluded; the mark comes in, too.",
                                self.occluded)),
            (self.replaced, trn("{n} mask of the project is replaced.",
                                "{n} masks of the project are replaced.", self.replaced)),
            (self.kept_back, trn(
                "{n} shape is left out: a person confirmed or locked what is there.",
                "{n} shapes are left out: a person confirmed or locked what is there.",
                self.kept_back)),
            (self.left_out, trn("{n} interpolated box is left out; tracking fills these frames.",
                                "{n} interpolated boxes are left out; tracking fills these frames.",
                                self.left_out)),
        )  # fmt: skip
        return tuple(sentence for number, sentence in told if number)


def _count(number: int, one: str, many: str) -> str:
    """ "3 masks", "1 box", or nothing for 0."""
    return f"{number} {trn(one, many, number)}" if number else ""
