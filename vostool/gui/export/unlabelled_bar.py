"""Says which objects nobody has named, before they are written as "object"."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from vostool.gui.look.tokens import Space
from vostool.project.objects import DEFAULT_LABEL
from vostool.project.project import Project
from vostool.project.project_labels import is_unlabelled
from vostool.words import tr, trn

LISTED = 8


class UnlabelledBar(QFrame):
    """Hidden where every object of the open project has a label.

    Signals:
        naming_wanted(): the objects are to be named at their masks.
    """

    naming_wanted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("unlabelled_bar")
        self.text = QLabel()
        self.button = QPushButton(tr("&Name them…"))
        self.button.setToolTip(tr("Closes this, shows one after the other, and comes back"))
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self.naming_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.XS, Space.XS, Space.XS)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        self.hide()

    def show_project(self, project: Project | None) -> None:
        """Say what a project lacks; None: no project is open."""
        ids = unlabelled_objects(project) if project is not None else []
        self.setVisible(bool(ids))
        if not ids:
            return
        more = tr(" and {count} more", count=len(ids) - LISTED) if len(ids) > LISTED else ""
        listed = ", ".join(map(str, ids[:LISTED])) + more
        self.text.setText(
            trn(
                "Object {listed} has no label yet and would be written as “{label}”.",
                "Objects {listed} have no label yet and would be written as “{label}”.",
                len(ids),
                listed=listed,
                label=DEFAULT_LABEL,
            )
        )
        self.button.setText(trn("&Name it…", "&Name them…", len(ids)))


def unlabelled_objects(project: Project) -> Sequence[int]:
    """Ids of the objects with masks that nobody has named, ascending."""
    return [
        known.id
        for known in project.objects.values()
        if is_unlabelled(project, known) and project.masks.row(known.id)
    ]
