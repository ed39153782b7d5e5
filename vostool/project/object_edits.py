"""Builders of edits that change whose a mask is: merge, split, swap, move a range.

Each reads a project, says what would change as one edit, and changes nothing itself. Masks go
with their prompts, with the notes made on them and with the values that mutable attributes have
there. A track run that is going names objects by the ids it was started with, so end it before one
of these edits is applied.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import replace

from vostool.errors import PromptError
from vostool.masks.crop import union
from vostool.masks.mask import MaskRecord, Provenance
from vostool.project.changes import Cell, Edit, Table, Value
from vostool.project.frame_values import values_cell
from vostool.project.locks import LOCKED_SETTING, locked_objects
from vostool.project.mask_notes import KINDS, note_cell, parse_note
from vostool.project.objects import AnnotatedObject
from vostool.project.pending_edit import PendingEdit
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.project.value_edits import MovedValues, cut_values, part_values
from vostool.words import tr

HIGHEST_SETTING = "highest_object_id"


class Overlap(enum.Enum):
    """What becomes of a frame where both objects have a mask."""

    UNION = "union"
    FIRST = "first"


def merge_objects(
    project: Project, keep: int, other: int, overlap: Overlap = Overlap.UNION
) -> Edit:
    """Give all masks and prompts of ``other`` to ``keep`` and remove ``other``.

    A frame where only one of them has a mask takes that mask with its prompts; an empty mask
    ("absent") gives way to one with pixels, unless ``overlap`` is FIRST and a person marked the
    object absent. Where both have one, UNION joins them (a person's part in it makes the union an
    edited mask and, where it had prompts, a mask prompt), and FIRST keeps that of ``keep``.

    Raises:
        PromptError: an object is missing, or both are the same.
    """
    _check(project, keep, other)
    pending = PendingEdit(project)
    owners = dict.fromkeys(_frames(project, keep), False)
    for frame in _frames(project, other):
        owners[frame] = _give(pending, frame, other, keep, overlap)
    MovedValues(pending, project.objects[keep], other).put(sorted(owners.items()))
    pending.put(Cell(Table.OBJECTS, other), None)
    pending.put(values_cell(other), None)
    pending.put(Cell(Table.LEARNED, other), None)
    _drop_lock(pending, other)
    return pending.edit(tr("Merge objects"))


def split_object(project: Project, object_id: int, frame: int) -> tuple[Edit, int]:
    """Give everything from ``frame`` on to a new object like this one; also returns its id.

    Raises:
        PromptError: nothing lies on one of the two sides, so there is nothing to split.
    """
    _check(project, object_id)
    frames = _frames(project, object_id)
    after = [f for f in frames if f >= frame]
    if not after or len(after) == len(frames):
        raise PromptError(
            tr("Object {object_id} has no mask or prompt before frame {frame}, so it cannot be "
               "split there.", object_id=object_id, frame=frame)
            if after
            else tr("Object {object_id} has no mask or prompt from frame {frame} on, so it cannot "
                    "be split there.", object_id=object_id, frame=frame)
        )  # fmt: skip
    pending = PendingEdit(project)
    new = _add_like(pending, project.objects[object_id])
    for moved in after:
        _give(pending, moved, object_id, new, Overlap.FIRST)
    part_values(pending, object_id, new, frame)
    cut_values(pending, object_id, frame)
    return pending.edit(tr("Split object")), new


def swap_identities(project: Project, first: int, second: int, frame: int) -> Edit:
    """Exchange masks and prompts of two objects from ``frame`` on.

    Raises:
        PromptError: an object is missing, both are the same, or neither has anything there.
    """
    _check(project, first, second)
    frames = {f for oid in (first, second) for f in _frames(project, oid) if f >= frame}
    if not frames:
        raise PromptError(
            tr("Neither object has a mask or prompt from frame {frame} on.", frame=frame)
        )
    pending = PendingEdit(project)
    for at in sorted(frames):
        for one, two in zip(_cells(project, at, first), _cells(project, at, second), strict=True):
            pending.put(one, project.value(two))
            pending.put(two, project.value(one))
    for target, source in ((first, second), (second, first)):
        MovedValues(pending, project.objects[target], source).put([(min(frames), True)])
        pending.put(Cell(Table.LEARNED, target), None)  # it was of frames that are another's now
    return pending.edit(tr("Swap identities"))


def move_range(
    project: Project,
    source: int,
    target: int,
    first: int,
    last: int,
    *,
    overlap: Overlap = Overlap.FIRST,
) -> Edit:
    """Give masks and prompts on frames ``first``..``last`` (inclusive) to another object.

    Where ``target`` has a mask already, see :func:`merge_objects`; it is the first there.

    Raises:
        PromptError: an object is missing, or both are the same.
    """
    _check(project, source, target)
    pending = PendingEdit(project)
    owners = dict.fromkeys(_frames(project, target), False)
    moved = [frame for frame in _frames(project, source) if first <= frame <= last]
    for frame in moved:
        owners[frame] = _give(pending, frame, source, target, overlap)
    if moved:
        owners.setdefault(moved[-1] + 1, False)
    MovedValues(pending, project.objects[target], source).put(sorted(owners.items()))
    return pending.edit(tr("Move masks to another object"))


def change_label_range(
    project: Project, object_id: int, label: str, first: int, last: int
) -> tuple[Edit, int]:
    """Call the object something else on frames ``first``..``last`` (inclusive).

    A label belongs to an object, so the range goes to a new object; where it holds all that the
    object has, the object itself is renamed. Also returns the id of the object with the label.

    Raises:
        PromptError: the object has nothing in the range.
    """
    _check(project, object_id)
    frames = _frames(project, object_id)
    inside = [f for f in frames if first <= f <= last]
    if not inside:
        raise PromptError(
            tr(
                "Object {object_id} has no mask on frames {first} to {last}.",
                object_id=object_id,
                first=first,
                last=last,
            )
        )
    pending, old = PendingEdit(project), project.objects[object_id]
    if len(inside) == len(frames):
        pending.put(Cell(Table.OBJECTS, object_id), replace(old, label=label))
        return pending.edit(tr("Change label")), object_id
    new = _add_like(pending, replace(old, label=label))
    for frame in inside:
        _give(pending, frame, object_id, new, Overlap.FIRST)
    part_values(pending, object_id, new, inside[0])
    return pending.edit(tr("Change label over a range")), new


def rename_label(project: Project, old: str, new: str) -> Edit:
    """Give all objects of one label another one."""
    pending = PendingEdit(project)
    for oid, known in project.objects.items():
        if known.label == old:
            pending.put(Cell(Table.OBJECTS, oid), replace(known, label=new))
    return pending.edit(tr("Rename label"))


def _check(project: Project, *object_ids: int) -> None:
    for oid in object_ids:
        if oid not in project.objects:
            raise PromptError(tr("There is no object {oid}; choose one from the list.", oid=oid))
    if len(set(object_ids)) != len(object_ids):
        raise PromptError(tr("Choose two different objects."))


def _frames(project: Project, object_id: int) -> list[int]:
    """Frames with a mask or prompts of the object, ascending."""
    return sorted({*project.masks.row(object_id), *project.prompted_frames(object_id)})


def _cells(project: Project, frame: int, object_id: int) -> tuple[Cell, ...]:
    """All that is known of one object on one frame; notes only where the project has any."""
    key = (frame, object_id)
    if not any(map(parse_note, project.settings)):
        return (Cell(Table.MASKS, key), Cell(Table.PROMPTS, key))
    notes = (note_cell(kind, frame, object_id) for kind in KINDS)
    return (Cell(Table.MASKS, key), Cell(Table.PROMPTS, key), *notes)


def _add_like(pending: PendingEdit, model: AnnotatedObject) -> int:
    new = pending.project.next_object_id()
    colour = AnnotatedObject.new(new).colour
    pending.put(Cell(Table.OBJECTS, new), replace(model, id=new, colour=colour))
    pending.put(Cell(Table.SETTINGS, HIGHEST_SETTING), new)
    return new


def _drop_lock(pending: PendingEdit, object_id: int) -> None:
    locked = locked_objects(pending.project)
    if object_id in locked:
        left: list[int] = sorted(locked - {object_id})
        pending.put(Cell(Table.SETTINGS, LOCKED_SETTING), list(left) or None)


def _give(pending: PendingEdit, frame: int, source: int, target: int, overlap: Overlap) -> bool:
    """Move one frame's mask, prompts and notes, or join them with what the target has there.

    Returns:
        whether the frame has what the source had.
    """
    project = pending.project
    here, there = _cells(project, frame, target), _cells(project, frame, source)
    first = _side(pending.get(cell) for cell in here[:2])
    second = _side(pending.get(cell) for cell in there[:2])
    record, prompts = _joined(first, second, overlap)
    moved = record is second[0] if record is not None else first[1] is None
    if moved:
        for to, origin in zip(here[2:], there[2:], strict=True):
            pending.put(to, pending.get(origin))
    pending.put(here[0], record)
    pending.put(here[1], prompts)
    for cell in there:
        pending.put(cell, None)
    return moved


Side = tuple[MaskRecord | None, Prompts | None]


def _side(values: Iterable[Value]) -> Side:
    record, prompts = values
    assert record is None or isinstance(record, MaskRecord)
    assert prompts is None or isinstance(prompts, Prompts)
    return record, prompts


def _joined(first: Side, second: Side, overlap: Overlap) -> Side:
    """What one frame holds after a merge; see :func:`merge_objects`."""
    one, two = first[0], second[0]
    if two is None or one is None:
        record = one if one is not None else two
        return record, first[1] if first[1] is not None else second[1]
    if two.mask.is_empty:
        return first
    if one.mask.is_empty:
        absent = overlap is Overlap.FIRST and (one.is_kept or first[1] is not None)
        return first if absent else second
    return first if overlap is Overlap.FIRST else _united(first, second, one, two)


def _united(first: Side, second: Side, one: MaskRecord, two: MaskRecord) -> Side:
    mask = union(one.mask, two.mask)
    if mask == one.mask:
        return first
    if mask == two.mask:
        return second
    prompted = first[1] is not None or second[1] is not None
    scores = [record.score for record in (one, two) if record.score is not None]
    own = prompted or one.is_kept or two.is_kept
    record = MaskRecord(
        mask,
        Provenance.EDITED if own else Provenance.TRACKED,
        None if own else min(scores, default=None),
        one.confirmed and two.confirmed,
    )
    return record, Prompts(mask=mask) if prompted else None
