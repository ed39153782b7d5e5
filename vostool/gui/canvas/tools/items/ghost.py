"""A mask that follows the mouse."""

from __future__ import annotations

import math

import numpy as np
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QImage, QPixmap
from PyQt6.QtWidgets import QGraphicsPixmapItem

from vostool.masks.colours import Colour
from vostool.masks.crop import Window, decode_window
from vostool.masks.mask import Mask
from vostool.masks.overlay import overlay_rgba

MOST_SIDE = 640
"""Pixels; a larger mask is shown coarser while it is dragged. The result is exact."""


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
