"""The mouse on the canvas in image pixels, for the tools that draw.

pyqtgraph reports clicks and drags once it knows which of them it is; a stroke begins with the press
and follows every move, so these tools are served before pyqtgraph sees the event.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QObject, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QWheelEvent

from vostool.gui.canvas.tools.modes import Tool

SERVED = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
OTHER_WAY = Qt.KeyboardModifier.ControlModifier
RESIZES = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier


class Phase(enum.Enum):
    """What the mouse did."""

    PRESS = "press"
    DRAG = "drag"
    RELEASE = "release"
    HOVER = "hover"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """One thing the mouse did.

    Attributes:
        x, y: image pixels, fractional; not necessarily inside the frame.
        left: the gesture is the left button's, else the right one's.
        ctrl: Ctrl is held.
        double: a press that is the second of a double click.
    """

    phase: Phase
    x: float
    y: float
    left: bool = True
    ctrl: bool = False
    double: bool = False

    @property
    def other_way(self) -> bool:
        """The gesture means the opposite: erase instead of paint, take away instead of add."""
        return self.ctrl or not self.left


class Pointer(QObject):
    """Follows one gesture at a time.

    Attributes:
        tool: the one that is chosen.
        grabs: says of a place (image pixels) that a press there is taken also with a tool that
            does not draw, as on a handle; or None.

    Signals:
        acted(PointerEvent): moves without a button with every tool, the rest with those that draw.
        picked(x, y): a Shift+click with any tool, which chooses an object.
    """

    acted = pyqtSignal(object)
    picked = pyqtSignal(float, float)

    def __init__(self) -> None:
        super().__init__()
        self.tool = Tool.POINT
        self.grabs: Callable[[QPointF], bool] | None = None
        self._button: Qt.MouseButton | None = None
        self._silent = False

    @property
    def is_down(self) -> bool:
        """True while a button is held for a gesture of ours."""
        return self._button is not None

    def press(self, event: QMouseEvent, at: QPointF, *, double: bool = False) -> bool:
        """Take a press (``at`` is in image pixels); False where it is not ours."""
        if self._button == event.button():
            self.release(event, at)  # a window that came up in between has taken the release
        if self._button is not None:
            return True  # a second button does not end or change what goes on
        button, shift = event.button(), Qt.KeyboardModifier.ShiftModifier
        if button == Qt.MouseButton.LeftButton and event.modifiers() & shift:
            self._button, self._silent = button, True
            self.picked.emit(at.x(), at.y())
            return True
        taken = self.tool.draws or (self.grabs is not None and self.grabs(at))
        if not taken or button not in SERVED:
            return False
        self._button, self._silent = button, False
        self._tell(Phase.PRESS, event, at, double)
        return True

    def move(self, event: QMouseEvent, at: QPointF) -> bool:
        """Take a move; False where the rest of the canvas shall see it too."""
        if self._button is None:
            self._tell(Phase.HOVER, event, at)
            return False
        if not self._silent:
            self._tell(Phase.DRAG, event, at)
        return True

    def release(self, event: QMouseEvent, at: QPointF) -> bool:
        """Take a release; False where it is not ours."""
        if self._button is None:
            return False
        if event.button() == self._button:
            if not self._silent:
                self._tell(Phase.RELEASE, event, at)
            self._button = None
        return True

    def leave(self) -> None:
        """The mouse left the canvas."""
        self.acted.emit(PointerEvent(Phase.LEAVE, float("nan"), float("nan")))

    def wheel_steps(self, event: QWheelEvent) -> int:
        """Steps by which the wheel changes the tool's number; 0 where it shall zoom."""
        numbered = self.tool.has_size or self.tool is Tool.WAND
        if not numbered or not event.modifiers() & RESIZES:
            return 0
        # With Alt held most systems report the wheel as a sideways one.
        turned = event.angleDelta().y() or event.angleDelta().x()
        return (turned > 0) - (turned < 0)

    def _tell(self, phase: Phase, event: QMouseEvent, at: QPointF, double: bool = False) -> None:
        left = (self._button or event.button()) != Qt.MouseButton.RightButton
        ctrl = bool(event.modifiers() & OTHER_WAY)
        self.acted.emit(PointerEvent(phase, at.x(), at.y(), left, ctrl, double))
