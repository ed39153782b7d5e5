"""The mouse on the canvas in image pixels, for every tool that has a gesture.

A stroke begins with the press and follows every move, while pyqtgraph reports clicks and drags only
once it knows which of them it is; so the tools are served before pyqtgraph sees the event. What is
left to pyqtgraph is looking: the Hand tool, the middle button and the wheel.
"""

from __future__ import annotations

from PyQt6.QtCore import QObject, QPointF, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent, QWheelEvent

from vostool.gui.canvas.tools.events import Phase, PointerEvent
from vostool.gui.canvas.tools.spec import ToolSpec

SERVED = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Pointer(QObject):
    """Follows one gesture at a time.

    Attributes:
        tool: the one that is chosen.

    Signals:
        acted(PointerEvent): moves without a button with every tool, the rest with those that have
            a gesture.
        picked(x, y): a Shift+click with any tool, which chooses an object.
    """

    acted = pyqtSignal(object)
    picked = pyqtSignal(float, float)

    def __init__(self, tool: ToolSpec) -> None:
        super().__init__()
        self.tool = tool
        self._button: Qt.MouseButton | None = None
        self._silent = False

    @property
    def is_down(self) -> bool:
        """True while a button is held for the tool, or for a Shift+click."""
        return self._button is not None

    def press(self, event: QMouseEvent, at: QPointF, *, double: bool = False) -> bool:
        """Take a press (``at`` is in image pixels); False where it is pyqtgraph's."""
        if self._button == event.button():
            self.release(event, at)  # its release went to a window that came up in between
        if self._button is not None:
            return True  # a second button does not end or change what goes on
        button = event.button()
        if button == Qt.MouseButton.LeftButton and event.modifiers() & SHIFT:
            self._button, self._silent = button, True
            self.picked.emit(at.x(), at.y())
            return True
        if self.tool.gesture is None or button not in SERVED:
            return False
        self._button, self._silent = button, False
        self._tell(Phase.PRESS, event, at, double)
        return True

    def move(self, event: QMouseEvent, at: QPointF) -> bool:
        """Take a move; False where pyqtgraph has to see it too."""
        if self._button is None:
            self._tell(Phase.HOVER, event, at)
            return False
        if not self._silent:
            self._tell(Phase.DRAG, event, at)
        return True

    def release(self, event: QMouseEvent, at: QPointF) -> bool:
        """Take a release; False where it is pyqtgraph's."""
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
        """Steps by which the wheel changes the tool's number; 0 where it zooms."""
        if self.tool.number is None or not event.modifiers() & (ALT | SHIFT):
            return 0
        # With Alt held most systems report a turn of the wheel as a sideways one.
        turned = event.angleDelta().y() or event.angleDelta().x()
        return (turned > 0) - (turned < 0)

    def _tell(self, phase: Phase, event: QMouseEvent, at: QPointF, double: bool = False) -> None:
        left = (self._button or event.button()) != Qt.MouseButton.RightButton
        ctrl, alt = bool(event.modifiers() & CTRL), bool(event.modifiers() & ALT)
        self.acted.emit(PointerEvent(phase, at.x(), at.y(), left, ctrl, alt, double))
