"""A stroke while it is drawn, and the ring that shows how large the brush is."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QGuiApplication, QPainter, QPen, QPixmap
from PyQt6.QtWidgets import QGraphicsEllipseItem, QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from vostool.gui.look.tokens import Over

OPACITY = 0.55


class StrokeItem(QGraphicsItem):
    """A thick line in image pixels, on a picture of the screen's resolution.

    Each new piece is painted once and only its surroundings are shown again, so that the work a
    move makes depends neither on the length of the stroke nor on the size of the frame.

    Args:
        seen: the part of the image that is seen (image pixels); the stroke is cut off there.
        scale: screen pixels an image pixel.
        size: the line's width in image pixels.
    """

    def __init__(self, seen: QRectF, scale: float, size: float, colour: QColor) -> None:
        super().__init__()
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            scale *= application.devicePixelRatio()
        self._seen, self._scale = seen, scale
        self._reach = size / 2 + 2 / scale
        # A rectangle of no area would be a picture that cannot be painted on.
        wide, high = (max(math.ceil(side * scale), 1) for side in (seen.width(), seen.height()))
        self._picture = QPixmap(wide, high)
        self._picture.fill(Qt.GlobalColor.transparent)
        self._pen = QPen(colour, max(size * scale, 1.5))
        self._pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self._last: QPointF | None = None
        self.setOpacity(OPACITY)

    def add(self, x: float, y: float) -> None:
        """Go on to this place (image pixels)."""
        at = QPointF(x, y)
        start = self._last if self._last is not None else at
        self._last = at
        painter = QPainter(self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        first, second = self._on_picture(start), self._on_picture(at)
        if first == second:
            painter.drawPoint(second)
        else:
            painter.drawLine(first, second)
        painter.end()
        reach = self._reach
        changed = QRectF(start, at).normalized().adjusted(-reach, -reach, reach, reach)
        self.update(changed)

    def boundingRect(self) -> QRectF:
        return self._seen

    def paint(
        self,
        painter: QPainter | None,
        option: QStyleOptionGraphicsItem | None,
        widget: QWidget | None = None,
    ) -> None:
        if painter is not None:
            painter.drawPixmap(self._seen, self._picture, QRectF(self._picture.rect()))

    def _on_picture(self, at: QPointF) -> QPointF:
        return (at - self._seen.topLeft()) * self._scale


class Ring:
    """A circle around the mouse, dark and light, so that it is seen on every picture."""

    def __init__(self) -> None:
        self.items = [QGraphicsEllipseItem(), QGraphicsEllipseItem()]
        for item, colour, width in zip(
            self.items, (QColor(*Over.DARK, 150), QColor(*Over.LIGHT)), (3.0, 1.2), strict=True
        ):
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            item.setPen(pen)
            item.hide()

    def show_at(self, x: float, y: float, size: float, *, dashed: bool) -> None:
        """Show it around a place (image pixels); dashed where it takes away."""
        for item in self.items:
            item.setRect(QRectF(x - size / 2, y - size / 2, size, size))
            item.show()
        pen = self.items[1].pen()
        pen.setStyle(Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine)
        self.items[1].setPen(pen)

    def hide(self) -> None:
        """Show nothing."""
        for item in self.items:
            item.hide()
