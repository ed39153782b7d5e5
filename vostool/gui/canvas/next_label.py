"""The label that the next new object gets, chosen before it is clicked."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QActionGroup
from PyQt6.QtWidgets import QMenu, QToolButton, QWidgetAction

from vostool.gui.session.label_memory import recent_labels, remember_recent
from vostool.gui.session.session import Session
from vostool.gui.widgets.return_key import LineBox
from vostool.project.changes import Changes
from vostool.project.object_naming import known_names
from vostool.project.objects import AnnotatedObject
from vostool.project.project_labels import shown_label
from vostool.words import tr

WIDEST = 90
"""Pixels of a label on the button."""


class NextLabel(QToolButton):
    """A button that says the label, with a menu of the others and a field for a new one."""

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None
        self.field = LineBox()
        self.choices = QMenu(self)
        self.choices.aboutToShow.connect(self._fill)
        self.setMenu(self.choices)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_session(None)

    def set_session(self, session: Session | None) -> None:
        """Choose for this video's objects; None: no video is open."""
        old, self._session = self._session, session
        if old is not None:
            old.object_selected.disconnect(self._show)
            old.document.changed.disconnect(self._follow)
        if session is not None:
            session.object_selected.connect(self._show)
            session.document.changed.connect(self._follow)
        self._show()

    def choose(self, label: str) -> None:
        """New objects get this label from now on; "": that of the last one."""
        session = self._session
        if session is None:
            return
        session.next_label = label.strip()
        if session.next_label:
            remember_recent(session.next_label)
            session.select(None)  # the next click is about the object that is meant
        self._show()

    def _follow(self, changes: Changes) -> None:
        if changes.objects or changes.settings:
            self._show()

    def _show(self, _selected: object = None) -> None:
        session = self._session
        self.setVisible(session is not None)
        if session is None:
            return
        label = shown_label(session.document.project, AnnotatedObject(1, session.label_for_new()))
        text = self.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, WIDEST)
        self.setText(tr("New: ") + text.replace("&", "&&"))
        self.setAccessibleName(tr("Label of new objects: {label}", label=label))
        self.setToolTip(
            tr("New objects are called '{label}'; click to choose another label", label=label)
        )

    def _fill(self) -> None:
        session = self._session
        if session is None:
            return
        self.choices.clear()
        self.field = LineBox()
        self.field.setPlaceholderText(tr("Type a label"))
        self.field.setAccessibleName(tr("Label of new objects"))
        self.field.returnPressed.connect(self._typed)
        typing = QWidgetAction(self.choices)
        typing.setDefaultWidget(self.field)
        self.choices.addAction(typing)
        group = QActionGroup(self.choices)
        names = known_names(session.document.project, recent_labels())
        for label, text in (("", tr("The last one's label")), *((name, name) for name in names)):
            action = self.choices.addAction(text.replace("&", "&&"))
            assert action is not None
            action.setCheckable(True)
            action.setChecked(label == session.next_label)
            action.setActionGroup(group)
            action.triggered.connect(partial(self._chosen, label))
        self.field.setFocus()

    def _typed(self) -> None:
        text = self.field.text()
        self.choices.close()
        if text.strip():
            self.choose(text)

    def _chosen(self, label: str, _checked: bool = False) -> None:
        self.choose(label)
