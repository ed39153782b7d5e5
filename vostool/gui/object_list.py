"""The object list: add, name, colour, show, select and delete objects."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vostool import edits
from vostool.changes import Changes
from vostool.gui.document import Document
from vostool.gui.return_key import LabelDelegate
from vostool.objects import AnnotatedObject

SHOWN, COLOUR, NUMBER, LABEL, FRAMES = range(5)
HEADINGS = ("", "", "#", "Label", "Frames")
TIPS = (
    "Shown on the canvas",
    "Colour; double-click to change it",
    "Identity through the video",
    "Label; double-click to change it",
    "Frames with a mask",
)


class ObjectModel(QAbstractTableModel):
    """A table over the document's objects; editing it makes undoable edits."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document: Document | None = None
        self._ids: list[int] = []

    def set_document(self, document: Document | None) -> None:
        """Show another project, or none."""
        self.beginResetModel()
        self._document = document
        self._ids = list(document.project.objects) if document is not None else []
        self.endResetModel()

    def apply(self, changes: Changes) -> bool:
        """Follow the project; True where rows came or went."""
        assert self._document is not None
        ids = list(self._document.project.objects)
        if ids != self._ids:
            self.beginResetModel()
            self._ids = ids
            self.endResetModel()
            return True
        touched = changes.objects | {oid for _, oid in changes.masks}
        for oid in touched & set(ids):
            row = ids.index(oid)
            self.dataChanged.emit(self.index(row, 0), self.index(row, FRAMES))
        return False

    def object_at(self, row: int) -> AnnotatedObject | None:
        """The object of a row."""
        if self._document is None or not 0 <= row < len(self._ids):
            return None
        return self._document.project.objects[self._ids[row]]

    def row_of(self, object_id: int | None) -> int:
        """The row of an object, or -1."""
        return self._ids.index(object_id) if object_id in self._ids else -1

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return len(self._ids)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.column() == SHOWN:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        elif index.column() == LABEL:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        shown = self.object_at(index.row())
        if shown is None or self._document is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.ToolTipRole:
            return TIPS[column]
        if role == Qt.ItemDataRole.CheckStateRole and column == SHOWN:
            return Qt.CheckState.Checked if shown.visible else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.DecorationRole and column == COLOUR:
            return colour_icon(QColor(*shown.colour))
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            frames = len(self._document.project.masks.row(shown.id))
            return {NUMBER: shown.id, LABEL: shown.label, FRAMES: frames}.get(column)
        return None

    def setData(self, index: QModelIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        old = self.object_at(index.row())
        if old is None:
            return False
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == SHOWN:
            visible = Qt.CheckState(value) == Qt.CheckState.Checked
            self.change(replace(old, visible=visible), "Show object" if visible else "Hide object")
            return True
        label = str(value).strip()
        if role == Qt.ItemDataRole.EditRole and index.column() == LABEL and label:
            self.change(replace(old, label=label), "Rename object")
            return True
        return False

    def change(self, changed: AnnotatedObject, title: str) -> None:
        """Replace an object as one undo step, where it differs."""
        assert self._document is not None
        edit = edits.change_object(self._document.project, changed, title)
        if edit.changes:
            self._document.do(edit)


class ObjectList(QWidget):
    """The table with its buttons.

    Signals:
        selected(int), add_requested(), delete_requested(int)
    """

    selected = pyqtSignal(int)
    add_requested = pyqtSignal()
    delete_requested = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ObjectModel(self)
        self.table = _make_table(self.model)
        self.add_button = _button("Add", "Add an object (N)")
        self.delete_button = _button("Delete", "Delete the selected object with all its masks")
        buttons = QHBoxLayout()
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.delete_button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.table)
        layout.addLayout(buttons)
        self.add_button.clicked.connect(self.add_requested)
        self.delete_button.clicked.connect(self._ask_delete)
        self.table.clicked.connect(self._row_clicked)
        self.table.doubleClicked.connect(self._double_clicked)
        self.setEnabled(False)

    def set_document(self, document: Document | None) -> None:
        """Show another project, or none."""
        self.model.set_document(document)
        self.setEnabled(document is not None)

    def apply(self, changes: Changes, current: int | None) -> None:
        """Follow the project."""
        if self.model.apply(changes):
            self.set_current(current)

    def set_current(self, object_id: int | None) -> None:
        """Select an object's row; None selects nothing."""
        row = self.model.row_of(object_id)
        if row < 0:
            self.table.clearSelection()
        else:
            self.table.selectRow(row)
        self.delete_button.setEnabled(row >= 0)

    def _row_clicked(self, index: QModelIndex) -> None:
        shown = self.model.object_at(index.row())
        if shown is not None and index.column() != SHOWN:
            self.selected.emit(shown.id)

    def _double_clicked(self, index: QModelIndex) -> None:
        shown = self.model.object_at(index.row())
        if shown is None or index.column() != COLOUR:
            return
        colour = QColorDialog.getColor(QColor(*shown.colour), self, f"Colour of {shown.label}")
        if colour.isValid():
            rgb = (colour.red(), colour.green(), colour.blue())
            self.model.change(replace(shown, colour=rgb), "Change colour")

    def _ask_delete(self) -> None:
        for index in self.table.selectionModel().selectedRows():  # type: ignore[union-attr]
            shown = self.model.object_at(index.row())
            if shown is not None:
                self.delete_requested.emit(shown.id)
                return


def _make_table(model: ObjectModel) -> QTableView:
    table = QTableView()
    table.setModel(model)
    table.setItemDelegate(LabelDelegate(table))
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(
        QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
    )
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setAccessibleName("Objects")
    vertical, horizontal = table.verticalHeader(), table.horizontalHeader()
    assert vertical is not None and horizontal is not None
    vertical.hide()
    horizontal.setHighlightSections(False)
    for column in (SHOWN, COLOUR, NUMBER, FRAMES):
        horizontal.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    horizontal.setSectionResizeMode(LABEL, QHeaderView.ResizeMode.Stretch)
    return table


def _button(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    return button


def colour_icon(colour: QColor, size: int = 14) -> QIcon:
    """A filled square."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setBrush(colour)
    painter.setPen(colour.darker(140))
    painter.drawRoundedRect(0, 0, size - 1, size - 1, 3, 3)
    painter.end()
    icon = QIcon(pixmap)
    # Without this a selected row's colour is tinted.
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
