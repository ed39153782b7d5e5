"""Points: a click says that a place is part of the object, or that it is not."""

from __future__ import annotations

import math

from PyQt6.QtCore import Qt

from vostool.gui.canvas.tools.events import PointerEvent
from vostool.gui.canvas.tools.prompting import PromptGesture
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.project.project_labels import object_title
from vostool.project.prompts import BEGIN_WITH_OBJECT, Point, with_point
from vostool.project.strangers import is_stranger
from vostool.words import tr


class PointGesture(PromptGesture):
    """The left button places a positive point; the right one, Ctrl or Alt a negative one.

    A positive point far from the current object's mask begins another object: two things must not
    become one by a click too few. Shift adds it to the current one, wherever it lies.
    """

    positive = True

    def click(self, event: PointerEvent) -> None:
        if event.double:
            return  # the first click of a double click has placed the point
        self._place(event.x, event.y, self.positive and not (event.other_way or event.alt))

    def pick_nothing(self, x: float, y: float) -> None:
        if self.context.current is not None:
            self._place(x, y, self.positive, joins=True)

    def _place(self, x: float, y: float, positive: bool, *, joins: bool = False) -> None:
        context = self.context
        if not math.isfinite(x + y) or not context.is_inside(x, y) or not context.is_shown():
            return
        context.editor.finish()  # a click goes on from the mask that the last stroke gave
        size = context.info.width, context.info.height
        if positive and not joins and is_stranger(context.record, x, y, size):
            self._begin_another()
        old, record = context.prompts, context.record
        prompts = with_point(old, record, Point(x, y, positive), context.options.choice)
        if not prompts.has_object:
            context.session.problem.emit(tr(BEGIN_WITH_OBJECT))
            return
        context.session.prompt(
            prompts, tr("Add positive point") if positive else tr("Add negative point")
        )

    def _begin_another(self) -> None:
        """Let go of the current object, and say how the click would have been part of it."""
        context, current = self.context, self.context.current
        known = context.project.objects.get(current or 0)
        named = object_title(context.project, known) if known is not None else ""
        context.session.select(None)
        context.session.problem.emit(
            tr(
                "That is far from {named}, so a new object begins; undo and "
                "Shift+click there to add it to {named}.",
                named=named,
            )
        )


class NegativePointGesture(PointGesture):
    """Every click places a negative point."""

    positive = False


POINT = ToolSpec(
    id="point",
    title="Point",
    kind=Kind.MODEL,
    tip="Click: the object; far off: a new one. Right: not part. Drag: box",
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
