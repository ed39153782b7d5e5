"""Select: a click on a mask makes its object current; once more takes the one behind it."""

from __future__ import annotations

from PyQt6.QtCore import Qt

from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.events import PointerEvent
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.picking import next_at
from vostool.gui.canvas.tools.spec import Kind, ToolSpec


class SelectGesture(Gesture):
    """A click selects; Shift+click does the same with every tool."""

    def press(self, event: PointerEvent) -> None:
        if event.left:
            pick(self.context, event.x, event.y)


def pick(context: ToolContext, x: float, y: float) -> bool:
    """Select what lies at a place (image pixels); where nothing does, the selection stays.

    Returns:
        False where the place is seen and nothing lies there.
    """
    context.editor.finish()
    session = context.session
    if not context.is_inside(x, y) or not context.is_shown():
        return True
    found = next_at(session, x, y)
    if found is not None:
        session.select(found)
    return found is not None


SELECT = ToolSpec(
    id="select",
    title="Select",
    kind=Kind.VIEW,
    tip="Click a mask to select its object; Shift+click does so with every tool",
    gesture=SelectGesture,
    keys=("Shift+S",),
    cursor=Qt.CursorShape.PointingHandCursor,
)
