"""Before and after on the held-out labels: the verdict, a row an object, and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pstdev

import numpy as np
from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QPixmap, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vostool.frames import Image
from vostool.gui.look.tokens import Space
from vostool.gui.widgets import theme
from vostool.training.compare import Comparison, ObjectRow
from vostool.training.measuring import CellMeasure
from vostool.training.pictures import Trio
from vostool.words import mark, tr

COLUMNS = (
    mark("Object"), mark("Frames"), mark("One click"), mark("A box"), mark("Clicks to 0.9"),
    mark("Tracked"),
)  # fmt: skip
LEAST = QSize(160, 90)
"""Pixels of a picture at least."""


class ComparisonPanel(QWidget):
    """Shows one comparison; which of the two is used is for the person to say.

    Signals:
        decided(bool): True for the new one, False to keep the old one.
    """

    decided = pyqtSignal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.verdict, self.numbers, self.title = QLabel(), QLabel(), QLabel()
        self.table = QTableWidget(0, len(COLUMNS))
        self.pictures = [Picture() for _ in range(3)]
        self.previous_button, self.next_button = QPushButton(tr("&Previous")), QPushButton()
        self.next_button.setText(tr("&Next"))
        self.use_button = QPushButton(tr("&Use the new one"))
        self.keep_button = QPushButton(tr("&Keep the old one"))
        self._trios: list[Trio] = []
        self._at = 0
        self._lay_out()
        self.previous_button.clicked.connect(lambda: self._step(-1))
        self.next_button.clicked.connect(lambda: self._step(1))
        self.use_button.clicked.connect(lambda: self.decided.emit(True))
        self.keep_button.clicked.connect(lambda: self.decided.emit(False))

    def show_comparison(self, comparison: Comparison) -> None:
        """The new one is proposed only where it is better by more than its spread."""
        theme.say(self.verdict, comparison.verdict, "good" if comparison.better else "attention")
        self.numbers.setText(_clicks_told(comparison))
        self.table.setRowCount(len(comparison.objects))
        for at, row in enumerate(comparison.objects):
            for column, text in enumerate(_cells(row)):
                self.table.setItem(at, column, QTableWidgetItem(text))
        chosen = self.use_button if comparison.better else self.keep_button
        for button in (self.use_button, self.keep_button):
            button.setDefault(button is chosen)
        chosen.setFocus()
        self.show_pictures([])

    def show_pictures(self, trios: Sequence[Trio]) -> None:
        """Truth, before and after of these cells, to be stepped through."""
        self._trios, self._at = list(trios), 0
        self._step(0)

    @property
    def shown(self) -> Trio | None:
        """What the pictures show now."""
        return self._trios[self._at] if self._trios else None

    def _step(self, by: int) -> None:
        many = len(self._trios)
        self._at = (self._at + by) % many if many else 0
        for button in (self.previous_button, self.next_button):
            button.setEnabled(many > 1)
        trio = self.shown
        images = (None,) * 3 if trio is None else (trio.truth, trio.before, trio.after)
        for picture, image in zip(self.pictures, images, strict=True):
            picture.show_image(image)
        place = tr("{at} of {many}", at=self._at + 1, many=many)
        self.title.setText("" if trio is None else f"{trio.title} ({place})")

    def _lay_out(self) -> None:
        self.table.setHorizontalHeaderLabels(map(tr, COLUMNS))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName(tr("Before and after of each object"))
        side, top = self.table.verticalHeader(), self.table.horizontalHeader()
        assert side is not None and top is not None
        side.hide()
        top.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        top.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setMaximumHeight(6 * self.fontMetrics().lineSpacing() + 2 * Space.XL)
        for label in (self.verdict, self.numbers):
            label.setWordWrap(True)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row, below = QHBoxLayout(), QHBoxLayout()
        for picture in self.pictures:
            row.addWidget(picture, 1)
        for widget in (self.previous_button, self.next_button):
            widget.setAutoDefault(False)
            below.addWidget(widget)
        below.addWidget(self.title, 1)
        below.addWidget(self.keep_button)
        below.addWidget(self.use_button)
        layout = QVBoxLayout(self)
        for part in (self.verdict, self.numbers, self.table):
            layout.addWidget(part)
        layout.addLayout(row, 1)
        layout.addLayout(below)


class Picture(QLabel):
    """A picture that is shrunk to the room there is."""

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._whole = QPixmap()

    def show_image(self, image: Image | None) -> None:
        """An image (h, w, 3) RGB uint8, or nothing."""
        self._whole = QPixmap()
        if image is not None:
            data = np.ascontiguousarray(image)
            height, width = data.shape[:2]
            form = QImage.Format.Format_RGB888
            made = QImage(data.tobytes(), width, height, 3 * width, form)
            self._whole = QPixmap.fromImage(made)
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._whole.isNull():
            self.clear()
            return
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode
        self.setPixmap(self._whole.scaled(self.size(), keep, smooth.SmoothTransformation))


def _clicks_told(comparison: Comparison) -> str:
    """Clicks to 0.9 on each side, with the spread from mask to mask."""
    sides = [_spread_of(side) for side in (comparison.before, comparison.after)]
    if not all(sides):
        return ""
    return tr(
        "Clicks until J&F is 0.9: {before} before, {after} after (mean and spread from mask to "
        "mask).",
        before=sides[0],
        after=sides[1],
    )


def _spread_of(side: Sequence[CellMeasure]) -> str:
    counts = [measure.clicks for measure in side if measure.clicks is not None]
    return f"{fmean(counts):.1f} ± {pstdev(counts):.1f}" if counts else ""


def _cells(row: ObjectRow) -> tuple[str, ...]:
    def pair(values: tuple[float, float], digits: int) -> str:
        if any(np.isnan(value) for value in values):
            return "–"
        return f"{values[0]:.{digits}f} → {values[1]:.{digits}f}"

    return (
        f"{row.video}: {row.object_id}", f"{row.frames:,}", pair(row.click, 3), pair(row.box, 3),
        pair(row.clicks, 1), pair(row.tracked, 3),
    )  # fmt: skip
