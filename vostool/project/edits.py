"""Builders of edits: each reads a project, says what would change, and changes nothing itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from vostool.masks.colours import Colour
from vostool.masks.mask import MaskRecord, Provenance
from vostool.project.changes import Cell, CellChange, Edit, FrameObject, Json, Table, Value
from vostool.project.frame_values import values_cell
from vostool.project.objects import DEFAULT_LABEL, AnnotatedObject
from vostool.project.project import Project
from vostool.project.project_labels import colour_of_first
from vostool.project.prompts import Prompts
from vostool.words import tr


def add_object(
    project: Project, label: str = DEFAULT_LABEL, colour: Colour | None = None
) -> tuple[Edit, int]:
    """A new object with the next free id, and that id.

    It has this colour or else its palette colour, or as the first of a label with a colour, the
    label's.
    """
    object_id = project.next_object_id()
    new = AnnotatedObject.new(object_id, label)
    new = replace(new, colour=colour_of_first(project, label) or colour or new.colour)
    changes = (
        project.change(Cell(Table.OBJECTS, object_id), new),
        project.change(Cell(Table.SETTINGS, "highest_object_id"), object_id),
    )
    return Edit(tr("Add object"), changes), object_id


def change_object(project: Project, changed: AnnotatedObject, title: str) -> Edit:
    """Replace an object's label, colour, visibility or attributes."""
    return _edit(title, [project.change(Cell(Table.OBJECTS, changed.id), changed)])


def delete_object(project: Project, object_id: int) -> Edit:
    """Remove an object with its prompts, masks and values, and what was learned of it."""
    cells = [Cell(Table.OBJECTS, object_id), values_cell(object_id)]
    cells += [Cell(Table.LEARNED, object_id)] if object_id in project.learned else []
    cells += [Cell(Table.PROMPTS, key) for key in project.prompts if key[1] == object_id]
    cells += [Cell(Table.MASKS, (frame, object_id)) for frame in project.masks.row(object_id)]
    return _edit(tr("Delete object"), [project.change(cell, None) for cell in cells])


def set_prompts(project: Project, frame: int, object_id: int, prompts: Prompts, title: str) -> Edit:
    """Set the prompts of one object on one frame; empty prompts remove them."""
    value = None if prompts.is_empty else prompts
    return _edit(title, [project.change(Cell(Table.PROMPTS, (frame, object_id)), value)])


def clear_prompts(project: Project, frame: int, object_id: int) -> Edit:
    """Remove prompts and mask of one object on one frame; a corrected mask comes back."""
    key = (frame, object_id)
    old = project.prompts.get(key)
    base = old.base if old is not None else None
    restored = None if base is None else MaskRecord(base, Provenance.TRACKED)
    changes = [
        project.change(Cell(Table.PROMPTS, key), None),
        project.change(Cell(Table.MASKS, key), restored),
    ]
    return _edit(tr("Clear prompts"), changes)


def set_masks(
    project: Project, records: Iterable[tuple[FrameObject, MaskRecord | None]], title: str
) -> Edit:
    """Set or remove masks by (frame, object id)."""
    return _edit(title, [project.change(Cell(Table.MASKS, key), rec) for key, rec in records])


def delete_masks(project: Project, object_ids: Collection[int], first: int, last: int) -> Edit:
    """Remove masks and prompts of the objects on frames ``first``..``last`` inclusive."""
    cells = [
        Cell(table, key)
        for table, keys in (
            (Table.PROMPTS, list(project.prompts)),
            (Table.MASKS, [(f, oid) for oid in object_ids for f in project.masks.row(oid)]),
        )
        for key in keys
        if key[1] in object_ids and first <= key[0] <= last
    ]
    return _edit(tr("Delete masks"), [project.change(cell, None) for cell in cells])


def confirm(project: Project, frame: int, object_ids: Collection[int], value: bool) -> Edit:
    """Mark the masks of a frame as looked at and right, or take that back."""
    changes = []
    for oid in object_ids:
        record = project.masks.get(frame, oid)
        if record is not None and record.confirmed != value:
            cell = Cell(Table.MASKS, (frame, oid))
            changes.append(CellChange(cell, record, replace(record, confirmed=value)))
    return _edit(tr("Confirm frame") if value else tr("Unconfirm frame"), changes)


def set_setting(project: Project, name: str, value: Json) -> Edit:
    """Set one setting that travels with the project."""
    return _edit(tr("Set {name}", name=name), [project.change(Cell(Table.SETTINGS, name), value)])


def _edit(title: str, changes: Iterable[CellChange]) -> Edit:
    different: list[CellChange] = [c for c in changes if not _same(c.before, c.after)]
    return Edit(title, tuple(different))


def _same(before: Value, after: Value) -> bool:
    return type(before) is type(after) and before == after
