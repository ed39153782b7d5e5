"""Select: a click on a mask makes its object current; once more takes the one behind it."""

from __future__ import annotations

from vostool.gui.drawing.desk import Desk
from vostool.gui.drawing.gesture import Gesture
from vostool.gui.drawing.picking import next_at
from vostool.gui.drawing.pointer import PointerEvent


class SelectGesture(Gesture):
    """The tool; Shift+click does the same with every tool."""

    def press(self, event: PointerEvent) -> None:
        if event.left:
            pick(self.desk, event.x, event.y)


def pick(desk: Desk, x: float, y: float) -> None:
    """Select what lies at a place (image pixels); where nothing does, the selection stays."""
    desk.editor.finish()
    session = desk.session
    if desk.is_inside(x, y) and desk.is_shown():
        found = next_at(session, x, y)
        if found is not None:
            session.select(found)
