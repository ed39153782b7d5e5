"""Builders of edits of labels: each is one undo step, wherever the label stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vostool.errors import LabelsError, PromptError
from vostool.project.changes import Cell, Edit, Table
from vostool.project.frame_values import FrameValues
from vostool.project.labels import LabelSpec, check_labels, labels_json
from vostool.project.objects import AnnotatedObject
from vostool.project.pending_edit import PendingEdit
from vostool.project.project import Project
from vostool.project.project_labels import LABELS_SETTING, declared_labels, project_labels
from vostool.project.value_edits import rename_lines
from vostool.words import tr


@dataclass(frozen=True)
class LabelChange:
    """A label as it shall be.

    Attributes:
        label: what it becomes.
        old: its name until now, or None for a new label.
        renamed: new names of attributes by their old ones; values of objects go along.
    """

    label: LabelSpec
    old: str | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)


def change_labels(
    project: Project, changes: Sequence[LabelChange], joined: Mapping[str, str] | None = None
) -> Edit:
    """Set the project's labels, everywhere: declarations, objects' labels, colours, attributes.

    Objects follow their label to its new name. Where a label's colour changes, all its objects
    take it. Labels that are not listed are gone.

    Args:
        joined: names of labels that are gone and whose objects take another label, by the name
            that one has until now.

    Raises:
        LabelsError: two labels of one name, or one is gone that objects still bear.
    """
    check_labels(change.label for change in changes)
    before = {label.name: label for label in project_labels(project)}
    by_old = {change.old: change for change in changes if change.old is not None}
    pending = PendingEdit(project)
    for known in project.objects.values():
        name = (joined or {}).get(known.label, known.label)
        change = by_old.get(name)
        if change is None:
            raise LabelsError(
                tr(
                    "Object {id} is still called '{label}'; choose the label it takes.",
                    id=known.id,
                    label=known.label,
                )
            )
        recoloured = change.label.colour not in (None, before[name].colour)
        pending.put(Cell(Table.OBJECTS, known.id), _following(known, change, recoloured))
        rename_lines(pending, known.id, change.renamed)
    labels = labels_json(change.label for change in changes)
    pending.put(Cell(Table.SETTINGS, LABELS_SETTING), labels or None)
    return replace(pending.edit(tr("Change labels")), said=_told(project, changes))


def add_labels(project: Project, labels: Collection[LabelSpec]) -> Edit:
    """Declare labels that have no declaration yet; the others stay as they are."""
    known = declared_labels(project)
    names = {label.name for label in known}
    new = [label for label in labels if label.name not in names]
    pending = PendingEdit(project)
    if new:
        pending.put(Cell(Table.SETTINGS, LABELS_SETTING), labels_json([*known, *new]))
    return pending.edit(tr("Add labels"))


def set_label(project: Project, object_ids: Collection[int], label: str) -> Edit:
    """Give objects another label.

    Raises:
        PromptError: the label is empty, or an object is missing.
    """
    if not label.strip():
        raise PromptError(tr("A label needs a name."))
    pending = PendingEdit(project)
    for oid in object_ids:
        known = project.object_of(oid)
        pending.put(Cell(Table.OBJECTS, oid), replace(known, label=label.strip()))
    return pending.edit(tr("Change label"))


def _told(project: Project, changes: Sequence[LabelChange]) -> str:
    """What to say of values on frames that do not count any more; they are kept."""
    values = FrameValues(project)
    counting = {
        (known.label, name) for known in project.objects.values() for name in values.lines(known)
    }
    fixed = {
        spec.name
        for change in changes
        for spec in change.label.attributes
        if not spec.mutable and (change.old, _old_name(change, spec.name)) in counting
    }
    if not fixed:
        return ""
    return tr(
        "One value an object from now on: {names}. The values on frames are kept and count again "
        "when it is made mutable.",
        names=", ".join(sorted(fixed)),
    )


def _old_name(change: LabelChange, name: str) -> str:
    return next((old for old, new in change.renamed.items() if new == name), name)


def _following(known: AnnotatedObject, change: LabelChange, recoloured: bool) -> AnnotatedObject:
    pairs = tuple((change.renamed.get(name, name), value) for name, value in known.attributes)
    colour = change.label.colour if recoloured else None
    return replace(known, label=change.label.name, attributes=pairs, colour=colour or known.colour)
