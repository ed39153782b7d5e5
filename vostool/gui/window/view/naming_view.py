"""The chip at the mask that can be named now: where it is, and which keys it has meanwhile."""

from __future__ import annotations

import math

from PyQt6.QtCore import QObject, QPointF, QRect

from vostool.gui.canvas.canvas import Canvas
from vostool.gui.canvas.name_chip import NameChip
from vostool.gui.canvas.tools.events import Phase, PointerEvent
from vostool.gui.widgets.beside import beside
from vostool.gui.window.workspace import Workspace
from vostool.masks.mask import MaskRecord

MARGIN = 6
"""Pixels that the chip keeps from the canvas' edges."""
TAKING_KEYS = ("Return", "Enter")


class NamingView(QObject):
    """Shows what :class:`~vostool.gui.session.naming.Naming` offers, for one workspace."""

    def __init__(self, canvas: Canvas, chip: NameChip, workspace: Workspace) -> None:
        super().__init__()
        self._canvas, self._chip, self._workspace = canvas, chip, workspace
        self._naming = workspace.naming
        self._pressed = False
        self._connections = (
            (self._naming.changed, self.follow),
            (workspace.display.shown, self.follow),
            (workspace.review.changed, self.follow),
            (workspace.session.object_selected, self.follow),
            (canvas.tool_changed, self.follow),
            (canvas.view.sigRangeChanged, self._place),
            (canvas.pointer.acted, self._acted),
            (canvas.chip_keys.pressed, self._key),
            (chip.chosen, self._choose),
            (chip.typing_began, self._naming.type_name),
            (chip.typing_ended, self._end_typing),
        )
        for signal, slot in self._connections:
            signal.connect(slot)

    def close(self) -> None:
        """Offer nothing more."""
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._naming.leave()
        self._hide()

    def follow(self, *_: object) -> None:
        """Show the chip, where there is something to name and nothing else goes on."""
        naming, project = self._naming, self._workspace.document.project
        known = project.objects.get(naming.wanted or 0)
        if known is None or self._pressed or not self._fits():
            self._hide()
            return
        label = "" if naming.is_unlabelled else known.label
        names = naming.offered
        self._chip.show_object(known.id, known.colour, label, names, naming.known)
        self._place()
        if naming.typing and not self._chip.is_typing:
            self._chip.begin_typing()
        digits = [str(n) for n in range(1, len(names) + 1)]
        stops = [] if self._workspace.session.is_tracking else ["Esc"]
        self._canvas.chip_keys.claim([*digits, *stops, *([] if label else TAKING_KEYS)])

    def _fits(self) -> bool:
        """False where the mask is not seen, or the keys are those of a review."""
        workspace, session = self._workspace, self._workspace.session
        wanted = self._naming.wanted
        record = self._record()
        return (
            wanted is not None
            and record is not None
            and not record.mask.is_empty
            and session.shows(wanted)
            and workspace.display.shown_frame == session.playhead
            and not workspace.player.is_playing
            and self._canvas.tool.id != "find_objects"
            and (self._naming.typing or not workspace.review.at_hand)
        )

    def _record(self) -> MaskRecord | None:
        wanted, session = self._naming.wanted, self._workspace.session
        if wanted is None:
            return None
        return self._workspace.document.project.masks.get(session.playhead, wanted)

    def _hide(self) -> None:
        self._canvas.chip_keys.claim(())
        if self._chip.isVisible():
            had = self._chip.is_typing
            self._chip.hide()
            if had:
                self._canvas.setFocus()

    def _place(self, *_: object) -> None:
        record = self._record()
        if record is None or not self._chip.isVisible():
            return
        area = self._canvas.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        thing = on_canvas(self._canvas, record.mask.bbox)
        self._chip.move(beside(thing, self._chip.size(), area))

    # -- what a person does --------------------------------------------------------------------

    def _acted(self, event: PointerEvent) -> None:
        """Any press goes on as ever; a name that nobody asked to change is offered no longer."""
        if event.phase is Phase.PRESS and self._naming.wanted is not None:
            self._pressed = True
            if self._naming.typing or not self._naming.is_unlabelled:
                self._naming.leave()
            self.follow()
        elif event.phase is Phase.RELEASE and self._pressed:
            self._pressed = False
            self.follow()

    def _key(self, name: str) -> None:
        names = self._naming.offered
        if name == "Esc":
            self._naming.leave()
        elif name in TAKING_KEYS:
            self._naming.type_name()
            self._workspace.session.select(None)  # the key finishes the object, as ever
        elif int(name) <= len(names):
            self._naming.name(names[int(name) - 1])

    def _choose(self, label: str) -> None:
        self._canvas.setFocus()
        self._naming.name(label)

    def _end_typing(self) -> None:
        if self._naming.typing:
            self._naming.leave()


def on_canvas(canvas: Canvas, bbox: tuple[int, int, int, int]) -> QRect:
    """A box (x, y, width, height) in pixels of the frame, in pixels of the canvas' widget."""
    x, y, width, height = bbox
    corners = (QPointF(x, y), QPointF(x + width, y + height))
    first, last = (canvas.mapFromScene(canvas.view.mapViewToScene(each)) for each in corners)
    return QRect(first, last).normalized() if math.isfinite(first.x()) else QRect()
