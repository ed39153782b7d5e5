"""Scribble: points along a stroke ask the model, as one step."""

from __future__ import annotations

from PyQt6.QtCore import QRectF

from vostool.gui.canvas.tools.colours import NEGATIVE, POSITIVE
from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.events import PointerEvent
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.items.stroke import StrokeItem
from vostool.gui.canvas.tools.options import Option
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.masks.draw import Position
from vostool.project.scribble import sample_stroke, with_scribble
from vostool.words import mark, tr

WIDTH = 5
"""Width of the line in screen pixels."""
BEGIN_WITH_OBJECT = mark(
    "Begin with a stroke on the object; a negative one takes away from its mask."
)

CHANGED_MEANWHILE = mark("Another frame or object was chosen during the stroke; draw it again.")


class ScribbleGesture(Gesture):
    """Positive or negative, as the strip says; Ctrl or the right button turns it round."""

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._path: list[Position] = []
        self._stroke: StrokeItem | None = None
        self._positive = True
        self._place = context.place

    def end(self) -> None:
        self._drop()

    def press(self, event: PointerEvent) -> None:
        if self._stroke is not None or not self.context.is_shown():
            return
        self._positive = self.context.options.positive != event.other_way
        info, previews = self.context.info, self.context.previews
        seen = previews.seen.intersected(QRectF(0, 0, info.width, info.height))
        colour = POSITIVE if self._positive else NEGATIVE
        self._path, self._place = [], self.context.place
        self._stroke = StrokeItem(seen, previews.scale, WIDTH / previews.scale, colour)
        previews.add(self._stroke)
        self.context.canvas.claim_keys(("Esc",))
        self.drag(event)

    def drag(self, event: PointerEvent) -> None:
        if self._stroke is not None:
            self._path.append((event.x, event.y))
            self._stroke.add(event.x, event.y)

    def release(self, event: PointerEvent) -> None:
        if self._stroke is not None:
            self._drop()
            self._prompt()

    def key(self, name: str) -> None:
        self._drop()

    def _prompt(self) -> None:
        if self.context.place != self._place:
            self.context.session.problem.emit(tr(CHANGED_MEANWHILE))
            return
        self.context.editor.finish()
        session, info = self.context.session, self.context.info
        places = sample_stroke(self._path, info.width, info.height)
        old, record = self.context.prompts, self.context.record
        prompts = with_scribble(old, record, places, self._positive)
        if prompts is not None and not prompts.has_object:
            session.problem.emit(tr(BEGIN_WITH_OBJECT))
            return
        if prompts is not None and self.context.is_shown():
            title = tr("Scribble") if self._positive else tr("Negative scribble")
            session.prompt(prompts, title)

    def _drop(self) -> None:
        self.context.previews.drop(self._stroke)
        self._stroke = None
        self.context.canvas.claim_keys(())


SCRIBBLE = ToolSpec(
    id="scribble",
    title="Scribble",
    kind=Kind.MODEL,
    tip="Draw a line on the object. Right or Ctrl: not part of it",
    gesture=ScribbleGesture,
    keys=("S",),
    options=(Option.POSITIVE,),
)
