"""The canvas' view: turns mouse gestures into image coordinates and zooms at the cursor."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QPointF, Qt, pyqtSignal

from vostool.gui.canvas.tools.modes import Tool

NEGATIVE_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class ImageViewBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph is not typed
    """A view box in image pixels: y down, square pixels.

    Signals (all in image pixels):
        clicked(x, y, positive): a click with a prompting tool.
        dragged(x0, y0, x1, y1, finished): a box being drawn.
    """

    clicked = pyqtSignal(float, float, bool)
    dragged = pyqtSignal(float, float, float, float, bool)

    def __init__(self) -> None:
        super().__init__(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0.0)
        self.tool = Tool.POINT
        self.setMouseEnabled(True, True)

    def mouseClickEvent(self, event: Any) -> None:
        if self.tool not in (Tool.POINT, Tool.NEGATIVE) or event.double():
            event.accept()
            return
        left = event.button() == Qt.MouseButton.LeftButton
        right = event.button() == Qt.MouseButton.RightButton
        if left or right:
            at = self.mapSceneToView(event.scenePos())
            positive = left and not (event.modifiers() & NEGATIVE_MODIFIERS)
            positive = positive and self.tool is Tool.POINT
            self.clicked.emit(at.x(), at.y(), positive)
            event.accept()

    def mouseDragEvent(self, event: Any, axis: Any = None) -> None:
        draws = self.tool is not Tool.HAND and event.button() == Qt.MouseButton.LeftButton
        if draws:
            start = self.mapSceneToView(event.buttonDownScenePos())
            end = self.mapSceneToView(event.scenePos())
            self.dragged.emit(start.x(), start.y(), end.x(), end.y(), bool(event.isFinish()))
            event.accept()
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pan(event)
        else:
            event.accept()

    def _pan(self, event: Any) -> None:
        before = self.mapSceneToView(event.lastScenePos())
        after = self.mapSceneToView(event.scenePos())
        delta: QPointF = before - after
        self.translateBy(x=delta.x(), y=delta.y())
        event.accept()
