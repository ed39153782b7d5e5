"""The table of projects as it is painted: a bar in the State column while one is written."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from vostool.gui.export.rows import COLUMNS, FOUND, STATE, Rows
from vostool.gui.widgets.progress_cell import ProgressDelegate
from vostool.words import tr

WIDTHS = (150, 62, 66, 62, 108)


class ProjectTable(QTableView):
    """Whole rows are selected; Tab leaves the table."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.setModel(rows)
        self.setItemDelegateForColumn(STATE, ProgressDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setAccessibleName(tr("Projects"))
        side, top = self.verticalHeader(), self.horizontalHeader()
        assert side is not None and top is not None
        side.hide()
        side.setDefaultSectionSize(24)
        side.setMinimumSectionSize(24)
        top.setHighlightSections(False)
        top.setMinimumSectionSize(40)
        for column, width in enumerate(WIDTHS):
            top.resizeSection(column, width)
        top.setSectionResizeMode(FOUND, QHeaderView.ResizeMode.Stretch)
        assert len(WIDTHS) == len(COLUMNS) - 1
