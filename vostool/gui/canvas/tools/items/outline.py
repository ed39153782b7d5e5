"""The outline of a polygon or lasso while it is drawn, with its corners."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QBrush, QColor, QPen, QPolygonF
from PyQt6.QtWidgets import QGraphicsItem, QGraphicsPolygonItem, QGraphicsRectItem

from vostool.gui.look.tokens import Over
from vostool.masks.draw import Position

CORNER = 7
"""Side of a corner's mark in screen pixels."""
FILL_ALPHA = 70


class OutlineItem(QGraphicsPolygonItem):
    """A closed outline with a light fill.

    Args:
        colour: of line and fill.
        corners: mark the corners, as a polygon has few.
        dashed: the area is taken away.
    """

    def __init__(self, colour: QColor, *, corners: bool, dashed: bool) -> None:
        super().__init__()
        self._style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        self.set_colour(colour)
        self._marks: list[QGraphicsRectItem] | None = [] if corners else None

    def set_colour(self, colour: QColor) -> None:
        """Draw line and fill in another colour."""
        pen = QPen(colour, 2, self._style)
        pen.setCosmetic(True)
        self.setPen(pen)
        fill = QColor(colour)
        fill.setAlpha(FILL_ALPHA)
        self.setBrush(QBrush(fill))

    def show_path(self, path: Sequence[Position], end: Position | None = None) -> None:
        """Show these corners and, after them, where the mouse is (image pixels)."""
        places = [QPointF(x, y) for x, y in path]
        if self._marks is not None:
            while len(self._marks) > len(places):
                _remove(self._marks.pop())
            while len(self._marks) < len(places):
                self._marks.append(mark(self))
            for item, place in zip(self._marks, places, strict=True):
                item.setPos(place)
        if end is not None:
            places.append(QPointF(*end))
        self.setPolygon(QPolygonF(places))


def mark(parent: QGraphicsItem) -> QGraphicsRectItem:
    """A small square that is as large at every zoom."""
    item = QGraphicsRectItem(QRectF(-CORNER / 2, -CORNER / 2, CORNER, CORNER), parent)
    item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
    item.setBrush(QBrush(QColor(*Over.LIGHT)))
    item.setPen(QPen(QColor(*Over.DARK), 1))
    return item


def _remove(item: QGraphicsItem) -> None:
    scene = item.scene()
    if scene is not None:
        scene.removeItem(item)
