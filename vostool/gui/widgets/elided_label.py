"""A line of text that ends in "…" where there is no room for the rest."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel, QWidget


class ElidedLabel(QLabel):
    """Takes what room there is and cuts at its end; the tooltip has the whole text.

    ``text()`` is the whole text whatever is shown of it. Plain text only.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def setText(self, text: str | None) -> None:
        super().setText(text)
        self.setToolTip(text)

    @property
    def shown(self) -> str:
        """What there is room for."""
        metrics, room = self.fontMetrics(), self.contentsRect().width()
        return metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        style = self.style()
        assert style is not None
        painter = QPainter(self)
        style.drawItemText(
            painter, self.contentsRect(), int(self.alignment()), self.palette(), self.isEnabled(),
            self.shown, self.foregroundRole(),
        )  # fmt: skip
