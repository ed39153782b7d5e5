"""Brush and eraser: a stroke is seen while it is drawn and joins the mask when it ends."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor

from vostool.gui.canvas.tools.colours import TAKEN_AWAY
from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.events import PointerEvent
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.items.stroke import Ring, StrokeItem
from vostool.gui.canvas.tools.options import Option
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.gui.session.mask_editor import Place
from vostool.masks.draw import Position, erase, paint
from vostool.words import tr


class PaintGesture(Gesture):
    """The brush. With Ctrl or the right button it erases; the eraser then paints."""

    is_eraser = False

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._ring = Ring()
        self._path: list[Position] = []
        self._stroke: StrokeItem | None = None
        self._erases = False
        self._size = 1
        self._hovered: PointerEvent | None = None
        self._place = Place(0, None)

    def begin(self) -> None:
        for item in self._ring.items:
            self.context.previews.add(item)

    def end(self) -> None:
        self._drop_stroke()
        self._ring.hide()
        for item in self._ring.items:
            self.context.previews.drop(item)

    def press(self, event: PointerEvent) -> None:
        erases = self._would_erase(event)
        self._path = []
        if self._stroke is not None or not self.context.may_change(adding=not erases):
            return
        self._erases, self._size = erases, self.context.options.size
        self._place = self.context.place
        info = self.context.info
        previews = self.context.previews
        seen = previews.seen.intersected(QRectF(0, 0, info.width, info.height))
        colour = TAKEN_AWAY if erases else QColor(*self.context.colour)
        self._stroke = StrokeItem(seen, previews.scale, self._size, colour)
        previews.add(self._stroke)
        self.context.canvas.claim_keys(("Esc",))
        self.drag(event)

    def drag(self, event: PointerEvent) -> None:
        self._show_ring(event)
        if self._stroke is not None:
            self._path.append((event.x, event.y))
            self._stroke.add(event.x, event.y)

    def release(self, event: PointerEvent) -> None:
        stroke, self._stroke = self._stroke, None
        self.context.canvas.claim_keys(())
        if stroke is None:
            return
        previews, path, size = self.context.previews, tuple(self._path), self._size

        def then(changed: bool) -> None:
            if changed:
                previews.drop_with_overlay(stroke)
            else:
                previews.drop(stroke)

        title = tr("Erase") if self._erases else tr("Brush")
        change = partial(erase if self._erases else paint, path=path, size=size)
        self.context.editor.edit(title, change, on=self._place, then=then)

    def key(self, name: str) -> None:
        self._drop_stroke()

    def hover(self, event: PointerEvent) -> None:
        self._show_ring(event)

    def leave(self) -> None:
        self._hovered = None
        self._ring.hide()

    def project_changed(self) -> None:
        if self._stroke is not None and self.context.is_gone(self._place):
            self._drop_stroke()
        if self._hovered is not None:
            self._show_ring(self._hovered)

    def _would_erase(self, event: PointerEvent) -> bool:
        return self.is_eraser != event.other_way

    def _show_ring(self, event: PointerEvent) -> None:
        self._hovered = event
        erases = self._erases if self._stroke is not None else self._would_erase(event)
        size = self._size if self._stroke is not None else self.context.options.size
        self._ring.show_at(event.x, event.y, size, dashed=erases)

    def _drop_stroke(self) -> None:
        self.context.previews.drop(self._stroke)
        self._stroke = None
        self.context.canvas.claim_keys(())


class EraserGesture(PaintGesture):
    """Takes away from the mask what the brush would add."""

    is_eraser = True


BRUSH = ToolSpec(
    id="brush",
    title="Brush",
    kind=Kind.MASK,
    tip="Paint the mask. Right or Ctrl: erase. Alt+wheel: size",
    gesture=PaintGesture,
    keys=("B", "Alt+B"),
    options=(Option.SIZE,),
)

ERASER = ToolSpec(
    id="eraser",
    title="Eraser",
    kind=Kind.MASK,
    tip="Rub the mask out. Right or Ctrl: paint. Alt+wheel: size",
    gesture=EraserGesture,
    keys=("Shift+B", "X"),
    options=(Option.SIZE,),
)
