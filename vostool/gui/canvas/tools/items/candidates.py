"""What a finder proposes, drawn over the picture: outlines, and chips with label and score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PyQt6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from vostool.gui.engine.previews import Outline
from vostool.masks.colours import Colour

PAD, LONGEST, CHIP_PIXELS = 4.0, 180.0, 12
FILL_ALPHA, HOVER_ALPHA = 60, 110


@dataclass(frozen=True, eq=False)
class Shape:
    """One candidate as it is drawn.

    Attributes:
        index: of the candidate.
        path: its outlines, in pixels of the frame.
        area: pixels; of two that lie over each other the smaller one is under the mouse.
        text: of the chip.
        left_out: it will not be taken.
    """

    index: int
    path: QPainterPath
    area: int
    text: str
    colour: Colour
    left_out: bool = False


def path_of(outlines: Sequence[Outline]) -> QPainterPath:
    """The outlines of parts and holes as one path, in which holes are open."""
    if not outlines:
        return QPainterPath()
    rings = [np.vstack((ring, ring[:1])) for ring in outlines]
    points = np.vstack(rings).astype(np.float64)
    goes_on = np.ones(len(points), np.int32)
    goes_on[np.cumsum([len(ring) for ring in rings]) - 1] = 0
    # Thousands of corners one by one would take the window's thread too long.
    path: QPainterPath = pg.arrayToQPath(points[:, 0], points[:, 1], connect=goes_on)
    path.setFillRule(Qt.FillRule.OddEvenFill)
    return path


class CandidatesItem(QGraphicsItem):
    """All candidates of one frame (image pixels); clicks go through to the tool."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.shapes: tuple[Shape, ...] = ()
        self._hovered: int | None = None
        self._font = QFont()
        self._font.setPixelSize(CHIP_PIXELS)
        self._size = QRectF()

    def put(self, shapes: Sequence[Shape], width: int, height: int) -> None:
        """Draw these, the best first, on a frame of this size."""
        self.prepareGeometryChange()
        self._size = QRectF(0, 0, width, height)
        self.shapes = tuple(shapes)
        self.update()

    def hover(self, index: int | None) -> None:
        """Stress the one under the mouse."""
        if index != self._hovered:
            self._hovered = index
            self.update()

    def at(self, x: float, y: float) -> int | None:
        """The index of the smallest candidate at a place, or None."""
        place = QPointF(x, y)
        hit = [shape for shape in self.shapes if shape.path.contains(place)]
        return min(hit, key=lambda shape: shape.area).index if hit else None

    def boundingRect(self) -> QRectF:
        return self._size.adjusted(-200, -40, 200, 40)  # chips reach over the frame's border

    def paint(
        self,
        painter: QPainter | None,
        option: QStyleOptionGraphicsItem | None,
        widget: QWidget | None = None,
    ) -> None:
        if painter is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for shape in reversed(self.shapes):
            self._paint_outline(painter, shape)
        # Chips have the size of the screen's pixels; where two would lie over each other, the
        # better candidate's is drawn.
        to_screen = painter.worldTransform()
        painter.resetTransform()
        painter.setFont(self._font)
        free: list[QRectF] = []
        for shape in sorted(self.shapes, key=lambda each: each.index != self._hovered):
            corner = to_screen.map(shape.path.boundingRect().topLeft())
            chip = self._chip_rect(shape.text, corner)
            if not any(chip.intersects(other) for other in free):
                free.append(chip)
                self._paint_chip(painter, shape, chip)
        painter.setWorldTransform(to_screen)

    def _paint_outline(self, painter: QPainter, shape: Shape) -> None:
        red, green, blue = shape.colour
        hovered = shape.index == self._hovered
        fill = QColor(red, green, blue, HOVER_ALPHA if hovered else FILL_ALPHA)
        if shape.left_out:
            fill.setAlpha(30 if hovered else 0)
        painter.setBrush(fill)
        # A dark line under the bright one is seen on every picture.
        thin = 0.8 if shape.left_out else 0.0
        bright = QColor(225, 225, 225) if shape.left_out else QColor(red, green, blue)
        dashes = Qt.PenStyle.DashLine if shape.left_out else Qt.PenStyle.SolidLine
        for line, wide, style in (
            (QColor(0, 0, 0, 180), 4.0, Qt.PenStyle.SolidLine), (bright, 2.0, dashes),
        ):  # fmt: skip
            pen = QPen(line, wide - thin + (1 if hovered else 0), style)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(shape.path)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _chip_rect(self, text: str, corner: QPointF) -> QRectF:
        metrics = QFontMetricsF(self._font)
        wide = min(metrics.horizontalAdvance(text), LONGEST) + 2 * PAD
        high = metrics.height() + 2
        return QRectF(corner.x(), max(corner.y() - high, 0.0), wide, high)

    def _paint_chip(self, painter: QPainter, shape: Shape, chip: QRectF) -> None:
        red, green, blue = (70, 74, 80) if shape.left_out else shape.colour
        # Black or white, whichever contrasts more (relative luminance, ITU-R BT.709).
        light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 118
        painter.setPen(QColor("white") if shape.index == self._hovered else QColor(0, 0, 0, 90))
        painter.setBrush(QColor(red, green, blue))
        painter.drawRect(chip.adjusted(0, 0, -1, -1))
        painter.setPen(QColor("black") if light else QColor("white"))
        metrics = QFontMetricsF(self._font)
        text = metrics.elidedText(shape.text, Qt.TextElideMode.ElideRight, LONGEST)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
