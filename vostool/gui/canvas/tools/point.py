"""Points: a click says that a place is part of the object, or that it is not."""

from __future__ import annotations

import math

from PyQt6.QtCore import Qt

from vostool.gui.canvas.tools.events import PointerEvent
from vostool.gui.canvas.tools.prompting import PromptGesture
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.project.prompts import BEGIN_WITH_OBJECT, Point, with_point


class PointGesture(PromptGesture):
    """The left button places a positive point; the right one, Ctrl or Alt a negative one."""

    positive = True

    def click(self, event: PointerEvent) -> None:
        context = self.context
        if event.double or not math.isfinite(event.x + event.y):
            return  # the first click of a double click has placed the point
        if not context.is_inside(event.x, event.y) or not context.is_shown():
            return
        context.editor.finish()  # a click goes on from the mask that the last stroke gave
        old, record = context.prompts, context.record
        positive = self.positive and not (event.other_way or event.alt)
        prompts = with_point(old, record, Point(event.x, event.y, positive))
        if not prompts.has_object:
            context.session.problem.emit(BEGIN_WITH_OBJECT)
            return
        context.session.prompt(prompts, "Add positive point" if positive else "Add negative point")


class NegativePointGesture(PointGesture):
    """Every click places a negative point."""

    positive = False


POINT = ToolSpec(
    id="point",
    title="Point",
    kind=Kind.MODEL,
    tip="Click: part of the object. Right or Ctrl+click: not part of it. Drag: box",
    gesture=PointGesture,
    keys=("Q",),
    cursor=Qt.CursorShape.CrossCursor,
    click=True,
    zooms_while_held=True,
)

NEGATIVE = ToolSpec(
    id="negative",
    title="Negative",
    kind=Kind.MODEL,
    tip="Click: not part of the object. Drag: box",
    gesture=NegativePointGesture,
    text="Negative point",
    click=False,
    zooms_while_held=True,
)
