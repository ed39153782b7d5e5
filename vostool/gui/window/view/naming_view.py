"""The chip at the mask that can be named or switched now: its place, and its keys meanwhile."""

from __future__ import annotations

import math

from PyQt6.QtCore import QObject, QPointF, QRect

from vostool.gui.canvas.canvas import Canvas
from vostool.gui.canvas.name_chip import NameChip
from vostool.gui.canvas.tools.events import Phase, PointerEvent
from vostool.gui.widgets.beside import beside
from vostool.gui.window.workspace import Workspace
from vostool.masks.mask import MaskRecord
from vostool.project.project_labels import is_unlabelled
from vostool.project.prompts import CHOICES

MARGIN = 6
"""Pixels that the chip keeps from the canvas' edges."""
TAKING_KEYS = ("Return", "Enter")


class NamingView(QObject):
    """Shows what :class:`~vostool.gui.session.naming.Naming` offers for one workspace, and the
    choices of :class:`~vostool.gui.session.extent.Extent`."""

    def __init__(self, canvas: Canvas, chip: NameChip, workspace: Workspace) -> None:
        super().__init__()
        self._canvas, self._chip, self._workspace = canvas, chip, workspace
        self._naming, self._extent = workspace.naming, workspace.extent
        self._pressed = False
        self._connections = (
            (self._naming.changed, self.follow),
            (self._extent.changed, self.follow),
            (chip.extent.chosen, self._extent.choose),
            (workspace.display.shown, self.follow),
            (workspace.review.changed, self.follow),
            (workspace.session.object_selected, self.follow),
            (canvas.tool_changed, self.follow),
            (workspace.session.worker.engine_ready, self.follow),
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
        self._extent.leave()
        self._hide()
        self._canvas.chip_keys.claim(())

    def follow(self, *_: object) -> None:
        """Show the chip, where there is something to name and nothing else goes on."""
        project, chip = self._workspace.document.project, self._chip
        known = project.objects.get(self._subject or 0)
        if known is None or self._pressed or not self._fits():
            self._hide()
            return
        label = "" if is_unlabelled(project, known) else known.label
        chip.show_object(known.id, known.colour, label)
        keys = self._show_names() + self._show_extent()
        chip.appear()
        self._place()
        if self._naming.typing and not chip.is_typing:
            chip.begin_typing()
        stops = [] if self._workspace.session.is_tracking else ["Esc"]
        self._canvas.chip_keys.claim([*keys, *stops])

    @property
    def _subject(self) -> int | None:
        """The object that the chip is about."""
        if self._naming.wanted is not None:
            return self._naming.wanted
        return self._extent.place[1] if self._extent.prompts and self._extent.place else None

    def _show_names(self) -> list[str]:
        """Offer names where there is something to name; returns the keys for it."""
        naming = self._naming
        if naming.wanted is None:
            self._chip.show_names(None)
            return []
        self._chip.show_names(naming.offered, naming.known)
        digits = [str(n) for n in range(1, len(naming.offered) + 1)]
        return [*digits, *TAKING_KEYS]

    def _show_extent(self) -> list[str]:
        """Offer part and whole where the click has a choice; returns the key for it."""
        there = self._extent.prompts is not None
        self._chip.extent.setVisible(there)
        self._chip.extent.show_choice(self._extent.choice)
        return ["Tab"] if there else []

    def _fits(self) -> bool:
        """False where the mask is not seen, or the keys are those of a review."""
        workspace, session = self._workspace, self._workspace.session
        wanted = self._subject
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
        wanted, session = self._subject, self._workspace.session
        if wanted is None:
            return None
        return self._workspace.document.project.masks.get(session.playhead, wanted)

    def _hide(self) -> None:
        info = self._workspace.session.worker.info
        chooses = bool(self._canvas.tool.click) and info is not None and info.chooses
        self._canvas.chip_keys.claim(["Tab"] if chooses else ())
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
        if event.phase is Phase.PRESS and self._subject is not None:
            self._pressed = True
            if self._naming.typing or not self._naming.is_unlabelled:
                self._naming.leave()
            self.follow()
        elif event.phase is Phase.RELEASE and self._pressed:
            self._pressed = False
            self.follow()

    def _key(self, name: str) -> None:
        names = self._naming.offered
        if name == "Tab" and self._extent.prompts is not None:
            self._extent.cycle()
        elif name == "Tab":
            options = self._canvas.options
            options.set(choice=next_choice(options.choice))
        elif name == "Esc":
            self._naming.leave()
            self._extent.leave()
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


def next_choice(choice: int | None) -> int | None:
    """Of the next click: the best mask, a part, more, the whole, and round again."""
    if choice is None:
        return 0
    return choice + 1 if choice + 1 < CHOICES else None


def on_canvas(canvas: Canvas, bbox: tuple[int, int, int, int]) -> QRect:
    """A box (x, y, width, height) in pixels of the frame, in pixels of the canvas' widget."""
    x, y, width, height = bbox
    corners = (QPointF(x, y), QPointF(x + width, y + height))
    first, last = (canvas.mapFromScene(canvas.view.mapViewToScene(each)) for each in corners)
    return QRect(first, last).normalized() if math.isfinite(first.x()) else QRect()
