"""The canvas' view: image pixels on the screen. pyqtgraph pans and zooms it, and no more."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QPointF, Qt

PANS = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton)


class ImageViewBox(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph is not typed
    """A view box in image pixels: y down, square pixels.

    A drag moves the picture. The left button comes here with the Hand tool only; with every other
    tool :class:`vostool.gui.canvas.tools.pointer.Pointer` has taken it.
    """

    def __init__(self) -> None:
        super().__init__(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0.0)
        self.setMouseEnabled(True, True)

    def mouseDragEvent(self, event: Any, axis: Any = None) -> None:
        if event.button() in PANS:
            before = self.mapSceneToView(event.lastScenePos())
            after = self.mapSceneToView(event.scenePos())
            delta: QPointF = before - after
            self.translateBy(x=delta.x(), y=delta.y())
        event.accept()
