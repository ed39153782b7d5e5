"""Giving an object its label and its number at once, as one edit."""

from __future__ import annotations

from dataclasses import replace

from vostool.errors import PromptError
from vostool.project.changes import Cell, CellChange, Edit, Table
from vostool.project.locks import lock_objects, locked_objects
from vostool.project.object_edits import HIGHEST_SETTING, merge_objects
from vostool.project.objects import AnnotatedObject
from vostool.project.pending_edit import joined_edits
from vostool.project.project import Project


def name_object(project: Project, object_id: int, label: str, number: int) -> Edit:
    """Label an object and give it another number; a number in use means "that object again".

    Masks and prompts then join those of the object with that number (:func:`merge_objects`), which
    takes the label.

    Args:
        number: the id wanted, 1 or more.

    Raises:
        PromptError: there is no such object, or the label or the number is none.
    """
    old = project.objects.get(object_id)
    if old is None:
        raise PromptError(f"There is no object {object_id}; choose one from the list.")
    if not label.strip() or number < 1:
        raise PromptError("An object needs a label and a number from 1 on.")
    copy = project.snapshot()
    model = project.objects.get(number, old)
    colour = model.colour if number in project.objects else AnnotatedObject.new(number).colour
    if number == object_id:
        colour = old.colour
    named = replace(model, id=number, label=label.strip(), colour=colour)
    cells = [CellChange(Cell(Table.OBJECTS, number), project.objects.get(number), named)]
    highest = project.next_object_id() - 1
    if number > highest:
        setting = Cell(Table.SETTINGS, HIGHEST_SETTING)
        cells.append(CellChange(setting, project.value(setting), number))
    first = Edit("Name object", tuple(c for c in cells if c.before != c.after))
    if number == object_id:
        return first
    parts = [first]
    copy.apply(first)
    parts.append(merge_objects(copy, number, object_id))
    copy.apply(parts[-1])
    if object_id in locked_objects(project):
        parts.append(lock_objects(copy, [number], True))
    return joined_edits("Name object", parts)
