"""A dashed box, and the eight handles by which a box is dragged."""

from __future__ import annotations

import enum
import math

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPen
from PyQt6.QtWidgets import QGraphicsRectItem

from vostool.gui.canvas.tools.items.outline import mark
from vostool.gui.look.tokens import Over

GRIP = 8
"""A press so near to a handle, in screen pixels, takes it."""


class Handle(enum.Enum):
    """A handle; the value is its place as parts of the box' width and height."""

    TOP_LEFT = (0.0, 0.0)
    TOP = (0.5, 0.0)
    TOP_RIGHT = (1.0, 0.0)
    RIGHT = (1.0, 0.5)
    BOTTOM_RIGHT = (1.0, 1.0)
    BOTTOM = (0.5, 1.0)
    BOTTOM_LEFT = (0.0, 1.0)
    LEFT = (0.0, 0.5)

    @property
    def cursor(self) -> Qt.CursorShape:
        """The two-headed arrow along which it is dragged."""
        x, y = self.value
        if x == 0.5:
            return Qt.CursorShape.SizeVerCursor
        if y == 0.5:
            return Qt.CursorShape.SizeHorCursor
        return Qt.CursorShape.SizeFDiagCursor if x == y else Qt.CursorShape.SizeBDiagCursor

    def of(self, box: QRectF) -> QPointF:
        """Where it lies on a box."""
        x, y = self.value
        return QPointF(box.left() + x * box.width(), box.top() + y * box.height())

    def dragged(self, box: QRectF, dx: float, dy: float) -> QRectF:
        """The box after this handle was dragged so far; at least a pixel a side."""
        x, y = self.value
        left = box.left() + (dx if x == 0 else 0)
        right = box.right() + (dx if x == 1 else 0)
        top = box.top() + (dy if y == 0 else 0)
        bottom = box.bottom() + (dy if y == 1 else 0)
        left, right = min(left, right), max(left, right)
        top, bottom = min(top, bottom), max(top, bottom)
        return QRectF(left, top, max(right - left, 1.0), max(bottom - top, 1.0))


class DashedBox(QGraphicsRectItem):
    """A box of white dashes, as wide at every zoom."""

    def __init__(self) -> None:
        super().__init__()
        pen = QPen(QColor(*Over.LIGHT), 1.5, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        self.setPen(pen)


class HandlesItem(DashedBox):
    """A dashed box with eight handles, hidden until it is put somewhere."""

    def __init__(self) -> None:
        super().__init__()
        self._marks = {handle: mark(self) for handle in Handle}
        self.hide()

    def put(self, box: QRectF) -> None:
        """Show it around a box (image pixels)."""
        self.setRect(box)
        for handle, item in self._marks.items():
            item.setPos(handle.of(box))
        self.show()

    def at(self, place: QPointF, scale: float) -> Handle | None:
        """The handle under a place (image pixels), at so many screen pixels an image pixel."""
        if not self.isVisible():
            return None
        near = [
            (math.hypot(gap.x(), gap.y()) * scale, handle.name, handle)
            for handle in Handle
            for gap in [handle.of(self.rect()) - place]
        ]
        distance, _, handle = min(near)
        return handle if distance <= GRIP else None
