"""A mask that follows the mouse, and the frame with handles around the current mask."""

from __future__ import annotations

import enum
import math

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPen, QPixmap
from PyQt6.QtWidgets import QGraphicsPixmapItem, QGraphicsRectItem

from vostool.gui.canvas.tools.outline_item import mark
from vostool.masks.colours import Colour
from vostool.masks.crop import Window, decode_window
from vostool.masks.mask import Mask
from vostool.masks.overlay import overlay_rgba

MOST_SIDE = 640
"""A larger mask is shown coarser while it is dragged; the result is exact."""
GRIP = 8
"""So near to a handle, in screen pixels, it is taken."""


class GhostItem(QGraphicsPixmapItem):
    """A picture of a mask that can be put anywhere.

    Args:
        mask: with at least one pixel.
    """

    def __init__(self, mask: Mask, colour: Colour) -> None:
        window = Window.of(mask)
        step = math.ceil(max(window.width, window.height) / MOST_SIDE)
        pixels = np.ascontiguousarray(decode_window(mask, window)[::step, ::step])
        rgba = overlay_rgba({1: pixels}, {1: colour}, 0.5)
        high, wide = pixels.shape
        picture = QImage(rgba.tobytes(), wide, high, 4 * wide, QImage.Format.Format_RGBA8888)
        super().__init__(QPixmap.fromImage(picture))
        self._size = (wide, high)
        self.put(QRectF(window.left, window.top, window.width, window.height))

    def put(self, place: QRectF) -> None:
        """Show it stretched to this rectangle (image pixels)."""
        wide, high = self._size
        transform = self.transform()
        transform.reset()
        transform.translate(place.left(), place.top())
        transform.scale(place.width() / wide, place.height() / high)
        self.setTransform(transform)


class Handle(enum.Enum):
    """A handle, by the part of the width and height at which it lies."""

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


class HandlesItem(QGraphicsRectItem):
    """A dashed box with eight handles, hidden until it is put somewhere."""

    def __init__(self) -> None:
        super().__init__()
        pen = QPen(QColor(255, 255, 255), 1.5, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        self.setPen(pen)
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
