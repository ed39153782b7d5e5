"""The labels that new projects begin with, and those used lately, kept between two runs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from vostool.errors import LabelsError
from vostool.gui.session.document import Document
from vostool.gui.settings import keys, values
from vostool.gui.settings.preferences import settings, stored_json
from vostool.project.changes import Cell, Table
from vostool.project.label_edits import add_labels
from vostool.project.labels import LabelSpec, labels_from_json, labels_json
from vostool.project.project import Project
from vostool.project.project_labels import LABELS_SETTING, declared_labels

REMEMBERED = 20
"""Names that are kept as used lately."""


def remembered_labels() -> tuple[LabelSpec, ...]:
    """The labels of new projects; none where nothing sensible is stored."""
    try:
        return labels_from_json(stored_json(keys.LABELS, []))
    except (ValueError, LabelsError, RecursionError):
        return ()


def remember_labels(labels: Sequence[LabelSpec]) -> None:
    """Let new projects begin with these."""
    settings().setValue(keys.LABELS, json.dumps(labels_json(labels)))


def recent_labels() -> tuple[str, ...]:
    """Names that objects were given lately, the newest first."""
    stored = stored_json(keys.RECENT_LABELS, [])
    if not isinstance(stored, list):
        return ()
    return tuple(name for name in stored if isinstance(name, str) and name.strip())[:REMEMBERED]


def remember_recent(label: str) -> None:
    """An object was given this label."""
    others = [name for name in recent_labels() if name != label]
    settings().setValue(keys.RECENT_LABELS, json.dumps([label, *others][:REMEMBERED]))


def begin_with_labels(document: Document) -> None:
    """Give a project that has no labels and no objects yet the remembered labels."""
    remembered = remembered_labels()
    if remembered and not document.project.cells():
        document.note(add_labels(document.project, remembered))


def is_untouched(project: Project) -> bool:
    """True where a project holds nothing but what it began with."""
    left = [cell for cell in project.cells() if cell != Cell(Table.SETTINGS, LABELS_SETTING)]
    return not left and declared_labels(project) in ((), remembered_labels())


def label_of_last(project: Project, current: int | None) -> str:
    """The label of the current object or of the last; in a new project, the one of the settings."""
    objects = project.objects
    if (
        current is not None and current in objects
    ):  # one that was just deleted is current until another one is
        return objects[current].label
    if objects:
        return objects[max(objects)].label
    declared = declared_labels(project)
    return declared[0].name if declared else values.load().first_label
