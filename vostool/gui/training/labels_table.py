"""What was taught: a row a video, with what is held out, and what is left out and why."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from vostool.models.trainer import TaughtVideo
from vostool.words import mark, tr

COLUMNS = (mark("Video"), mark("Frames"), mark("Objects"), mark("Masks"), mark("Held out"))
VIDEO, FRAMES, OBJECTS, MASKS, HELD_OUT = range(len(COLUMNS))


class LabelsTable(QTableWidget):
    """Which videos teach what; a tick holds one out.

    Signals:
        held_out_changed(): the person holds other videos out.
    """

    held_out_changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__(0, len(COLUMNS))
        self.setHorizontalHeaderLabels(map(tr, COLUMNS))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(tr("What was taught"))
        side, top = self.verticalHeader(), self.horizontalHeader()
        assert side is not None and top is not None
        side.hide()
        top.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        top.setSectionResizeMode(VIDEO, QHeaderView.ResizeMode.Stretch)
        self.itemChanged.connect(self._changed)

    def show_videos(self, videos: Iterable[TaughtVideo], held_out: Iterable[str]) -> None:
        """Show what each teaches, and which are held out; a single one cannot be chosen."""
        shown, wanted = list(videos), set(held_out)
        self.blockSignals(True)
        self.setRowCount(len(shown))
        for row, video in enumerate(shown):
            counts = (len(video.masks), len(video.object_ids), len(video.cells))
            for column, text in enumerate((video.name, *(f"{count:,}" for count in counts))):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.setItem(row, column, item)
            tick = QTableWidgetItem(tr("its last frames") if len(shown) == 1 else "")
            if len(shown) > 1:
                tick.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
                held = video.name in wanted
                tick.setCheckState(Qt.CheckState.Checked if held else Qt.CheckState.Unchecked)
            self.setItem(row, HELD_OUT, tick)
        self.blockSignals(False)

    def held_out(self) -> tuple[str, ...]:
        """Names of the videos that are ticked."""
        names = []
        for row in range(self.rowCount()):
            name, tick = self.item(row, VIDEO), self.item(row, HELD_OUT)
            if name is not None and tick is not None and tick.checkState() == Qt.CheckState.Checked:
                names.append(name.text())
        return tuple(names)

    def _changed(self, item: QTableWidgetItem) -> None:
        if item.column() == HELD_OUT:
            self.held_out_changed.emit()
