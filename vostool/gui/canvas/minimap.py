"""The whole frame in the canvas' corner while a part of it is seen; a drag in it moves the view."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PyQt6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from vostool.frames import Image
from vostool.gui.look.tokens import Over
from vostool.words import tr

LONG_SIDE, MARGIN = 180, 10
MOST_SEEN = 0.9
"""The minimap hides where more of the frame's width and height than this part is seen."""


class Minimap(QWidget):
    """Lies over a corner of a :class:`vostool.gui.canvas.canvas.Canvas`."""

    def __init__(self, canvas: Any) -> None:
        super().__init__(canvas)
        self._canvas, self._view = canvas, canvas.view
        self._picture: QImage | None = None
        self._size = (0, 0)
        self._wanted = True
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setAccessibleName(tr("Minimap"))
        self.setToolTip(tr("The whole frame; drag to move the view"))
        self._view.sigRangeChanged.connect(self.follow)
        canvas.installEventFilter(self)
        self.hide()

    def set_wanted(self, wanted: bool) -> None:
        """Whether it may be shown at all."""
        self._wanted = wanted
        self.follow()

    def show_image(self, image: Image | None) -> None:
        """The frame (H, W, 3), or None where nothing is open."""
        if image is None:
            self._picture, self._size = None, (0, 0)
        else:
            self._size = (image.shape[1], image.shape[0])
            # Leaving out pixels is good enough at this size, and fast.
            step = max(1, math.ceil(max(self._size) / (2 * LONG_SIDE)))
            small = np.ascontiguousarray(image[::step, ::step])
            height, width = small.shape[:2]
            made = QImage(small.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
            self._picture = made.copy()
        self.follow()

    @property
    def seen(self) -> QRectF:
        """The part of the frame that the canvas shows, in pixels of the frame."""
        return QRectF(self._view.viewRect()).intersected(QRectF(0, 0, *self._size))

    def follow(self) -> None:
        """Show, place or hide the minimap, after the view has changed."""
        width, height = self._size
        seen = self.seen
        partly = seen.width() < MOST_SEEN * width or seen.height() < MOST_SEEN * height
        if not (self._wanted and self._picture is not None and partly):
            self.hide()
            return
        scale = LONG_SIDE / max(width, height)
        self.resize(max(round(width * scale), 12), max(round(height * scale), 12))
        area = self._canvas.rect()
        self.move(area.right() - self.width() - MARGIN, area.top() + MARGIN)
        self.show()
        self.update()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.Resize:
            self.follow()
        return False

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._centre(event.position())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._centre(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        if event is not None:
            event.accept()  # or the canvas below would get this press without its release

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self._picture is None:
            return
        painter = QPainter(self)
        painter.drawImage(self.rect(), self._picture)
        painter.fillRect(self.rect(), QColor(*Over.DARK, 70))
        scale = self.width() / self._size[0]
        seen = self.seen
        part = QRectF(
            seen.x() * scale, seen.y() * scale, seen.width() * scale, seen.height() * scale
        )
        painter.setClipRect(part)
        painter.drawImage(self.rect(), self._picture)
        painter.setClipping(False)
        painter.setPen(QPen(QColor(*Over.LIGHT), 1.5))
        painter.drawRect(part.adjusted(0.5, 0.5, -1, -1))
        painter.setPen(QColor(*Over.DARK, 160))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _centre(self, at: QPointF) -> None:
        """Move the view so that its middle is this place of the minimap."""
        scale = self._size[0] / self.width()
        x = min(max(at.x() * scale, 0), self._size[0])
        y = min(max(at.y() * scale, 0), self._size[1])
        middle = QRectF(self._view.viewRect()).center()
        self._view.translateBy(x=x - middle.x(), y=y - middle.y())
