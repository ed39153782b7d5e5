"""What every reader fills as it goes through a file."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from vostool.errors import LabelsError
from vostool.io.imports.format import (
    Imported,
    ImportedLabel,
    ImportedObject,
    ImportTarget,
    Shape,
)
from vostool.io.imports.readers.attribute_kinds import AttributeKinds
from vostool.io.imports.readers.frame_names import Picture, Placement, examples, place
from vostool.io.options import OptionValue
from vostool.masks.box import Box
from vostool.masks.colours import Colour
from vostool.masks.mask import Mask
from vostool.words import tr

_LONGEST_SENTENCE = 500
_LONGEST_NAME = 80


class Collector:
    """Shapes, their objects, and what was left out.

    A piece that cannot be used is named by :meth:`skip`, and the rest goes on; a file of which
    nothing can be used is refused in :meth:`result`.
    """

    def __init__(self, shown: str, target: ImportTarget) -> None:
        self.target = target
        self.warnings: list[str] = []
        self._shown = shown
        self._shapes: list[Shape] = []
        self._objects: dict[Hashable, ImportedObject] = {}
        self._skipped: list[str] = []
        self._used: set[Hashable] = set()
        self._placed = Placement(())
        self._kinds = AttributeKinds()

    def place(
        self,
        pictures: Sequence[Picture],
        values: Mapping[str, OptionValue] | None = None,
        usual: int | None = None,
        *,
        rate: float = 0.0,
    ) -> tuple[int | None, ...]:
        """The frame of each picture of the file, as :func:`place` decides over all of them."""
        self._placed = place(self.target, pictures, values, usual, rate=rate)
        return self._placed.frames

    def tell_examples(self, names: Sequence[tuple[str, int | None]]) -> None:
        """Show these names with their frames in the summary, of all that were placed."""
        self._placed = replace(self._placed, examples=examples(names))

    def attributes(self, label: str, given: object) -> tuple[tuple[str, str], ...]:
        """(name, text) pairs of a shape's own attributes, as they were parsed; whether they are
        check boxes or numbers becomes a part of the label's declaration.
        """
        return self._kinds.read(label, given)

    def declare(
        self,
        track: Hashable,
        label: str,
        proposed_id: int | None = None,
        attributes: Sequence[tuple[str, str]] = (),
        colour: Colour | None = None,
    ) -> None:
        """An object that shapes will name by ``track``; a second call only adds attributes that it
        did not have.
        """
        pairs = tuple(attributes)
        known = self._objects.get(track)
        if known is None:
            number = proposed_id if proposed_id is not None and proposed_id >= 1 else None
            self._objects[track] = ImportedObject(track, label, colour, pairs, number)
        elif pairs != known.attributes:
            merged = {**dict(pairs), **dict(known.attributes)}
            self._objects[track] = replace(known, attributes=tuple(merged.items()))

    def identify(
        self,
        number: Hashable,
        label: str,
        attributes: Sequence[tuple[str, str]] = (),
        colour: Colour | None = None,
    ) -> Hashable:
        """Declare the object that a file numbers so, and return its track.

        Some files count their objects label by label, so a number that stands with two labels
        is two objects, and that is told.
        """
        track = (label, number)
        self.declare(track, label, whole(number), attributes, colour)
        return track

    def add(
        self,
        frame: int,
        track: Hashable | None,
        label: str,
        what: Mask | Box | None,
        where: str,
        *,
        attributes: Sequence[tuple[str, str]] = (),
        depth: int = 0,
        keyframe: bool = True,
        occluded: bool = False,
    ) -> None:
        """One shape; None, or a mask without a pixel, says that the object is absent there.

        Args:
            attributes: the object's on this frame.
            depth: a shape of a larger one is in front.
            keyframe: False where it was interpolated between keyframes.
            occluded: the file marks the object as partly hidden there.
        """
        box = what if isinstance(what, Box) else None
        mask = what if isinstance(what, Mask) and not what.is_empty else None
        shape = Shape(
            frame, track, label, mask, box,
            absent=mask is None and box is None,
            keyframe=keyframe,
            where=where,
            attributes=tuple(attributes),
            depth=depth,
            occluded=occluded,
        )  # fmt: skip
        self._shapes.append(shape)
        if track is not None and not shape.absent:
            self._used.add(track)

    def skip(self, sentence: str) -> None:
        """One piece that did not come in; the sentence begins with its line, frame or id."""
        self._skipped.append(one_line(sentence, _LONGEST_SENTENCE))

    def result(self, labels: Sequence[ImportedLabel] = ()) -> Imported:
        """What was read.

        Objects that are absent on every frame are left out: the file holds nothing of them.

        Raises:
            LabelsError: no shape came in.
        """
        kept = [s for s in self._shapes if not s.absent or s.track in self._used]
        if not kept:
            self._refuse()
        objects = [o for t, o in self._objects.items() if t in self._used]
        return Imported(
            objects=_unique_ids(objects),
            shapes=tuple(kept),
            labels=self._kinds.declared(labels),
            skipped=tuple(self._skipped),
            warnings=(
                *self.warnings,
                *_shared_numbers(objects),
            ),
            examples=self._placed.examples,
            counting=self._placed.notes,
            doubts=self._placed.doubts,
        )

    def _refuse(self) -> None:
        if not self._skipped:
            raise LabelsError(
                tr("{shown} holds no labelled object, so nothing was imported.", shown=self._shown)
            )
        more = len(self._skipped) - 1
        rest = f" ({more} more like it)" if more else ""
        raise LabelsError(
            tr(
                "Nothing in {shown} could be imported: {rstrip}{rest}.",
                shown=self._shown,
                rstrip=self._skipped[0].rstrip("."),
                rest=rest,
            )
        )


def whole(value: object) -> int | None:
    """A whole number given as one, as 3.0 or as "3"; None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1 << 53 else None
    if isinstance(value, str):
        short = value.strip().isdecimal() and len(value) < 16
        return int(value) if short else None
    return value if isinstance(value, int) and abs(value) < 1 << 62 else None


def counted(number: int, noun: str) -> str:
    """ "1 frame", "2 frames"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def some(items: Sequence[object], most: int = 5) -> str:
    """The first few, for a sentence."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(one_line(str(item), _LONGEST_NAME) for item in items[:most]) + more


def one_line(words: str, longest: int) -> str:
    """Text out of a file without line breaks and control characters, cut where it is too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words[: longest + 1]).split())
    return line if len(words) <= longest else line[: longest - 1] + "…"


def _shared_numbers(objects: Sequence[ImportedObject]) -> list[str]:
    labels: dict[int, list[str]] = {}
    for entry in objects:
        if entry.proposed_id is not None:
            labels.setdefault(entry.proposed_id, []).append(entry.label)
    return [
        f"Id {number} stands with the labels {some(found)}: each is an object of its own."
        for number, found in labels.items()
        if len(found) > 1
    ]


def _unique_ids(objects: list[ImportedObject]) -> tuple[ImportedObject, ...]:
    """Each proposed number once: the first object that asks for it keeps it."""
    taken: set[int] = set()
    unique = []
    for entry in objects:
        number = entry.proposed_id
        if number is not None and number in taken:
            unique.append(replace(entry, proposed_id=None))
            continue
        unique.append(entry)
        taken.update(() if number is None else (number,))
    return tuple(unique)
