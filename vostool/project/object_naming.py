"""Giving objects their labels, and an object its label and its number at once: one edit each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from vostool.errors import PromptError
from vostool.project.changes import Cell, CellChange, Edit, Table
from vostool.project.label_edits import add_labels
from vostool.project.labels import LabelSpec
from vostool.project.locks import lock_objects, locked_objects
from vostool.project.object_edits import HIGHEST_SETTING, merge_objects
from vostool.project.objects import DEFAULT_LABEL, AnnotatedObject
from vostool.project.pending_edit import PendingEdit, joined_edits
from vostool.project.project import Project
from vostool.project.project_labels import colour_of_first, is_unlabelled, project_labels
from vostool.words import tr

OFFERED = 9
"""Labels that a key each is offered for."""


def label_objects(project: Project, object_ids: Collection[int], label: str) -> Edit:
    """Give objects a label that a person chose for them.

    The first object of a label with a colour takes the colour, as a new object does. The name of
    all things becomes a declared label, so that it is known to be meant.

    Raises:
        PromptError: the label is empty, or there is no such object.
    """
    label = label.strip()
    if not label:
        raise PromptError(tr("A label needs a name."))
    if missing := [oid for oid in object_ids if oid not in project.objects]:
        raise PromptError(
            tr("There is no object {missing}; choose one from the list.", missing=missing[0])
        )
    colour = colour_of_first(project, label)
    pending = PendingEdit(project)
    for oid in sorted(object_ids):
        known = project.objects[oid]
        named = replace(known, label=label, colour=colour or known.colour)
        pending.put(Cell(Table.OBJECTS, oid), named)
        colour = None  # the others keep theirs, so that they can be told apart
    if label == DEFAULT_LABEL:
        for change in add_labels(project, [LabelSpec(DEFAULT_LABEL)]).changes:
            pending.put(change.cell, change.after)
    return pending.edit(tr("Name object") if len(object_ids) == 1 else tr("Name objects"))


def known_names(project: Project, recent: Sequence[str] = ()) -> tuple[str, ...]:
    """Names to choose from: the project's labels in their order, then recent ones of others."""
    unnamed = {each.label for each in project.objects.values() if is_unlabelled(project, each)} | {
        DEFAULT_LABEL
    }
    declared = [label.name for label in project_labels(project)]
    own = [name for name in declared if name not in unnamed or _is_meant(project, name)]
    return tuple(dict.fromkeys([*own, *(name for name in recent if name.strip())]))


def offered_names(project: Project, recent: Sequence[str] = ()) -> tuple[str, ...]:
    """The names that the keys 1 to 9 stand for.

    They keep their order, so that a key goes on meaning the same. Of more than nine, those that
    were used last.
    """
    names = known_names(project, recent)
    if len(names) <= OFFERED:
        return names
    latest = {name: place for place, name in enumerate(recent)}
    best = sorted(names, key=lambda name: latest.get(name, len(latest)))[:OFFERED]
    return tuple(name for name in names if name in best)


def _is_meant(project: Project, name: str) -> bool:
    return not is_unlabelled(project, AnnotatedObject(1, name))


def name_object(project: Project, object_id: int, label: str, number: int) -> Edit:
    """Label an object and give it another number; a number in use means "that object again".

    Masks and prompts then join those of the object with that number (:func:`merge_objects`), which
    takes the label.

    Args:
        number: the id wanted, 1 or more.

    Raises:
        PromptError: there is no such object, or the label or the number is none.
    """
    old = project.object_of(object_id)
    if not label.strip() or number < 1:
        raise PromptError(tr("An object needs a label and a number from 1 on."))
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
    first = Edit(tr("Name object"), tuple(c for c in cells if c.before != c.after))
    if number == object_id:
        return first
    parts = [first]
    copy.apply(first)
    parts.append(merge_objects(copy, number, object_id))
    copy.apply(parts[-1])
    if object_id in locked_objects(project):
        parts.append(lock_objects(copy, [number], True))
    return joined_edits(tr("Name object"), parts)
