"""The table of jobs as it is painted and edited: pictures, a bar while one goes on, priorities."""

from __future__ import annotations

from PyQt6.QtCore import QModelIndex, QSize, Qt
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSpinBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from vostool.gui.batch.pictures import HEIGHT, WIDTH
from vostool.gui.batch.rows import PRIORITY, STATE, VIDEO, Rows
from vostool.gui.look.tokens import Space
from vostool.gui.widgets.plain_table import set_up_rows, size_columns
from vostool.gui.widgets.progress_cell import ProgressDelegate
from vostool.words import tr

WIDTHS = (240, 0, 110, 64, 84, 130, 72)
"""Of the columns, in pixels; 0 takes what is left."""
LIMIT = 1_000_000


class PriorityDelegate(QStyledItemDelegate):
    """A spin box for a job that waits."""

    def createEditor(
        self, parent: QWidget | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> QWidget | None:
        made = QSpinBox(parent)
        made.setRange(-LIMIT, LIMIT)
        made.setAccessibleName(tr("Priority"))
        return made


class JobTable(QTableView):
    """Whole rows are selected; a double click on a priority edits it."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        across = set_up_rows(self, rows, tr("Jobs"), HEIGHT + Space.M)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setAlternatingRowColors(True)
        self.setIconSize(QSize(WIDTH, HEIGHT))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setItemDelegateForColumn(STATE, ProgressDelegate(self))
        self.setItemDelegateForColumn(PRIORITY, PriorityDelegate(self))
        size_columns(across, WIDTHS)
        across.setSectionResizeMode(VIDEO, QHeaderView.ResizeMode.Interactive)

    def positions(self) -> list[int]:
        """The selected rows, from above."""
        chosen = self.selectionModel()
        return sorted(index.row() for index in chosen.selectedRows()) if chosen else []

    def in_sight(self) -> range:
        """The rows that are seen now."""
        room, model = self.viewport(), self.model()
        if room is None or model is None or self.visibleRegion().isEmpty():
            return range(0)
        first, last = (self.rowAt(y) for y in (1, room.height() - 1))
        return range(max(first, 0), (last if last >= 0 else model.rowCount() - 1) + 1)
