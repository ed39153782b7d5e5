"""Move: a mask is dragged to where the object is, or stretched by the handles of its box."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import QPointF, QRectF, Qt

from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.events import PointerEvent
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.items.ghost import GhostItem
from vostool.gui.canvas.tools.items.handles import Handle, HandlesItem
from vostool.gui.canvas.tools.picking import shown_at
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.gui.session.mask_editor import MaskChange, Place, Then
from vostool.masks.box import Box
from vostool.masks.shape import fit_to_box, move
from vostool.words import mark, tr

NO_MASK_HERE = mark("Press on an object's mask to drag it; there is none here.")


class MoveGesture(Gesture):
    """Pressing on another object's mask selects that object first."""

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._handles = HandlesItem()
        self._ghost: GhostItem | None = None
        self._handle: Handle | None = None
        self._start = QPointF()
        self._box = QRectF()
        self._place = Place(0, None)

    def begin(self) -> None:
        self.context.previews.add(self._handles)
        self.project_changed()

    def end(self) -> None:
        self._let_go()
        self._handles.hide()
        self.context.previews.drop(self._handles)

    def project_changed(self) -> None:
        if self._ghost is not None and self.context.is_gone(self._place):
            self._let_go()
        if self._ghost is not None:
            return
        record = self.context.record
        if record is None or record.mask.is_empty:
            self._handles.hide()
        else:
            self._handles.put(QRectF(*map(float, record.mask.bbox)))

    def hover(self, event: PointerEvent) -> None:
        handle = self._handle_at(event)
        self.context.canvas.show_cursor(None if handle is None else handle.cursor)

    def press(self, event: PointerEvent) -> None:
        if self._ghost is not None or not event.left:
            return
        self.context.editor.finish()
        handle = self._handle_at(event)
        if handle is None and not self._choose(event):
            return
        record = self.context.record
        if record is None or not self.context.may_change(adding=False):
            return
        self._place = self.context.place
        self._handle, self._start = handle, QPointF(event.x, event.y)
        self._box = QRectF(*map(float, record.mask.bbox))
        self._ghost = GhostItem(record.mask, self.context.colour)
        self.context.previews.add(self._ghost)
        self.context.canvas.claim_keys(("Esc",))

    def drag(self, event: PointerEvent) -> None:
        if self._ghost is not None:
            box = self._target(event)
            self._ghost.put(box)
            self._handles.put(box)

    def release(self, event: PointerEvent) -> None:
        ghost = self._ghost
        if ghost is None:
            return
        target, start, handle = self._target(event), self._box, self._handle
        self._ghost = None
        self.context.canvas.claim_keys(())
        previews = self.context.previews
        if target == start:
            previews.drop(ghost)
            return

        def then(changed: bool) -> None:
            previews.drop_with_overlay(ghost) if changed else previews.drop(ghost)
            self.project_changed()

        if handle is None:
            dx, dy = round(target.left() - start.left()), round(target.top() - start.top())
            self._edit(tr("Move mask"), partial(move, dx=dx, dy=dy), then)
        else:
            box = Box(target.left(), target.top(), target.right(), target.bottom())
            self._edit(tr("Stretch mask"), partial(fit_to_box, box=box), then)

    def _edit(self, title: str, change: MaskChange, then: Then) -> None:
        self.context.editor.edit(title, change, on=self._place, then=then)

    def key(self, name: str) -> None:
        self._let_go()
        self.project_changed()

    def _target(self, event: PointerEvent) -> QRectF:
        """The mask's box as it would be after letting go here; whole pixels."""
        dx, dy = round(event.x - self._start.x()), round(event.y - self._start.y())
        if self._handle is None:
            return self._box.translated(dx, dy)
        return self._handle.dragged(self._box, dx, dy)

    def _handle_at(self, event: PointerEvent) -> Handle | None:
        return self._handles.at(QPointF(event.x, event.y), self.context.previews.scale)

    def _choose(self, event: PointerEvent) -> bool:
        """Select the object under the mouse; the current one stays where its mask is there."""
        session = self.context.session
        there = shown_at(session, event.x, event.y)
        if not there:
            session.problem.emit(tr(NO_MASK_HERE))
        elif session.current_object not in there:
            session.select(there[0])
        return bool(there)

    def _let_go(self) -> None:
        self.context.previews.drop(self._ghost)
        self._ghost = None
        self.context.canvas.claim_keys(())


MOVE = ToolSpec(
    id="move",
    title="Move",
    kind=Kind.MASK,
    tip="Drag a mask, or the handles of its box",
    gesture=MoveGesture,
    keys=("Shift+M",),
    text="Move mask",
    cursor=Qt.CursorShape.SizeAllCursor,
)
