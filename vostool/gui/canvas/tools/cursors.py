"""The cursor of each tool: a cross or a dot with the tool's icon, in the colour of its kind."""

from __future__ import annotations

from functools import lru_cache

from PyQt6.QtCore import QLineF, QPointF, Qt
from PyQt6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap

from vostool.gui.canvas.tools.options import Option
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.gui.look.tokens import Over
from vostool.gui.widgets.icon_picture import icon_picture
from vostool.masks.colours import Colour

SIDE, HOT, ARM, SIGN = 32, 9, 7, 17
"""In pixels: sides of the picture; its hot spot from the top left; a cross' arms; the icon."""
COLOURS = {
    Kind.MODEL: QColor(*Over.MODEL),
    Kind.MASK: QColor(*Over.MASK),
    Kind.VIEW: QColor(*Over.VIEW),
}


@lru_cache(maxsize=256)  # the mouse may ask at every move
def cursor(tool: ToolSpec, tint: Colour | None = None) -> QCursor:
    """The cursor of a tool; a cross is drawn in the colour of what the click changes."""
    plain = tool.cursor is Qt.CursorShape.CrossCursor
    if tool.cursor is not None and not (plain and tint is not None):
        return QCursor(tool.cursor)
    picture = QPixmap(SIDE, SIDE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    colour = COLOURS[tool.kind]
    inner = QPen(QColor(*Over.LIGHT), 1) if tint is None else QPen(QColor(*tint), 2)
    for pen in (QPen(QColor(*Over.DARK, 190), inner.width() + 2), inner):
        painter.setPen(pen)
        if Option.SIZE in tool.options:  # the ring around the mouse shows where the edge is
            painter.drawPoint(QPointF(HOT + 0.5, HOT + 0.5))
        else:
            _draw_cross(painter)
    place = SIDE if plain else SIDE - SIGN  # the plain cross has no icon beside it
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        painter.drawPixmap(
            place + dx, place + dy, icon_picture(tool.icon_name, QColor(*Over.DARK), SIGN)
        )
    painter.drawPixmap(place, place, icon_picture(tool.icon_name, colour, SIGN))
    painter.end()
    return QCursor(picture, HOT, HOT)


def _draw_cross(painter: QPainter) -> None:
    middle, gap = HOT + 0.5, 2
    for start, end in ((middle - ARM, middle - gap), (middle + gap, middle + ARM)):
        painter.drawLine(QLineF(start, middle, end, middle))
        painter.drawLine(QLineF(middle, start, middle, end))
