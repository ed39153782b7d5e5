"""The history: every step with its time and size in a list, and a click goes there."""

from __future__ import annotations

import time
from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QFont, QPalette
from PyQt6.QtWidgets import (
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.look.tokens import Space
from vostool.gui.session.history_walk import HistoryWalk
from vostool.gui.threads.timers import single_shot
from vostool.gui.widgets.exact_row import select_exactly
from vostool.gui.widgets.plain_table import set_up_rows
from vostool.gui.widgets.return_key import ReturnTable
from vostool.gui.window.workspace import Workspace
from vostool.project.history import History, Step
from vostool.words import mark, tr

STEP, SIZE, TIME = range(3)
HEADINGS = (mark("Step"), mark("Size"), mark("Time"))
WIDTH, HEIGHT = 400, 380
ROW = 22
NEWS_MS = 150
"""Between two looks at a history that grows, such as by a run."""


class HistoryModel(QAbstractTableModel):
    """What was there first, then a row for each step; those that are undone are dimmed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[Step, ...] = ()
        self.done = 0

    def show(self, history: History | None) -> None:
        """Read the history again."""
        self.beginResetModel()
        self._steps = history.steps if history is not None else ()
        self.done = history.done if history is not None else 0
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return len(self._steps) + 1

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        across = orientation is Qt.Orientation.Horizontal
        return tr(HEADINGS[section]) if across and role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, index.column())
        if role == Qt.ItemDataRole.FontRole and row == self.done:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ForegroundRole and row > self.done:
            return QPalette().placeholderText()
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr("As it is now") if row == self.done else tr("Click: go back to here")
        return None

    def _text(self, row: int, column: int) -> str:
        if row == 0:
            return tr("As it was before") if column == STEP else ""
        step = self._steps[row - 1]
        if column == STEP:
            return step.title
        return step.size if column == SIZE else time.strftime("%H:%M:%S", time.localtime(step.when))


class HistoryList(QWidget):
    """The list, for a popover.

    Signals:
        chosen(int): so many steps are to be done.
    """

    chosen = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = HistoryModel(self)
        self.table = _make_table(self.model)
        self.table.clicked.connect(self._choose)
        self.table.activated.connect(self._choose)
        hint = QLabel(tr("Click a step to go back to it, or forward again."))
        hint.setObjectName("note")
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        column.addWidget(self.table)
        column.addWidget(hint)
        self.setFixedSize(WIDTH, HEIGHT)
        self.setFocusProxy(self.table)

    def show_history(self, history: History | None) -> None:
        """Read it again, with the step of now in sight."""
        self.model.show(history)
        select_exactly(self.table, self.model.done)
        self.table.scrollTo(self.model.index(self.model.done, STEP))

    def _choose(self, index: QModelIndex) -> None:
        if index.row() != self.model.done:
            self.chosen.emit(index.row())


class HistoryView(QObject):
    """Keeps the list in step with one workspace while it is seen."""

    def __init__(self, shown: HistoryList, workspace: Workspace) -> None:
        super().__init__()
        self._list, self._document = shown, workspace.document
        self.walk = HistoryWalk(workspace.session)
        self._soon = single_shot(self, NEWS_MS, self.refresh)
        self._document.history_changed.connect(self._follow)
        shown.chosen.connect(self.walk.go_to)
        self.refresh()

    def close(self) -> None:
        """Follow it no more."""
        self._soon.stop()
        self._document.history_changed.disconnect(self._follow)
        self._list.chosen.disconnect(self.walk.go_to)
        self._list.show_history(None)

    def refresh(self) -> None:
        """Read the history now."""
        self._list.show_history(self._document.history)

    def _follow(self) -> None:
        if self._list.isVisible() and not self._soon.isActive():
            self._soon.start()


def _make_table(model: HistoryModel) -> QTableView:
    table = ReturnTable()
    across = set_up_rows(table, model, tr("History"), ROW)
    across.setHighlightSections(False)
    across.resizeSection(SIZE, 116)
    across.resizeSection(TIME, 76)
    across.setSectionResizeMode(STEP, QHeaderView.ResizeMode.Stretch)
    return table
