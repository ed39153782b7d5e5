"""The canvas: the frame, its masks and its prompts, pixel-exact at every zoom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QPen
from PyQt6.QtWidgets import QGraphicsRectItem, QGraphicsSimpleTextItem

from vostool.frames import Image
from vostool.gui.canvas_view import CURSORS, ImageViewBox
from vostool.gui.tools import Tool
from vostool.objects import Colour
from vostool.prompts import Prompts

POSITIVE, NEGATIVE = QColor(60, 220, 90), QColor(255, 70, 70)
CURRENT_MARK, OTHER_MARK = 13, 9
"""Diameter of click marks in screen pixels: the current object's, and the others'."""


class Canvas(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph is not typed
    """Shows one frame; zoom and pan stay as they are when the frame changes.

    Signals (image pixels):
        clicked(x, y, positive), box_drawn(x0, y0, x1, y1): prompting gestures.
        hovered(x, y): where the mouse is; NaN when it is outside the frame.
    """

    clicked = pyqtSignal(float, float, bool)
    box_drawn = pyqtSignal(float, float, float, float)
    hovered = pyqtSignal(float, float)

    def __init__(self) -> None:
        super().__init__(useOpenGL=False)
        self.view = ImageViewBox()
        self.setCentralItem(self.view)
        self._frame_item = pg.ImageItem(axisOrder="row-major")
        self._overlay_item = pg.ImageItem(axisOrder="row-major")
        self._rubber = QGraphicsRectItem()
        self._marks = _Marks(pxMode=True)
        self._boxes: list[QGraphicsRectItem] = []
        self._size = (0, 0)
        for z, item in enumerate((self._frame_item, self._overlay_item, self._marks, self._rubber)):
            item.setZValue(z)
            self.view.addItem(item, ignoreBounds=True)
        self._rubber.setPen(_cosmetic(QColor(255, 255, 255), 1.5, Qt.PenStyle.DashLine))
        self._rubber.hide()
        self._message = QGraphicsSimpleTextItem(self.view)
        self._message.setBrush(QColor(235, 235, 235))
        self._message.setPos(12, 10)
        self.view.clicked.connect(self.clicked)
        self.view.dragged.connect(self._rubber_band)
        self.scene().sigMouseMoved.connect(self._hover)
        self.set_tool(Tool.POINT)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName("Canvas")

    # -- what is shown -------------------------------------------------------------------------

    def show_frame(self, image: Image | None, overlay: Any | None) -> None:
        """Show a picture (H, W, 3) with an RGBA overlay of the same size or None."""
        if image is None:
            self._frame_item.clear()
        else:
            self._frame_item.setImage(image, autoLevels=False, levels=None)
            if self._size != image.shape[:2]:
                self._size = (image.shape[0], image.shape[1])
                self.fit()
        self.show_overlay(overlay)

    def show_overlay(self, overlay: Any | None) -> None:
        """Lay an RGBA picture over the frame; None takes it away."""
        if overlay is None:
            self._overlay_item.clear()
        else:
            self._overlay_item.setImage(overlay, autoLevels=False, levels=None)

    def clear_picture(self) -> None:
        """Show nothing."""
        self.show_frame(None, None)
        self.show_prompts({}, {}, None)
        self._size = (0, 0)

    def show_message(self, text: str) -> None:
        """A line at the top left, such as why the frame cannot be shown."""
        self._message.setText(text)

    def show_prompts(
        self, prompts: Mapping[int, Prompts], colours: Mapping[int, Colour], current: int | None
    ) -> None:
        """Draw the clicks and boxes of one frame, the current object's on top and larger."""
        order = sorted(prompts, key=lambda oid: oid == current)
        self._marks.setData(
            [
                _spot(point.x, point.y, point.positive, oid == current)
                for oid in order
                for point in prompts[oid].points
            ]
        )
        self._show_boxes(
            (prompts[oid].box, colours.get(oid, (255, 255, 255)), oid == current) for oid in order
        )

    def set_tool(self, tool: Tool) -> None:
        """Choose what the left button does."""
        self.view.tool = tool
        self.viewport().setCursor(CURSORS[tool])

    def fit(self) -> None:
        """Show the whole frame."""
        height, width = self._size
        if height and width:
            self.view.setRange(QRectF(0, 0, width, height), padding=0.02)

    def zoom(self, factor: float) -> None:
        """Zoom in (above 1) or out around the middle of what is seen."""
        self.view.scaleBy((1 / factor, 1 / factor))

    def actual_size(self) -> None:
        """One image pixel on one screen pixel, around the middle of what is seen."""
        pixel_width, _ = self.view.viewPixelSize()
        self.zoom(pixel_width)

    # -- gestures ------------------------------------------------------------------------------

    def _rubber_band(self, x0: float, y0: float, x1: float, y1: float, done: bool) -> None:
        self._rubber.setRect(QRectF(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)))
        self._rubber.setVisible(not done)
        if done:
            self.box_drawn.emit(x0, y0, x1, y1)

    def _hover(self, scene_position: Any) -> None:
        at = self.view.mapSceneToView(scene_position)
        height, width = self._size
        inside = 0 <= at.x() < width and 0 <= at.y() < height
        self.hovered.emit(*((at.x(), at.y()) if inside else (float("nan"), float("nan"))))

    def _show_boxes(self, boxes: Iterable[tuple[Any, Colour, bool]]) -> None:
        for item in self._boxes:
            self.view.removeItem(item)
        self._boxes = []
        for box, colour, is_current in boxes:
            if box is None:
                continue
            item = QGraphicsRectItem(QRectF(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0))
            item.setPen(_cosmetic(QColor(*colour), 2.5 if is_current else 1.5))
            item.setZValue(2)
            self.view.addItem(item, ignoreBounds=True)
            self._boxes.append(item)


class _Marks(pg.ScatterPlotItem):  # type: ignore[misc]  # pyqtgraph is not typed
    """Marks that a click goes through: pyqtgraph's own keep it for themselves."""

    def mouseClickEvent(self, event: Any) -> None:
        event.ignore()


def _cosmetic(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(colour, width, style)
    pen.setCosmetic(True)
    return pen


def _spot(x: float, y: float, positive: bool, is_current: bool) -> dict[str, Any]:
    return {
        "pos": np.array([x, y]),
        "size": CURRENT_MARK if is_current else OTHER_MARK,
        "symbol": "+" if positive else "x",
        "brush": POSITIVE if positive else NEGATIVE,
        "pen": pg.mkPen(20, 20, 20, width=1),
    }
