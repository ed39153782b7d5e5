"""Builders of edits on frames: a mask drawn or copied, and whole ranges confirmed, absent, gone.

Each reads a project, says what would change as one edit, and changes nothing itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from vostool.errors import PromptError
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.changes import Cell, CellChange, Edit, FrameObject, Table
from vostool.project.mask_notes import parse_note
from vostool.project.pending_edit import PendingEdit
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.words import mark, tr


def set_edited_mask(
    project: Project, frame: int, object_id: int, mask: Mask, title: str = mark("Edit mask")
) -> Edit:
    """Let a mask that a person drew stand, as a mask prompt that tracking starts from.

    Clicks and boxes of the frame are part of the drawn mask from now on and go; the tracked mask
    under it stays its ``base``, so that clearing brings it back. A mask without a pixel says
    "absent here", which is no prompt.

    Raises:
        PromptError: there is no such object or frame, or the mask is not of the frame's size.
    """
    source = project.source
    project.object_of(object_id)
    check_range(project, frame, frame)
    Prompts(mask=mask).check_inside(source.width, source.height)
    pending, key = PendingEdit(project), (frame, object_id)
    _put_mask(pending, key, mask)
    return pending.edit(title)


def copy_mask(project: Project, object_id: int, source: int, frame: int) -> Edit:
    """Copy the object's mask from frame ``source`` to ``frame``, as an edited mask.

    Raises:
        PromptError: the object has no mask on ``source``.
    """
    record = project.masks.get(source, object_id)
    if record is None:
        raise PromptError(
            tr(
                "Object {object_id} has no mask on frame {source} to copy.",
                object_id=object_id,
                source=source,
            )
        )
    return set_edited_mask(project, frame, object_id, record.mask, tr("Copy mask"))


def copy_mask_over(project: Project, object_id: int, source: int, first: int, last: int) -> Edit:
    """Copy the object's mask from frame ``source`` to all frames ``first``..``last``.

    Frames that a person confirmed, prompted or edited stay as they are.

    Raises:
        PromptError: the object has no mask on ``source``, or the range is not in the source.
    """
    check_range(project, first, last)
    record = project.masks.get(source, object_id)
    if record is None:
        raise PromptError(
            tr(
                "Object {object_id} has no mask on frame {source} to copy.",
                object_id=object_id,
                source=source,
            )
        )
    pending = PendingEdit(project)
    for frame in range(first, last + 1):
        key = (frame, object_id)
        old = project.masks.get(*key)
        if key not in project.prompts and not (old is not None and old.is_kept):
            _put_mask(pending, key, record.mask)
    return pending.edit(tr("Copy mask over a range"))


def mark_absent(project: Project, object_ids: Collection[int], first: int, last: int) -> Edit:
    """Say that the objects are not to be seen on frames ``first``..``last`` (inclusive).

    Prompts there go; each frame holds an empty mask that a run leaves alone.

    Raises:
        PromptError: the range is not in the source.
    """
    check_range(project, first, last)
    pending = PendingEdit(project)
    nothing = MaskRecord(Mask.empty(project.source.height, project.source.width), Provenance.EDITED)
    for oid in object_ids:
        for frame in range(first, last + 1):
            pending.put(Cell(Table.PROMPTS, (frame, oid)), None)
            pending.put(Cell(Table.MASKS, (frame, oid)), nothing)
    return pending.edit(tr("Mark absent"))


def confirm_range(
    project: Project, first: int, last: int, value: bool, object_ids: Collection[int] | None = None
) -> Edit:
    """Say that the masks on frames ``first``..``last`` (inclusive) are right, or take that back.

    Args:
        object_ids: None takes every object.
    """
    changes = tuple(
        CellChange(Cell(Table.MASKS, key), record, replace(record, confirmed=value))
        for key, record in _held(project, first, last, object_ids)
        if record.confirmed != value
    )
    return Edit(tr("Confirm range") if value else tr("Unconfirm range"), changes)


def delete_range(
    project: Project, first: int, last: int, object_ids: Collection[int] | None = None
) -> Edit:
    """Remove masks, prompts and notes on frames ``first``..``last`` (inclusive).

    Args:
        object_ids: None takes every object; the objects themselves stay.
    """
    ids = project.objects.keys() if object_ids is None else object_ids
    changes = [
        CellChange(Cell(Table.MASKS, key), record, None)
        for key, record in _held(project, first, last, object_ids)
    ]
    changes += [
        CellChange(Cell(Table.PROMPTS, key), prompts, None)
        for key, prompts in project.prompts.items()
        if first <= key[0] <= last and key[1] in ids
    ]
    for name, value in project.settings.items():
        note = parse_note(name)
        if note is not None and first <= note.frame <= last and note.object_id in ids:
            changes.append(CellChange(Cell(Table.SETTINGS, name), value, None))
    return Edit(tr("Delete masks over a range"), tuple(changes))


def _put_mask(pending: PendingEdit, key: FrameObject, mask: Mask) -> None:
    project = pending.project
    old, prompts = project.masks.get(*key), project.prompts.get(key)
    base = prompts.base if prompts is not None else None
    if prompts is None and old is not None and not old.is_kept:
        base = old.mask
    edited = None if mask.is_empty else Prompts(mask=mask, base=base)
    pending.put(Cell(Table.PROMPTS, key), edited)
    pending.put(Cell(Table.MASKS, key), MaskRecord(mask, Provenance.EDITED))


def _held(
    project: Project, first: int, last: int, object_ids: Collection[int] | None
) -> list[tuple[FrameObject, MaskRecord]]:
    """Masks in a range, by whichever is shorter: the range or the object's row."""
    found: list[tuple[FrameObject, MaskRecord]] = []
    for oid in project.objects if object_ids is None else object_ids:
        row = project.masks.row(oid)
        if last - first < len(row):
            held = ((frame, row.get(frame)) for frame in range(first, last + 1))
            found += [((frame, oid), record) for frame, record in held if record is not None]
        else:
            inside = [frame for frame in sorted(row) if first <= frame <= last]
            found += [((frame, oid), row[frame]) for frame in inside]
    return found


def check_range(project: Project, first: int, last: int) -> None:
    """Raise :class:`PromptError` for frames that are not all in the source."""
    count = project.source.frame_count
    if not 0 <= first <= last < count:
        raise PromptError(
            tr(
                "Frames {first} to {last} are not all in the source, which has 0 to {count}.",
                first=first,
                last=last,
                count=count - 1,
            )
        )
