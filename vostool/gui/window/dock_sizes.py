"""How large the docks are: as little as they need, or what a person dragged them to.

The picture gets all that is left. Qt spreads a window's growth over docks and picture alike, so
sizes are set again after each change of the window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QSize, Qt
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QWidget

from vostool.gui.threads.timers import single_shot
from vostool.gui.timeline.layout import ROW_HEIGHT, ROWS_TOP, row_height
from vostool.gui.timeline.thumbnails import HEIGHT as STRIP_HEIGHT

WIDTH = 262
"""Of the docks at the right, in pixels."""
LEAST_ROWS, MOST_ROWS = 2, 6
"""The timeline is made for so many rows, low ones in the room of high ones; more scroll."""

MOST_TRIES = 3
"""Times that sizes are set again where a window has no room for them, or has it only later."""


class DockSizes(QObject):
    """Keeps the docks of a window at their sizes.

    Args:
        window: whose separators a person drags.
        timeline: the dock whose height follows its rows.
        picture: what gets the rest, and must not move under the mouse.
    """

    def __init__(self, window: QMainWindow, timeline: QDockWidget, picture: QWidget) -> None:
        super().__init__(window)
        self._window, self._timeline, self._picture = window, timeline, picture
        self._width: int | None = None
        self._height: int | None = None
        self._rows = self._coming = LEAST_ROWS
        self._sound = 0
        self._pressed: tuple[int, int] | None = None
        self._tries = 0
        self._applied_at = QSize()
        self._soon = single_shot(self, 0, self.apply)
        self._released = single_shot(self, 0, self._take_what_was_dragged)
        window.installEventFilter(self)
        picture.installEventFilter(self)

    @property
    def waits(self) -> bool:
        """True while sizes are about to be set or taken over."""
        if self._applied_at != self._window.size():
            return True
        return self._soon.isActive() or self._released.isActive()

    @property
    def dragged(self) -> tuple[int, int]:
        """The width and height that a person gave, in pixels; 0 for none."""
        return self._width or 0, self._height or 0

    def take(self, width: int, height: int) -> None:
        """Keep these sizes of an earlier window; 0 for none."""
        self._width, self._height = width or None, height or None
        self._soon.start()

    def watch(self, dock: QDockWidget) -> None:
        """One at the right that comes and goes: Qt gives it a width of its own."""
        dock.visibilityChanged.connect(lambda _shown: self._soon.start())

    def fit_rows(self, rows: int) -> None:
        """A video with so many objects is opened."""
        self._rows = self._coming = rows
        self._soon.start()

    def follow_rows(self, rows: int) -> None:
        """Objects came or went. The timeline follows at once, or as soon as the mouse leaves the
        picture: a picture that moves under the mouse is worse than rows that scroll for a while.
        """
        self._coming = rows
        if rows != self._rows and not self._picture.underMouse():
            self.fit_rows(rows)

    def fit_sound(self, pixels: int) -> None:
        """What is heard takes so much room over the timeline, which keeps its own."""
        self._sound = pixels
        self._soon.start()

    def apply(self) -> None:
        """Give every dock its size."""
        self._applied_at = self._window.size()
        right = self._right()
        if right is not None:
            width = self._width or WIDTH
            self._window.resizeDocks([right], [width], Qt.Orientation.Horizontal)
        height = (self._height or timeline_height(self._rows)) + self._sound
        self._window.resizeDocks([self._timeline], [height], Qt.Orientation.Vertical)
        self._look_again(right)

    def _look_again(self, right: QDockWidget | None) -> None:
        """A window that is laid out once more, as after it was maximized, may squeeze a dock."""
        wide = self._width is None or right is None or right.width() >= self._width
        least = self._height + self._sound if self._height is not None else 0
        high = self._timeline.height() >= least
        self._tries = 0 if wide and high else self._tries + 1
        if 0 < self._tries <= MOST_TRIES:
            self._soon.start()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        if watched is self._picture and event is not None:
            if event.type() == QEvent.Type.Leave and self._coming != self._rows:
                self.fit_rows(self._coming)
        elif watched is self._window and event is not None:
            kind = event.type()
            if kind in (QEvent.Type.Resize, QEvent.Type.WindowStateChange):
                self._tries = 0
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
    room = min(rows * row_height(rows), MOST_ROWS * ROW_HEIGHT)
    return STRIP_HEIGHT + ROWS_TOP + max(room, LEAST_ROWS * ROW_HEIGHT) + 4
