"""The labels that new projects begin with, kept between two runs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from vostool.errors import LabelsError
from vostool.gui.session.document import Document
from vostool.gui.settings import keys
from vostool.gui.settings.preferences import settings, stored_json
from vostool.project.changes import Cell, Table
from vostool.project.label_edits import add_labels
from vostool.project.labels import LabelSpec, labels_from_json, labels_json
from vostool.project.project import Project
from vostool.project.project_labels import LABELS_SETTING, declared_labels


def remembered_labels() -> tuple[LabelSpec, ...]:
    """The labels of new projects; none where nothing sensible is stored."""
    try:
        return labels_from_json(stored_json(keys.LABELS, []))
    except (ValueError, LabelsError, RecursionError):
        return ()


def remember_labels(labels: Sequence[LabelSpec]) -> None:
    """Let new projects begin with these."""
    settings().setValue(keys.LABELS, json.dumps(labels_json(labels)))


def begin_with_labels(document: Document) -> None:
    """Give a project that has no labels and no objects yet the remembered labels."""
    remembered = remembered_labels()
    if remembered and not document.project.cells():
        document.note(add_labels(document.project, remembered))


def is_untouched(project: Project) -> bool:
    """True where a project holds nothing but what it began with."""
    left = [cell for cell in project.cells() if cell != Cell(Table.SETTINGS, LABELS_SETTING)]
    return not left and declared_labels(project) in ((), remembered_labels())
