"""The object list: find, add, name, colour, show, lock, choose and delete objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, pyqtSignal
from PyQt6.QtGui import QAction, QColor
from PyQt6.QtWidgets import (
    QColorDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.look.tokens import Space
from vostool.gui.objects.empty_hint import EmptyHint
from vostool.gui.objects.inspector import Inspector
from vostool.gui.objects.model import COLOUR, LOCKED, SHOWN, ObjectModel
from vostool.gui.objects.table import ObjectTable
from vostool.gui.session.document import Document
from vostool.gui.widgets.beside import open_beside
from vostool.gui.widgets.colour_icon import colour_icon
from vostool.gui.widgets.exact_row import select_exactly
from vostool.gui.widgets.return_key import LineBox
from vostool.project.changes import Changes
from vostool.project.objects import AnnotatedObject
from vostool.words import tr

__all__ = ["ObjectList", "colour_icon"]

MENU = (
    "finish_named", "relabel", "recolour", "", "solo", "show_object", "lock", "",
    "merge_objects", "split_object", "swap_objects", "range_move", "range_relabel", "",
    "renumber", "labels", "forget_learned", "", "delete_object",
)  # fmt: skip
"""Ids of the actions in the list's menu; "" is a line."""


class ObjectList(QWidget):
    """The table with its filter and its buttons.

    Signals:
        selected(int): a person made this object current.
        chosen_changed(object): ids of the rows that are chosen now.
        add_requested()
        delete_requested(object): ids of the objects to delete.
        visibility_wanted(object, bool), lock_wanted(object, bool): of the objects with these ids.
        attribute_wanted(object, str, str, int): a name and a value, on this frame, for the objects
            with these ids.
        change_unwanted(object, str, int): the attribute shall not change there on this frame.
    """

    selected = pyqtSignal(int)
    chosen_changed = pyqtSignal(object)
    add_requested = pyqtSignal()
    delete_requested = pyqtSignal(object)
    visibility_wanted = pyqtSignal(object, bool)
    lock_wanted = pyqtSignal(object, bool)
    attribute_wanted = pyqtSignal(object, str, str, int)
    change_unwanted = pyqtSignal(object, str, int)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ObjectModel(self)
        self.table = ObjectTable(self.model)
        self.filter = LineBox()
        self.filter.setPlaceholderText(tr("Filter by label, number or attribute"))
        self.filter.setAccessibleName(tr("Filter objects"))
        self.filter.setClearButtonEnabled(True)
        self.filter.clears = True
        self.inspector = Inspector(actions)
        self.attributes = self.inspector.attributes
        self.menu = _menu(actions, self)
        self.add_button = _button(tr("Add"), "")
        self.delete_button = _button(
            tr("Delete"), tr("Delete the chosen objects with all their masks")
        )
        self.solo_button = _button(tr("Solo"), "")
        actions["solo"].setIconText(tr("Solo"))
        self.solo_button.setDefaultAction(actions["solo"])
        self.find_button = _button(tr("Find…"), "")
        actions["find_objects"].setIconText(tr("Find…"))
        self.find_button.setDefaultAction(actions["find_objects"])
        self.more_button = _button(tr("More"), tr("What else can be done with the chosen objects"))
        self.more_button.setMenu(self.menu)
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.empty = EmptyHint(actions["find_objects"])
        self.several = QLabel()
        self.several.setObjectName("several_objects")
        self.several.setWordWrap(True)
        self.several.hide()
        self._clicking = False
        self._current: int | None = None
        self._lay_out()
        chosen = self.table.selectionModel()
        assert chosen is not None
        chosen.selectionChanged.connect(lambda *_: self._choice_changed())
        new = actions["new_object"]
        new.changed.connect(lambda: self.add_button.setToolTip(new.toolTip()))
        self.add_button.clicked.connect(self.add_requested)
        self.delete_button.clicked.connect(self._ask_delete)
        self.filter.textChanged.connect(lambda _text: self._apply_filter())
        self.filter.left.connect(self.table.setFocus)
        self.table.clicked.connect(lambda index: self._reach(index.row()))
        self.table.row_reached.connect(self._reach)
        self.table.switched.connect(self._switch)
        self.table.doubleClicked.connect(self._double_clicked)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.attributes.changed.connect(
            lambda *given: self.attribute_wanted.emit(self._ids_of_label(), *given)
        )
        self.attributes.clear_wanted.connect(
            lambda *given: self.change_unwanted.emit(self._ids_of_label(), *given)
        )
        self.attributes.labels_wanted.connect(actions["labels"].trigger)
        self.setEnabled(False)

    def set_document(self, document: Document | None) -> None:
        """Show another project, or none."""
        self.model.set_document(document)
        self.filter.clear()
        self._current = None
        self.inspector.show_object(None, None)
        self.setEnabled(document is not None)
        self._show_empty()

    def apply(self, changes: Changes, current: int | None) -> None:
        """Follow the project."""
        chosen = self.chosen_ids()
        if self.model.apply(changes):
            self.set_current(current)
            self.choose(oid for oid in chosen if current in chosen)
        if changes.objects:
            self._apply_filter()
            self._show_empty()
        self.inspector.apply(changes)

    def set_current(self, object_id: int | None) -> None:
        """Select an object's row; None selects nothing. A person's own choice of rows stays."""
        row = self.model.row_of(object_id)
        if row < 0:
            self.table.clearSelection()
        elif not (self._clicking and row in self.table.chosen_rows()):
            select_exactly(self.table, row)
        self.delete_button.setEnabled(row >= 0)
        self.inspector.show_object(self.model.project, object_id)
        self._current = object_id

    def chosen_ids(self) -> list[int]:
        """Ids of the chosen objects, ascending."""
        found = (self.model.object_at(row) for row in self.table.chosen_rows())
        return [shown.id for shown in found if shown is not None]

    def choose(self, object_ids: Iterable[int]) -> None:
        """Choose these, too; the current object stays current."""
        chosen = self.table.selectionModel()
        assert chosen is not None
        how = QItemSelectionModel.SelectionFlag
        for oid in object_ids:
            index = self.model.index(self.model.row_of(oid), 0)
            chosen.select(index, how.Select | how.Rows)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.model.refresh_icons()

    def _reach(self, row: int) -> None:
        """Make the row's object current; where the click took it out, one that is still chosen.

        The last chosen row stays chosen: canvas and timeline show its object as selected.
        """
        chosen = self.table.chosen_rows()
        if row not in chosen:
            current = self.model.row_of(self._current)
            if current in chosen or current < 0:
                return
            if not chosen:
                select_exactly(self.table, current)
                return
            row = min(chosen, key=lambda other: abs(other - row))
        shown = self.model.object_at(row)
        if shown is not None:
            self._clicking = True
            self.selected.emit(shown.id)
            self._clicking = False

    def _switch(self, row: int, column: int) -> None:
        """Turn a row's switch, and that of all chosen rows where it is one of them."""
        shown = self.model.object_at(row)
        if shown is None:
            return
        chosen = self.chosen_ids()
        ids = chosen if shown.id in chosen else [shown.id]
        if column == SHOWN:
            self.visibility_wanted.emit(ids, not shown.visible)
        elif column == LOCKED:
            self.lock_wanted.emit(ids, not self.model.is_locked(shown.id))

    def _double_clicked(self, index: QModelIndex) -> None:
        shown = self.model.object_at(index.row())
        if shown is not None and index.column() == COLOUR:
            self.ask_colour(shown)

    def ask_colour(self, shown: AnnotatedObject) -> None:
        """Ask for an object's colour."""
        dialog = QColorDialog(QColor(*shown.colour), self)
        dialog.setWindowTitle(tr("Colour of object {id}", id=shown.id))
        dialog.colorSelected.connect(partial(self._take_colour, shown.id))
        dialog.finished.connect(dialog.deleteLater)
        open_beside(dialog)

    def _take_colour(self, object_id: int, colour: QColor) -> None:
        known = self.model.object_at(self.model.row_of(object_id))
        if known is not None and known.id == object_id and colour.isValid():
            rgb = (colour.red(), colour.green(), colour.blue())
            self.model.change(replace(known, colour=rgb), tr("Change colour"))

    def _choice_changed(self) -> None:
        ids = self.chosen_ids()
        self.several.setVisible(len(ids) > 1)
        self.several.setText(
            tr("{count} objects selected: {names}", count=len(ids), names=", ".join(map(str, ids)))
        )
        self.chosen_changed.emit(ids)

    def _ask_delete(self) -> None:
        if chosen := self.chosen_ids():
            self.delete_requested.emit(chosen)

    def _show_menu(self, place: QPoint) -> None:
        viewport = self.table.viewport()
        if viewport is not None and self.isEnabled():
            self._reach(self.table.indexAt(place).row())
            self.menu.popup(viewport.mapToGlobal(place))

    def _apply_filter(self) -> None:
        words = self.filter.text().casefold().split()
        self.table.show_rows(lambda row: _matches(self.model.object_at(row), words))
        self._choice_changed()  # what is hidden is not chosen

    def _ids_of_label(self) -> list[int]:
        """Ids of the current object and of all chosen ones of its label."""
        project = self.model.project
        if project is None or self._current is None:
            return []
        objects, chosen = project.objects, {self._current, *self.chosen_ids()}
        label = objects[self._current].label
        return sorted(oid for oid in chosen if objects[oid].label == label)

    def _show_empty(self) -> None:
        project = self.model.project
        self.empty.setVisible(project is not None and not project.objects)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.XS)
        for button in (self.add_button, self.find_button, self.delete_button, self.solo_button):
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(self.more_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        layout.addWidget(self.filter)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.empty)
        layout.addWidget(self.several)
        layout.addLayout(buttons)
        layout.addWidget(self.inspector)


def _matches(shown: AnnotatedObject | None, words: list[str]) -> bool:
    """Each word is the number, or a part of the label or of an attribute's name or value."""
    if shown is None:
        return False
    text = " ".join([shown.label, *(f"{name}={value}" for name, value in shown.attributes)])
    return all(word == str(shown.id) or word in text.casefold() for word in words)


def _menu(actions: Mapping[str, QAction], parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    for name in MENU:
        if name:
            menu.addAction(actions[name])
        else:
            menu.addSeparator()
    return menu


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName("list_button")
    button.setText(text)
    button.setToolTip(tip)
    return button
