"""A scribble: a stroke whose points the model is asked with, as one step."""

from __future__ import annotations

from PyQt6.QtCore import QRectF

from vostool.gui.canvas import NEGATIVE, POSITIVE
from vostool.gui.drawing.desk import Desk
from vostool.gui.drawing.gesture import Gesture
from vostool.gui.drawing.pointer import PointerEvent
from vostool.gui.drawing.stroke_item import StrokeItem
from vostool.mask_edit import Position
from vostool.scribble import sample_stroke, with_scribble

WIDTH = 5
"""Of the line in screen pixels."""
BEGIN_WITH_OBJECT = "Begin with a stroke on the object; a negative one takes away from its mask."

CHANGED_MEANWHILE = "Another frame or object was chosen during the stroke; draw it again."


class ScribbleGesture(Gesture):
    """Positive or negative; Ctrl or the right button makes one the other."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._path: list[Position] = []
        self._stroke: StrokeItem | None = None
        self._positive = True
        self._place = desk.place

    def end(self) -> None:
        self._drop()

    def press(self, event: PointerEvent) -> None:
        if self._stroke is not None or not self.desk.is_shown():
            return
        self._positive = self.desk.options.positive != event.other_way
        info, previews = self.desk.workspace.source.info, self.desk.previews
        seen = previews.seen.intersected(QRectF(0, 0, info.width, info.height))
        colour = POSITIVE if self._positive else NEGATIVE
        self._path, self._place = [], self.desk.place
        self._stroke = StrokeItem(seen, previews.scale, WIDTH / previews.scale, colour)
        previews.add(self._stroke)
        self.desk.canvas.claim_keys(("Esc",))
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
        if self.desk.place != self._place:
            self.desk.session.problem.emit(CHANGED_MEANWHILE)
            return
        self.desk.editor.finish()
        session, info = self.desk.session, self.desk.workspace.source.info
        places = sample_stroke(self._path, info.width, info.height)
        old = None
        if session.current_object is not None:
            old = self.desk.project.prompts.get((session.playhead, session.current_object))
        record = self.desk.record
        if not self._positive and old is None and record is None:
            session.problem.emit(BEGIN_WITH_OBJECT)
            return
        prompts = with_scribble(old, record, places, self._positive)
        if prompts is not None and self.desk.is_shown():
            title = "Scribble" if self._positive else "Negative scribble"
            session.prompt(prompts, title)

    def _drop(self) -> None:
        self.desk.previews.drop(self._stroke)
        self._stroke = None
        self.desk.canvas.claim_keys(())
