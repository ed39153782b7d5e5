"""Notes on one object on one frame: "dismissed", "the two tracks disagree", "occluded".

A note is a setting of its own, so that writing one writes a few bytes, and it is undone, saved and
opened again like everything else. A note of the review holds for the very mask that it was made on:
a digest of the mask is part of it, and a later mask in the same place is not concerned. That an
object is occluded is said of the object itself, whatever mask or prompt stands there.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from vostool.masks.mask import Mask
from vostool.project.changes import Cell, Json, Table
from vostool.project.project import Project

DISMISSED = "dismissed"
"""The person looked at what the review queue said and found the mask right enough; value True."""
AGREEMENT = "agreement"
"""IoU of the masks tracked from both sides, 0..1, where they were blended and differ."""
OCCLUDED = "occluded"
"""A label file marks the object as partly hidden there; value True."""
KINDS = (DISMISSED, AGREEMENT, OCCLUDED)

_PREFIX = "review."


class NotePlace(NamedTuple):
    """The mask that a note is about, and the kind of note."""

    kind: str
    frame: int
    object_id: int


def note_cell(kind: str, frame: int, object_id: int) -> Cell:
    """The setting that holds a note."""
    return Cell(Table.SETTINGS, f"{_PREFIX}{kind}/{object_id}/{frame}")


def parse_note(name: str) -> NotePlace | None:
    """The place that a setting's name says, or None where the setting is no note."""
    if not name.startswith(_PREFIX):
        return None
    kind, _, rest = name[len(_PREFIX) :].partition("/")
    object_id, _, frame = rest.partition("/")
    if kind not in KINDS or not (object_id.isdecimal() and frame.isdecimal()):
        return None
    return NotePlace(kind, int(frame), int(object_id))


def note_value(mask: Mask, value: Json) -> Json:
    """What the setting holds for a note on this mask."""
    return [_digest(mask), value]


def read_note(project: Project, place: NotePlace, mask: Mask) -> Json:
    """The note's value where it was made on this very mask, else None."""
    stored = project.settings.get(str(note_cell(*place).key))
    if isinstance(stored, list) and len(stored) == 2 and stored[0] == _digest(mask):
        return stored[1]
    return None


def is_occluded(project: Project, frame: int, object_id: int) -> bool:
    """True where the object is marked as partly hidden."""
    return project.settings.get(str(note_cell(OCCLUDED, frame, object_id).key)) is True


def occluded_frames(project: Project, object_id: int) -> int:
    """On how many frames the object is marked as partly hidden."""
    begin = f"{_PREFIX}{OCCLUDED}/{object_id}/"
    return sum(name.startswith(begin) and value is True for name, value in project.settings.items())


def _digest(mask: Mask) -> str:
    return hashlib.blake2b(mask.counts, digest_size=8).hexdigest()
