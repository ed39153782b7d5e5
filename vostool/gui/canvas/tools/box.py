"""Box: a box around the object prompts the model; its sides are dragged to correct it."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import QPointF, QRectF, Qt

from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.events import PointerEvent
from vostool.gui.canvas.tools.items.handles import Handle, HandlesItem
from vostool.gui.canvas.tools.prompting import PromptGesture, clip_box
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.masks.box import Box
from vostool.words import tr


class BoxGesture(PromptGesture):
    """A press on a handle changes the box that is there; every other drag draws a new one."""

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._handles = HandlesItem()
        self._handle: Handle | None = None
        self._start = QPointF()
        self._box = QRectF()

    def begin(self) -> None:
        self.context.previews.add(self._handles)
        self.project_changed()

    def end(self) -> None:
        super().end()
        self._handle = None
        self._handles.hide()
        self.context.canvas.claim_keys(())
        self.context.previews.drop(self._handles)

    def project_changed(self) -> None:
        if self._handle is not None:
            return
        prompts = self.context.prompts
        if prompts is None or prompts.box is None:
            self._handles.hide()
        else:
            box = prompts.box
            self._handles.put(QRectF(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0))

    def hover(self, event: PointerEvent) -> None:
        handle = self._handle_at(event)
        self.context.canvas.show_cursor(None if handle is None else handle.cursor)

    def press(self, event: PointerEvent) -> None:
        handle = self._handle_at(event)
        if handle is None:
            super().press(event)
        elif self.context.is_shown():
            self._handle, self._box = handle, self._handles.rect()
            self._start = QPointF(event.x, event.y)
            self.context.canvas.claim_keys(("Esc",))

    def drag(self, event: PointerEvent) -> None:
        if self._handle is not None:
            self._handles.put(self._target(self._handle, event))
        else:
            super().drag(event)

    def release(self, event: PointerEvent) -> None:
        handle, self._handle = self._handle, None
        if handle is None:
            super().release(event)
        else:
            self.context.canvas.claim_keys(())
            self._change_box(self._target(handle, event))
        self.project_changed()

    def key(self, name: str) -> None:
        self._handle = None
        self.context.canvas.claim_keys(())
        self.project_changed()

    def _change_box(self, drawn: QRectF) -> None:
        prompts, info = self.context.prompts, self.context.info
        box = Box(drawn.left(), drawn.top(), drawn.right(), drawn.bottom())
        clipped = clip_box(box, info.width, info.height)
        if prompts is not None and clipped is not None and drawn != self._box:
            self.context.session.prompt(replace(prompts, box=clipped), tr("Change box"))

    def _target(self, handle: Handle, event: PointerEvent) -> QRectF:
        return handle.dragged(self._box, event.x - self._start.x(), event.y - self._start.y())

    def _handle_at(self, event: PointerEvent) -> Handle | None:
        return self._handles.at(QPointF(event.x, event.y), self.context.previews.scale)


BOX = ToolSpec(
    id="box",
    title="Box",
    kind=Kind.MODEL,
    tip="Drag a box around the object, or the sides of the one that is there",
    gesture=BoxGesture,
    keys=("R",),
    cursor=Qt.CursorShape.CrossCursor,
    zooms_while_held=True,
)
