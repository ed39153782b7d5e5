"""A plate beside the mouse that says what the click will change."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QColor, QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel, QWidget

from vostool.gui.look.tokens import RADIUS, Over
from vostool.masks.colours import Colour, text_on
from vostool.words import tr

OFFSET = QPoint(15, 17)
WIDEST, PAD = 170, 5


class CursorTag(QLabel):
    """Follows the mouse on the canvas, and takes no click."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._colour: Colour = (0, 0, 0)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("What a click changes"))
        self.hide()

    def show_target(self, text: str, colour: Colour, at: QPoint) -> None:
        """Say it beside a place of the canvas, within the canvas."""
        metrics = self.fontMetrics()
        short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, WIDEST)
        if (short, colour) != (self.text(), self._colour):
            self._colour = colour
            self.setText(short)
            self.resize(metrics.horizontalAdvance(short) + 2 * PAD, metrics.height() + 4)
        canvas = self.parentWidget()
        assert canvas is not None
        corner = at + OFFSET
        if corner.x() + self.width() > canvas.width():
            corner.setX(at.x() - OFFSET.x() - self.width())
        if corner.y() + self.height() > canvas.height():
            corner.setY(at.y() - OFFSET.y() - self.height())
        self.move(corner)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(*Over.DARK, 110))
        painter.setBrush(QColor(*self._colour))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), RADIUS, RADIUS)
        painter.setPen(QColor(*text_on(self._colour)))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
