"""The Box tool's handles: a box that prompts the model is corrected by dragging its sides."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QCursor

from vostool.gui.cursors import cursor
from vostool.gui.drawing.desk import Desk
from vostool.gui.drawing.gesture import Gesture
from vostool.gui.drawing.ghost_item import Handle, HandlesItem
from vostool.gui.drawing.pointer import PointerEvent
from vostool.gui.tools import Tool, clip_box
from vostool.prompts import Box, Prompts


class BoxGesture(Gesture):
    """Takes a press on a handle; every other drag draws a new box, as ever."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._handles = HandlesItem()
        self._handle: Handle | None = None
        self._start = QPointF()
        self._box = QRectF()

    def begin(self) -> None:
        self.desk.previews.add(self._handles)
        self.desk.canvas.pointer.grabs = self._grabs
        self.project_changed()

    def end(self) -> None:
        self._handle = None
        self._handles.hide()
        self.desk.canvas.pointer.grabs = None
        self.desk.canvas.claim_keys(())
        self.desk.previews.drop(self._handles)

    def project_changed(self) -> None:
        prompts = self._prompts()
        if self._handle is not None:
            return
        if prompts is None or prompts.box is None or self.desk.canvas.tool is not Tool.BOX:
            self._handles.hide()
        else:
            box = prompts.box
            self._handles.put(QRectF(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0))

    def hover(self, event: PointerEvent) -> None:
        handle = self._handle_at(QPointF(event.x, event.y))
        shape = QCursor(handle.cursor) if handle is not None else cursor(Tool.BOX)
        self.desk.canvas.viewport().setCursor(shape)

    def press(self, event: PointerEvent) -> None:
        if self.desk.is_shown():
            self._start = QPointF(event.x, event.y)
            self._handle, self._box = self._handle_at(self._start), self._handles.rect()
            self.desk.canvas.claim_keys(("Esc",))

    def drag(self, event: PointerEvent) -> None:
        if self._handle is not None:
            self._handles.put(self._target(self._handle, event))

    def release(self, event: PointerEvent) -> None:
        handle, self._handle = self._handle, None
        self.desk.canvas.claim_keys(())
        prompts, info = self._prompts(), self.desk.workspace.source.info
        if handle is not None and prompts is not None:
            drawn = self._target(handle, event)
            box = Box(drawn.left(), drawn.top(), drawn.right(), drawn.bottom())
            clipped = clip_box(box, info.width, info.height)
            if clipped is not None and drawn != self._box:
                self.desk.session.prompt(replace(prompts, box=clipped), "Change box")
        self.project_changed()

    def key(self, name: str) -> None:
        self._handle = None
        self.desk.canvas.claim_keys(())
        self.project_changed()

    def _target(self, handle: Handle, event: PointerEvent) -> QRectF:
        return handle.dragged(self._box, event.x - self._start.x(), event.y - self._start.y())

    def _prompts(self) -> Prompts | None:
        place = self.desk.place
        if place.object_id is None:
            return None
        return self.desk.project.prompts.get((place.frame, place.object_id))

    def _grabs(self, at: QPointF) -> bool:
        return self._handle_at(at) is not None

    def _handle_at(self, at: QPointF) -> Handle | None:
        return self._handles.at(at, self.desk.previews.scale)
