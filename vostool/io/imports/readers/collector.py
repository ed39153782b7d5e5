"""What every reader fills as it goes through a file."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from vostool.errors import LabelsError
from vostool.io.imports.format import (
    Imported,
    ImportedLabel,
    ImportedObject,
    ImportTarget,
    Shape,
)
from vostool.masks.box import Box
from vostool.masks.colours import Colour
from vostool.masks.mask import Mask

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

    def declare(
        self,
        track: Hashable,
        label: str,
        proposed_id: int | None = None,
        attributes: Sequence[tuple[str, str]] = (),
        colour: Colour | None = None,
    ) -> None:
        """An object that shapes will name by ``track``; a second call for it changes nothing."""
        if track not in self._objects:
            number = proposed_id if proposed_id is not None and proposed_id >= 1 else None
            self._objects[track] = ImportedObject(track, label, colour, tuple(attributes), number)

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
    ) -> None:
        """One shape; None, or a mask without a pixel, says that the object is absent there."""
        if isinstance(what, Box):
            shape = Shape(frame, track, label, box=what, where=where)
        elif what is None or what.is_empty:
            shape = Shape(frame, track, label, absent=True, where=where)
        else:
            shape = Shape(frame, track, label, mask=what, where=where)
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
            labels=tuple(labels),
            skipped=tuple(self._skipped),
            warnings=(*self.warnings, *_shared_numbers(objects)),
        )

    def _refuse(self) -> None:
        if not self._skipped:
            raise LabelsError(f"{self._shown} holds no labelled object, so nothing was imported.")
        more = len(self._skipped) - 1
        rest = f" ({more} more like it)" if more else ""
        raise LabelsError(
            f"Nothing in {self._shown} could be imported: {self._skipped[0].rstrip('.')}{rest}."
        )


def find_frame(target: ImportTarget, name: str, number: object = None) -> int | None:
    """The frame of a picture that a file names, and numbers where it has frame numbers.

    The exact name comes first, then the number from 0, then the number in the name.
    """
    exact = target.frame_named(name) if name else None
    if exact is not None:
        return exact
    index = whole(number)
    if index is not None and 0 <= index < target.frame_count:
        return index
    return target.frame_by_name(name) if name else None


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
