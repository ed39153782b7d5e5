"""Items that the tools show over the picture for a while, and when they are taken away."""

from __future__ import annotations

from PyQt6 import sip
from PyQt6.QtCore import QObject, QRectF, pyqtBoundSignal
from PyQt6.QtWidgets import QGraphicsItem

from vostool.gui.threads.timers import single_shot

PATIENCE_MS = 500
"""After that a preview is taken away even if no new overlay came, as with hidden masks."""
ABOVE = 10
"""Previews lie above the frame, the masks and the marks."""


class Previews(QObject):
    """The tools' items on the canvas' view.

    Args:
        view: the canvas' view box.
        overlay_shown: is emitted when the masks have been painted anew.
    """

    def __init__(self, view: object, overlay_shown: pyqtBoundSignal) -> None:
        super().__init__()
        self._view: object = view
        self._items: list[QGraphicsItem] = []
        self._leaving: list[QGraphicsItem] = []
        self._timer = single_shot(self, PATIENCE_MS, self._drop_leaving)
        overlay_shown.connect(self._drop_leaving)

    def add(self, item: QGraphicsItem) -> None:
        """Show an item, given in image pixels."""
        item.setZValue(ABOVE)
        self._view.addItem(item, ignoreBounds=True)  # type: ignore[attr-defined]
        self._items.append(item)

    def drop(self, item: QGraphicsItem | None) -> None:
        """Take an item away at once; None and one that is gone already are fine."""
        if item is not None and item in self._items:
            self._items.remove(item)
            self._view.removeItem(item)  # type: ignore[attr-defined]

    def drop_with_overlay(self, item: QGraphicsItem) -> None:
        """Take an item away when the masks have been painted anew, so that nothing flickers."""
        if item in self._items:
            self._leaving.append(item)
            self._timer.start()

    @property
    def seen(self) -> QRectF:
        """The part of the image that is seen, in image pixels."""
        return QRectF(self._view.viewRect())  # type: ignore[attr-defined]

    @property
    def scale(self) -> float:
        """How many screen pixels an image pixel takes."""
        return 1.0 / float(self._view.viewPixelSize()[0])  # type: ignore[attr-defined]

    def _drop_leaving(self) -> None:
        leaving, self._leaving = self._leaving, []
        self._timer.stop()
        if sip.isdeleted(self._view):  # type: ignore[arg-type]  # the window closed before
            return
        for item in leaving:
            self.drop(item)
