"""On which frames objects are looked for: the one that is shown, a range, or the whole video."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QWidget

HERE, RANGE, WHOLE = range(3)
EVERY = 30


class Where(QWidget):
    """The choice, and every how many frames of the range or video are looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.scope = QComboBox()
        self.scope.addItems(["This frame", "The range", "The whole video"])
        self.scope.setAccessibleName("Frames to look on")
        self.every = QSpinBox()
        self.every.setRange(1, 10_000)
        self.every.setValue(EVERY)
        self.every.setPrefix("every ")
        self.every.setAccessibleName("Look on every so many frames")
        self.every.setToolTip("Look on every so many frames, the first included")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.scope, 1)
        row.addWidget(self.every)
        self._span: tuple[int, int] | None = None
        self.scope.currentIndexChanged.connect(self._follow)
        self.set_range(None)

    def set_range(self, span: tuple[int, int] | None) -> None:
        """First and last frame of the range on the timeline; without one it cannot be chosen."""
        self._span = span
        self.scope.setItemText(RANGE, "The range" if span is None else f"{span[0]} to {span[1]}")
        model = self.scope.model()
        item = model.item(RANGE) if isinstance(model, QStandardItemModel) else None
        if item is not None:
            item.setEnabled(span is not None)
            item.setData(
                "Choose a range on the timeline first: Shift+drag" if span is None else "",
                Qt.ItemDataRole.ToolTipRole,
            )
        if span is None and self.scope.currentIndex() == RANGE:
            self.scope.setCurrentIndex(HERE)
        self._follow()

    def frames(self, here: int, count: int) -> tuple[int, ...]:
        """The frames to look on, of a video of so many, with the playhead on this one."""
        if self.scope.currentIndex() == HERE:
            return (here,)
        first, last = 0, count - 1
        if self.scope.currentIndex() == RANGE and self._span is not None:
            first, last = self._span
        return tuple(range(first, last + 1, self.every.value()))

    def _follow(self) -> None:
        self.every.setVisible(self.scope.currentIndex() != HERE)
