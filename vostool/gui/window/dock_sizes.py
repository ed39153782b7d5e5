"""How large the docks are: as little as they need, or what a person dragged them to.

The picture gets all that is left. Qt spreads a window's growth over docks and picture alike, so
sizes are set again after each change of the window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QSize, Qt
from PyQt6.QtWidgets import QDockWidget, QMainWindow

from vostool.gui.threads.timers import single_shot
from vostool.gui.timeline.layout import ROW_HEIGHT, RULER_HEIGHT
from vostool.gui.timeline.thumbnails import HEIGHT as STRIP_HEIGHT

WIDTH = 262
"""Of the docks at the right, in pixels."""
LEAST_ROWS, MOST_ROWS = 2, 6
"""The timeline is made for so many rows when a video is opened; what is clicked later scrolls, for
a picture that moves under the mouse is worse."""


class DockSizes(QObject):
    """Keeps the docks of a window at their sizes.

    Args:
        window: whose separators a person drags.
        timeline: the dock whose height follows its rows.
    """

    def __init__(self, window: QMainWindow, timeline: QDockWidget) -> None:
        super().__init__(window)
        self._window, self._timeline = window, timeline
        self._width: int | None = None
        self._height: int | None = None
        self._rows = LEAST_ROWS
        self._sound = 0
        self._pressed: tuple[int, int] | None = None
        self._adopts = False
        self._applied_at = QSize()
        self._soon = single_shot(self, 0, self.apply)
        self._released = single_shot(self, 0, self._take_what_was_dragged)
        window.installEventFilter(self)

    @property
    def waits(self) -> bool:
        """True while sizes are about to be set or taken over."""
        if self._applied_at != self._window.size():
            return True
        return self._soon.isActive() or self._released.isActive()

    def adopt(self) -> None:
        """The sizes that the window gets now are those a person gave: it is put where it was."""
        self._adopts = True
        self._soon.start()

    def fit_rows(self, rows: int) -> None:
        """A video with so many objects is opened."""
        self._rows = max(LEAST_ROWS, min(rows, MOST_ROWS))
        self._soon.start()

    def fit_sound(self, pixels: int) -> None:
        """What is heard takes so much room over the timeline, which keeps its own."""
        self._sound = pixels
        self._soon.start()

    def apply(self) -> None:
        """Give every dock its size."""
        self._applied_at = self._window.size()
        if self._adopts:
            self._adopts = False
            self._width, self._height = self._now()
            self._height -= self._sound
            return
        right = self._right()
        if right is not None:
            width = self._width or WIDTH
            self._window.resizeDocks([right], [width], Qt.Orientation.Horizontal)
        height = (self._height or timeline_height(self._rows)) + self._sound
        self._window.resizeDocks([self._timeline], [height], Qt.Orientation.Vertical)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is self._window and event is not None:
            kind = event.type()
            if kind in (QEvent.Type.Resize, QEvent.Type.WindowStateChange):
                self._soon.start()
            elif kind == QEvent.Type.MouseButtonPress:
                self._pressed = self._now()
            elif kind == QEvent.Type.MouseButtonRelease and self._pressed is not None:
                self._released.start()
        return super().eventFilter(watched, event)

    def _take_what_was_dragged(self) -> None:
        """The window itself gets the mouse only on the separators between its docks."""
        before, self._pressed = self._pressed, None
        if before is None:
            return
        width, height = self._now()
        self._width = width if width != before[0] else self._width
        self._height = height - self._sound if height != before[1] else self._height

    def _now(self) -> tuple[int, int]:
        right = self._right()
        width = right.width() if right is not None else self._width or WIDTH
        return width, self._timeline.height()

    def _right(self) -> QDockWidget | None:
        """One of the docks at the right that is seen; those of a row of tabs have one size."""
        area = Qt.DockWidgetArea.RightDockWidgetArea
        for dock in self._window.findChildren(QDockWidget):
            there = self._window.dockWidgetArea(dock) == area and not dock.isFloating()
            if there and dock.isVisible() and not dock.visibleRegion().isEmpty():
                return dock
        return None


def timeline_height(rows: int) -> int:
    """Pixels that the timeline with its thumbnails needs for so many rows."""
    return STRIP_HEIGHT + RULER_HEIGHT + rows * ROW_HEIGHT + 4
