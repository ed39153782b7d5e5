"""An icon that shows a colour."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap

from vostool.gui.look.tokens import RADIUS


def colour_icon(colour: QColor, size: int = 14) -> QIcon:
    """A filled square."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setBrush(colour)
    painter.setPen(colour.darker(140))
    painter.drawRoundedRect(0, 0, size - 1, size - 1, RADIUS, RADIUS)
    painter.end()
    icon = QIcon(pixmap)
    # Without this a selected row's colour is tinted.
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
