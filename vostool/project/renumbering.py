"""The edit that numbers objects without gaps; all that names an object by its id goes along."""

from __future__ import annotations

from dataclasses import replace

from vostool.project.changes import Cell, Edit, Json, Table, Value
from vostool.project.frame_values import valued_object, values_cell
from vostool.project.locks import LOCKED_SETTING, locked_objects
from vostool.project.mask_notes import note_cell, parse_note
from vostool.project.object_edits import HIGHEST_SETTING
from vostool.project.objects import AnnotatedObject
from vostool.project.pending_edit import PendingEdit
from vostool.project.project import Project
from vostool.project.stacking import STACKING_SETTING, front_to_back
from vostool.words import tr


def renumber_objects(project: Project) -> Edit:
    """Give the objects the ids 1, 2, 3 ... in their present order; the next new one follows."""
    numbers = {old: new for new, old in enumerate(project.objects, 1)}
    pending = PendingEdit(project)
    for cell in project.cells():
        if (to := _renumbered(cell, numbers)) != cell:
            pending.put(cell, None)
    for cell in project.cells():
        to = _renumbered(cell, numbers)
        if to is not None and to != cell:
            pending.put(to, _with_id(project.value(cell), to))
    if HIGHEST_SETTING in project.settings or numbers:
        pending.put(Cell(Table.SETTINGS, HIGHEST_SETTING), len(numbers))
    locked: list[int] = sorted(numbers[oid] for oid in locked_objects(project))
    pending.put(Cell(Table.SETTINGS, LOCKED_SETTING), list(locked) or None)
    if STACKING_SETTING in project.settings:
        stacked: Json = [numbers[oid] for oid in front_to_back(project)]
        pending.put(Cell(Table.SETTINGS, STACKING_SETTING), stacked)
    return pending.edit(tr("Renumber objects"))


def _renumbered(cell: Cell, numbers: dict[int, int]) -> Cell | None:
    """The cell after renumbering; None for what belongs to an object that is not there any more."""
    table, key = cell
    if isinstance(key, int):
        return Cell(table, numbers[key])
    if isinstance(key, tuple):
        frame, oid = key
        return Cell(table, (frame, numbers[oid])) if oid in numbers else None
    valued = valued_object(key)
    if valued is not None:
        return values_cell(numbers[valued]) if valued in numbers else None
    note = parse_note(key)
    if note is None:
        return cell
    known = note.object_id in numbers
    return note_cell(note.kind, note.frame, numbers[note.object_id]) if known else None


def _with_id(value: Value, cell: Cell) -> Value:
    if isinstance(value, AnnotatedObject) and isinstance(cell.key, int):
        return replace(value, id=cell.key)
    return value
