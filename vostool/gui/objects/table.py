"""The table of objects: several rows may be chosen, one is current; two columns are switches."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QModelIndex, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from vostool.gui.objects.dialogs import label_completer
from vostool.gui.objects.model import COLOUR, FRAMES, LABEL, LOCKED, NUMBER, SHOWN, ObjectModel
from vostool.gui.widgets.return_key import LabelDelegate
from vostool.words import tr

_SWITCHES = (SHOWN, LOCKED)
_FITTED = (SHOWN, COLOUR, NUMBER, FRAMES, LOCKED)
_CELL_MARGINS = 10  # pixels left and right of a cell's text, together
_LEAST_HEIGHT = 118  # pixels: the heading and three rows, where other docks take the room


class _CompletingDelegate(LabelDelegate):
    """Completes a label from those of the project while it is typed."""

    def __init__(self, model: ObjectModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def createEditor(
        self, parent: QWidget | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> QWidget | None:
        editor = super().createEditor(parent, option, index)
        project = self._model.project
        if isinstance(editor, QLineEdit) and project is not None:
            editor.setCompleter(label_completer(project, editor))
        return editor


class ObjectTable(QTableView):
    """Rows follow the model's; rows that do not match a filter are hidden.

    Signals:
        switched(int, int): the row and the column (SHOWN or LOCKED) that was clicked.
        row_reached(int): the arrow keys made this row current.
    """

    switched = pyqtSignal(int, int)
    row_reached = pyqtSignal(int)

    def __init__(self, model: ObjectModel) -> None:
        super().__init__()
        self._fitted_to: tuple[object, ...] = ()
        self.setModel(model)
        self.setItemDelegate(_CompletingDelegate(model, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(tr("Objects"))
        self.setMinimumHeight(_LEAST_HEIGHT)
        vertical, horizontal = self.verticalHeader(), self.horizontalHeader()
        assert vertical is not None and horizontal is not None
        vertical.hide()
        horizontal.setHighlightSections(False)
        for column in _FITTED:
            horizontal.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        horizontal.setSectionResizeMode(LABEL, QHeaderView.ResizeMode.Stretch)
        horizontal.moveSection(LOCKED, 1)
        model.modelReset.connect(self._fit_columns)
        self._fit_columns()

    def chosen_rows(self) -> list[int]:
        """Rows that are selected and not hidden by the filter, ascending."""
        chosen = self.selectionModel()
        rows = [] if chosen is None else [index.row() for index in chosen.selectedRows()]
        return sorted(row for row in rows if not self.isRowHidden(row))

    def show_rows(self, wanted: Callable[[int], bool]) -> None:
        """Hide all other rows."""
        model = self.model()
        for row in range(model.rowCount() if model is not None else 0):
            self.setRowHidden(row, not wanted(row))

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_columns()

    def _fit_columns(self) -> None:
        """Give every column but the label's room for the widest that it will ever hold.

        Qt's own fitting measures all rows again with every change of any of them.
        """
        model, horizontal = self.model(), self.horizontalHeader()
        if not isinstance(model, ObjectModel) or horizontal is None:
            return
        project = model.project
        frames = 0 if project is None else project.source.frame_count
        widest = {NUMBER: str(max(99, model.highest_id)), FRAMES: str(frames)}
        fitted_to = (*map(len, widest.values()), self.font().key(), model.rowCount() > 0)
        if fitted_to == self._fitted_to:
            return
        self._fitted_to = fitted_to
        for column in _FITTED:
            first = self.sizeHintForIndex(model.index(0, column)).width()
            width = max(horizontal.sectionSizeHint(column), first)
            if column in widest:
                room = self.fontMetrics().horizontalAdvance(widest[column]) + _CELL_MARGINS
                width = max(width, room)
            horizontal.resizeSection(column, width)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        index = self._switch(event)
        if index is None:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        index = self._switch(event)
        if index is None:
            super().mouseReleaseEvent(event)
        else:
            self.switched.emit(index.row(), index.column())

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        if self._switch(event) is None:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        super().keyPressEvent(event)
        if event is not None and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.row_reached.emit(self.currentIndex().row())

    def _switch(self, event: QMouseEvent | None) -> QModelIndex | None:
        """The cell under the mouse where the left button is on a switch."""
        if event is None or event.button() is not Qt.MouseButton.LeftButton:
            return None
        index = self.indexAt(event.position().toPoint())
        return index if index.isValid() and index.column() in _SWITCHES else None
