"""What mouse and wheel do on the timeline: scrub, choose a range, move its ends, pan, zoom."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent

from vostool.gui.timeline.layout import LABEL_WIDTH, ROW_HEIGHT, RULER_HEIGHT

if TYPE_CHECKING:
    from vostool.gui.timeline.widget import Timeline

GRIP, GRIP_HEIGHT = 4, 14
"""Pixels beside an end of the range within which it can be taken, and up from the ruler's foot."""
NOTCH = 120
"""Eighths of a degree of one step of a wheel, as Qt counts."""
WHEEL_ZOOM, WHEEL_PAN = 1.25, 0.1


class Drag(enum.Enum):
    """What a held button does."""

    NONE = "none"
    SCRUB = "scrub"
    RANGE = "range"
    PAN = "pan"


class TimelineMouse:
    """The gestures of one timeline."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._drag = Drag.NONE
        self._anchor = 0
        self._last = QPoint()
        self._turned = 0.0

    @property
    def is_dragging(self) -> bool:
        """True while a button is held that moves something."""
        return self._drag is not Drag.NONE

    def press(self, event: QMouseEvent) -> None:
        """Begin what the button and the place mean."""
        at, button = event.position().toPoint(), event.button()
        self._last = at
        if button == Qt.MouseButton.MiddleButton:
            self._drag = Drag.PAN
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        object_id = self._timeline.object_at(at.y())
        if object_id is not None and not shift:
            self._timeline.object_pressed.emit(object_id)
        if button != Qt.MouseButton.LeftButton or at.x() < LABEL_WIDTH:
            return
        grip = self._grip(at)
        if grip is not None:
            self._drag, self._anchor = Drag.RANGE, grip
        elif shift:
            self._drag, self._anchor = Drag.RANGE, self._timeline.frame_at(at.x())
            self._take_range(at)
        else:
            self._drag = Drag.SCRUB
            self._timeline.scrubbed.emit(self._timeline.frame_at(at.x()))

    def move(self, event: QMouseEvent) -> None:
        """Go on with what was begun, or show what a press here would take."""
        at = event.position().toPoint()
        if self._drag is Drag.SCRUB:
            self._timeline.scrubbed.emit(self._timeline.frame_at(at.x()))
        elif self._drag is Drag.RANGE:
            self._take_range(at)
        elif self._drag is Drag.PAN:
            self._timeline.pan(self._last.x() - at.x())
            self._timeline.scroll_rows(self._last.y() - at.y())
        else:
            self._show_grip(at)
        self._last = at

    def release(self, event: QMouseEvent) -> None:
        """End it."""
        self._drag = Drag.NONE

    def wheel(self, event: QWheelEvent) -> None:
        """A frame a notch; with Ctrl zoom, with Shift in time, on the labels through the rows."""
        event.accept()
        turn, at = event.angleDelta(), event.position().toPoint()
        # Alt turns a wheel sideways in Qt; a touchpad does so by itself.
        amount = turn.y() or turn.x()
        keys = event.modifiers()
        if keys & Qt.KeyboardModifier.ControlModifier:
            self._timeline.zoom(WHEEL_ZOOM ** (amount / NOTCH), max(at.x(), LABEL_WIDTH))
        elif keys & Qt.KeyboardModifier.ShiftModifier or not turn.y():
            self._timeline.pan(-amount / NOTCH * WHEEL_PAN * self._timeline.scale.width)
        elif at.x() < LABEL_WIDTH:
            self._timeline.scroll_rows(round(-amount / NOTCH * ROW_HEIGHT))
        else:
            self._turned -= amount / NOTCH
            frames = int(self._turned)  # a touchpad sends parts of a notch
            self._turned -= frames
            if frames:
                self._timeline.stepped.emit(frames)

    def _take_range(self, at: QPoint) -> None:
        frame = self._timeline.frame_at(at.x())
        self._timeline.range_dragged.emit(self._anchor, frame)
        self._timeline.scrubbed.emit(frame)

    def _grip(self, at: QPoint) -> int | None:
        """The other end of the range where one of its ends is under the mouse in the ruler."""
        chosen, scale = self._timeline.chosen, self._timeline.scale
        in_ruler = RULER_HEIGHT - GRIP_HEIGHT <= at.y() < RULER_HEIGHT
        if chosen is None or not in_ruler or at.x() < LABEL_WIDTH - GRIP:
            return None
        x = at.x() - LABEL_WIDTH
        if abs(x - scale.edge(chosen.last + 1)) <= GRIP:
            return chosen.first
        return chosen.last if abs(x - scale.edge(chosen.first)) <= GRIP else None

    def _show_grip(self, at: QPoint) -> None:
        viewport = self._timeline.viewport()
        if viewport is not None:
            taken = self._grip(at) is not None
            viewport.setCursor(
                Qt.CursorShape.SizeHorCursor if taken else Qt.CursorShape.ArrowCursor
            )
