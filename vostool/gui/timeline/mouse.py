"""What mouse and wheel do on the timeline: scrub, choose a range, move its ends, pan, zoom."""

from __future__ import annotations

import enum

from PyQt6.QtCore import QObject, QPoint, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QWheelEvent

from vostool.gui.timeline.layout import LABEL_WIDTH, RULER_HEIGHT
from vostool.gui.timeline.scene import Scene

GRIP, GRIP_HEIGHT = 4, 14
"""Pixels beside an end of the range within which it can be taken, and up from the ruler's foot."""
SLIP = 4
"""Pixels that a hand may slip off the row on which it moves the playhead."""
NOTCH = 120
"""Eighths of a degree of one step of a wheel, as Qt counts."""
WHEEL_ZOOM, WHEEL_PAN = 1.25, 0.1


class Drag(enum.Enum):
    """What a held button does."""

    NONE = "none"
    SCRUB = "scrub"
    RANGE = "range"
    BLOCK = "block"
    PAN = "pan"


class TimelineMouse(QObject):
    """The gestures of one timeline: reads the scene that is shown, and says what is wanted.

    Signals:
        scrubbed, stepped, object_pressed, range_dragged, block_dragged: as
            :class:`~vostool.gui.timeline.widget.Timeline` has them.
        panned(float): later frames are to come in by so many pixels (negative: earlier ones).
        zoomed(float, int): less time (a factor above 1) or more, around a viewport column.
        rows_scrolled(int): the rows by so many pixels down.
        grip_shown(bool): the mouse is over an end of the range, or not any more.
    """

    scrubbed = pyqtSignal(int)
    stepped = pyqtSignal(int)
    object_pressed = pyqtSignal(int)
    range_dragged = pyqtSignal(int, int)
    block_dragged = pyqtSignal(int, int, object, QPoint)
    panned = pyqtSignal(float)
    zoomed = pyqtSignal(float, int)
    rows_scrolled = pyqtSignal(int)
    grip_shown = pyqtSignal(bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._drag = Drag.NONE
        self._anchor = 0
        self._began_at = QPoint()
        self._last = QPoint()
        self._turned = 0.0

    @property
    def is_dragging(self) -> bool:
        """True while a button is held that moves something."""
        return self._drag is not Drag.NONE

    def press(self, event: QMouseEvent, scene: Scene) -> None:
        """Begin what the button and the place mean."""
        at, button = event.position().toPoint(), event.button()
        self._last = self._began_at = at
        if button == Qt.MouseButton.MiddleButton:
            self._drag = Drag.PAN
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        object_id = scene.object_at(at.y())
        if object_id is not None and not shift:
            self.object_pressed.emit(object_id)
        if button != Qt.MouseButton.LeftButton or at.x() < LABEL_WIDTH:
            return
        grip = _grip(at, scene)
        if grip is not None:
            self._drag, self._anchor = Drag.RANGE, grip
        elif shift and object_id is not None:
            self._drag, self._anchor = Drag.BLOCK, scene.frame_at(at.x())
            self.object_pressed.emit(object_id)
            self._take_block(event, scene)
        elif shift:
            self._drag, self._anchor = Drag.RANGE, scene.frame_at(at.x())
            self._take_range(self._anchor)
        else:
            self._drag, self._anchor = Drag.SCRUB, scene.frame_at(at.x())
            self.scrubbed.emit(scene.frame_at(at.x()))

    def move(self, event: QMouseEvent, scene: Scene) -> None:
        """Go on with what was begun, or show what a press here would take."""
        at = event.position().toPoint()
        if self._drag is Drag.SCRUB and self._leaves_row(at, scene):
            self._drag = Drag.BLOCK
        if self._drag is Drag.SCRUB:
            self.scrubbed.emit(scene.frame_at(at.x()))
        elif self._drag is Drag.BLOCK:
            self._take_block(event, scene)
        elif self._drag is Drag.RANGE:
            self._take_range(scene.frame_at(at.x()))
        elif self._drag is Drag.PAN:
            self.panned.emit(self._last.x() - at.x())
            self.rows_scrolled.emit(self._last.y() - at.y())
        else:
            self.grip_shown.emit(_grip(at, scene) is not None)
        self._last = at

    def release(self, event: QMouseEvent) -> None:
        """End it."""
        self._drag = Drag.NONE

    def wheel(self, event: QWheelEvent, scene: Scene) -> None:
        """A frame a notch; with Ctrl zoom, with Shift in time, on the labels through the rows."""
        event.accept()
        turn, at = event.angleDelta(), event.position().toPoint()
        # Alt turns a wheel sideways in Qt; a touchpad does so by itself.
        amount = turn.y() or turn.x()
        keys = event.modifiers()
        if keys & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(WHEEL_ZOOM ** (amount / NOTCH), max(at.x(), LABEL_WIDTH))
        elif keys & Qt.KeyboardModifier.ShiftModifier or not turn.y():
            self.panned.emit(-amount / NOTCH * WHEEL_PAN * scene.scale.width)
        elif at.x() < LABEL_WIDTH:
            self.rows_scrolled.emit(round(-amount / NOTCH * scene.layout.row_height))
        else:
            self._turned -= amount / NOTCH
            frames = int(self._turned)  # a touchpad sends parts of a notch
            self._turned -= frames
            if frames:
                self.stepped.emit(frames)

    def _leaves_row(self, at: QPoint, scene: Scene) -> bool:
        """True where a drag that began on a row is well inside another one."""
        layout = scene.layout
        began = layout.at(self._began_at.y())
        if began is None or layout.at(at.y()) in (None, began):
            return False
        top = layout.top(began)
        return not top - SLIP <= at.y() < top + layout.row_height + SLIP

    def _take_block(self, event: QMouseEvent, scene: Scene) -> None:
        at = event.position().toPoint()
        frame = scene.frame_at(at.x())
        rows = scene.layout.between(self._began_at.y(), at.y())
        ids = [scene.objects[row].id for row in rows]
        self.block_dragged.emit(self._anchor, frame, ids, event.globalPosition().toPoint())
        self.scrubbed.emit(frame)

    def _take_range(self, frame: int) -> None:
        self.range_dragged.emit(self._anchor, frame)
        self.scrubbed.emit(frame)


def _grip(at: QPoint, scene: Scene) -> int | None:
    """The other end of the range where one of its ends is under the mouse in the ruler."""
    chosen, scale = scene.chosen, scene.scale
    in_ruler = RULER_HEIGHT - GRIP_HEIGHT <= at.y() < RULER_HEIGHT
    if chosen is None or not in_ruler or at.x() < LABEL_WIDTH - GRIP:
        return None
    x = at.x() - LABEL_WIDTH
    if abs(x - scale.edge(chosen.last + 1)) <= GRIP:
        return chosen.first
    return chosen.last if abs(x - scale.edge(chosen.first)) <= GRIP else None
