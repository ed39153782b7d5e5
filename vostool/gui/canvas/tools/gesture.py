"""What mouse and keys do while a tool is chosen; this one does nothing."""

from __future__ import annotations

from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.events import Phase, PointerEvent


class Gesture:
    """Base of the gestures: a tool overrides what it needs."""

    def __init__(self, context: ToolContext) -> None:
        self.context = context

    @property
    def goes_on(self) -> bool:
        """True while more clicks are awaited, as between two corners of a polygon."""
        return False

    def begin(self) -> None:
        """The tool was chosen."""

    def end(self) -> None:
        """Another tool was chosen, or the video is closed: leave nothing on the canvas."""

    def press(self, event: PointerEvent) -> None:
        """A button went down."""

    def drag(self, event: PointerEvent) -> None:
        """The mouse moved with the button held."""

    def release(self, event: PointerEvent) -> None:
        """The button went up."""

    def pick_nothing(self, x: float, y: float) -> None:
        """A Shift+click, which selects with every tool, met no object (image pixels)."""

    def hover(self, event: PointerEvent) -> None:
        """The mouse moved without a button."""

    def leave(self) -> None:
        """The mouse left the canvas."""

    def key(self, name: str) -> None:
        """A key that the tool has claimed was pressed."""

    def project_changed(self) -> None:
        """Mask, selection, frame or options have changed, or may have."""

    def take(self, event: PointerEvent) -> None:
        """Call the method for what the mouse did."""
        if event.phase is Phase.LEAVE:
            self.leave()
        else:
            {
                Phase.PRESS: self.press,
                Phase.DRAG: self.drag,
                Phase.RELEASE: self.release,
                Phase.HOVER: self.hover,
            }[event.phase](event)
