"""The Box tool's handles: a box that prompts the model is corrected by dragging its sides."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QCursor

from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.cursors import cursor
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.ghost_item import Handle, HandlesItem
from vostool.gui.canvas.tools.modes import Tool, clip_box
from vostool.gui.canvas.tools.pointer import PointerEvent
from vostool.masks.box import Box
from vostool.project.prompts import Prompts


class BoxGesture(Gesture):
    """Takes a press on a handle; every other drag draws a new box, as ever."""

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._handles = HandlesItem()
        self._handle: Handle | None = None
        self._start = QPointF()
        self._box = QRectF()

    def begin(self) -> None:
        self.context.previews.add(self._handles)
        self.context.canvas.pointer.grabs = self._grabs
        self.project_changed()

    def end(self) -> None:
        self._handle = None
        self._handles.hide()
        self.context.canvas.pointer.grabs = None
        self.context.canvas.claim_keys(())
        self.context.previews.drop(self._handles)

    def project_changed(self) -> None:
        prompts = self._prompts()
        if self._handle is not None:
            return
        if prompts is None or prompts.box is None or self.context.canvas.tool is not Tool.BOX:
            self._handles.hide()
        else:
            box = prompts.box
            self._handles.put(QRectF(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0))

    def hover(self, event: PointerEvent) -> None:
        handle = self._handle_at(QPointF(event.x, event.y))
        shape = QCursor(handle.cursor) if handle is not None else cursor(Tool.BOX)
        self.context.canvas.viewport().setCursor(shape)

    def press(self, event: PointerEvent) -> None:
        if self.context.is_shown():
            self._start = QPointF(event.x, event.y)
            self._handle, self._box = self._handle_at(self._start), self._handles.rect()
            self.context.canvas.claim_keys(("Esc",))

    def drag(self, event: PointerEvent) -> None:
        if self._handle is not None:
            self._handles.put(self._target(self._handle, event))

    def release(self, event: PointerEvent) -> None:
        handle, self._handle = self._handle, None
        self.context.canvas.claim_keys(())
        prompts, info = self._prompts(), self.context.workspace.source.info
        if handle is not None and prompts is not None:
            drawn = self._target(handle, event)
            box = Box(drawn.left(), drawn.top(), drawn.right(), drawn.bottom())
            clipped = clip_box(box, info.width, info.height)
            if clipped is not None and drawn != self._box:
                self.context.session.prompt(replace(prompts, box=clipped), "Change box")
        self.project_changed()

    def key(self, name: str) -> None:
        self._handle = None
        self.context.canvas.claim_keys(())
        self.project_changed()

    def _target(self, handle: Handle, event: PointerEvent) -> QRectF:
        return handle.dragged(self._box, event.x - self._start.x(), event.y - self._start.y())

    def _prompts(self) -> Prompts | None:
        place = self.context.place
        if place.object_id is None:
            return None
        return self.context.project.prompts.get((place.frame, place.object_id))

    def _grabs(self, at: QPointF) -> bool:
        return self._handle_at(at) is not None

    def _handle_at(self, at: QPointF) -> Handle | None:
        return self._handles.at(at, self.context.previews.scale)
