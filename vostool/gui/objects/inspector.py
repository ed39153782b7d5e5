"""The selected object under the list: what it is called, what is known of it, its attributes."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QAction, QColor
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from vostool.gui.look.tokens import Space
from vostool.gui.objects.attribute_panel import AttributePanel
from vostool.gui.threads.timers import single_shot
from vostool.gui.widgets import theme
from vostool.gui.widgets.colour_icon import colour_icon
from vostool.project.changes import Changes
from vostool.project.frame_values import values_cell
from vostool.project.locks import LOCKED_SETTING, locked_objects
from vostool.project.object_facts import object_facts
from vostool.project.project import Project
from vostool.project.project_labels import LABELS_SETTING, object_title
from vostool.words import tr

RECOUNT_MS = 250
"""A run changes the numbers many times a second."""


class Inspector(QWidget):
    """Colour, label and lock are buttons that change them."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.attributes = AttributePanel()
        self.colour = _button(actions["recolour"], tr("Colour; click to change it"))
        self.title = _button(actions["relabel"], tr("Label; click to change it"))
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.lock = _button(
            actions["lock"], tr("Locked against tools and runs; click to change it")
        )
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self.facts.setAccessibleName(tr("Facts of the selected object"))
        self._project: Project | None = None
        self._shown: int | None = None
        self._recount = single_shot(self, RECOUNT_MS, self._count)
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        row.addWidget(self.colour)
        row.addWidget(self.title, 1)
        row.addWidget(self.lock)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(row)
        column.addWidget(self.facts)
        column.addWidget(self.attributes)
        self.show_object(None, None)

    def show_object(self, project: Project | None, object_id: int | None) -> None:
        """Show an object; None shows nothing."""
        known = project.objects.get(object_id or 0) if project is not None else None
        self.attributes.show_object(project, object_id)
        for widget in (self.colour, self.title, self.lock, self.facts):
            widget.setVisible(known is not None)
        self._project, self._shown = project, None if known is None else known.id
        if project is None or known is None:
            self._recount.stop()
            return
        locked = known.id in locked_objects(project)
        self.colour.setIcon(colour_icon(QColor(*known.colour)))
        self.title.setText(object_title(project, known).replace("&", "&&"))
        self.lock.setIcon(theme.icon("lock" if locked else "unlock"))
        self._count()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.show_object(self._project, self._shown)

    def apply(self, changes: Changes) -> None:
        """Follow the project."""
        counts = any(oid == self._shown for _, oid in changes.masks | changes.prompts)
        counts = counts or self._shown in changes.learned
        own = {LABELS_SETTING, LOCKED_SETTING, values_cell(self._shown or 0).key}
        if changes.objects or changes.settings & own:
            self.show_object(self._project, self._shown)
        elif counts and not self._recount.isActive():
            self._recount.start()

    def _count(self) -> None:
        project, shown = self._project, self._shown
        if project is not None and shown is not None and shown in project.objects:
            self.facts.setText("\n".join(object_facts(project, shown).lines))


def _button(action: QAction, tip: str) -> QToolButton:
    """A button that triggers an action and shows something of its own."""
    button = QToolButton()
    button.setObjectName("inspector_button")
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(lambda _checked=False: action.trigger())
    return button
