"""The table of projects as it is painted: a bar in the State column while one is written."""

from __future__ import annotations

from PyQt6.QtCore import QModelIndex, Qt
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionProgressBar,
    QStyleOptionViewItem,
    QTableView,
)

from vostool.gui.export.rows import COLUMNS, FOUND, PROGRESS_ROLE, STATE, Rows
from vostool.words import tr

WIDTHS = (150, 62, 66, 62, 108)


class ProgressDelegate(QStyledItemDelegate):
    """Paints the share that is done as a bar, and everything else as usual."""

    def paint(
        self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex
    ) -> None:
        share = index.data(PROGRESS_ROLE)
        style = QApplication.style()
        if share is None or painter is None or style is None:
            super().paint(painter, option, index)
            return
        bar = QStyleOptionProgressBar()
        bar.rect = option.rect.adjusted(3, 3, -3, -3)
        bar.palette = option.palette
        bar.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_Horizontal
        bar.minimum, bar.maximum, bar.progress = 0, 1000, round(1000 * share)
        bar.text, bar.textVisible = f"{share:.0%}", True
        bar.textAlignment = Qt.AlignmentFlag.AlignCenter
        style.drawControl(QStyle.ControlElement.CE_ProgressBar, bar, painter)


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
