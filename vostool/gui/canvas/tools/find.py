"""The mouse while candidates are shown: click to leave one out, drag to look only there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PyQt6.QtCore import QRectF, Qt

from vostool.errors import PromptError
from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.events import PointerEvent
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.items.candidate_picture import CandidatesPainter, Shape
from vostool.gui.canvas.tools.items.candidates import CandidatesItem
from vostool.gui.canvas.tools.items.handles import DashedBox
from vostool.gui.canvas.tools.prompting import DRAG_PIXELS, clip_box
from vostool.gui.canvas.tools.spec import Kind, ToolSpec
from vostool.gui.session.finding import Finding
from vostool.masks.box import Box
from vostool.words import tr

FIND_KEYS = ("Esc", "Return", "Enter", "Tab")


class FindPanel(Protocol):
    """What the mouse asks of the panel."""

    def look_within(self, box: Box) -> None:
        """Ask again, for this part of the frame."""

    def take_key(self, name: str) -> None:
        """One of FIND_KEYS but Tab was pressed on the canvas."""


class FindGesture(Gesture):
    """Shows a :class:`Finding` over the picture for as long as the tool is chosen."""

    def __init__(self, finding: Finding, panel: FindPanel, context: ToolContext) -> None:
        super().__init__(context)
        self._finding, self._panel = finding, panel
        self._painter: CandidatesPainter | None = None
        self._item = CandidatesItem()
        self._press: PointerEvent | None = None
        self._rubber: DashedBox | None = None
        self._under: int | None = None

    def begin(self) -> None:
        painter = self._painter = CandidatesPainter()
        painter.painted.connect(self._item.show_picture)
        painter.broke.connect(self.context.session.problem)
        painter.start()
        self._item.use(painter)
        self.context.previews.add(self._item)
        self._finding.changed.connect(self._show)
        self.context.canvas.claim_keys(FIND_KEYS)
        self._show()

    def end(self) -> None:
        self._drop_rubber()
        self._finding.changed.disconnect(self._show)
        self.context.canvas.claim_keys(())
        self.context.previews.drop(self._item)
        painter, self._painter = self._painter, None
        if painter is not None:
            self._item.use(None)
            painter.painted.disconnect(self._item.show_picture)
            painter.broke.disconnect(self.context.session.problem)
            painter.shut_down()

    def project_changed(self) -> None:
        self._show()

    def hover(self, event: PointerEvent) -> None:
        self._under = self._item.at(event.x, event.y)
        self._item.hover(self._under)
        pointing = Qt.CursorShape.PointingHandCursor
        self.context.canvas.show_cursor(None if self._under is None else pointing)

    def leave(self) -> None:
        self._under = None
        self._item.hover(None)

    def press(self, event: PointerEvent) -> None:
        if event.double and event.left:
            index = self._item.at(event.x, event.y)
            if index is not None:
                self._switch(index)
            return
        self._press = event

    def drag(self, event: PointerEvent) -> None:
        press = self._press
        if press is None or not press.left:
            return
        way = max(abs(event.x - press.x), abs(event.y - press.y)) * self.context.previews.scale
        if self._rubber is None and way >= DRAG_PIXELS:
            self._rubber = DashedBox()
            self.context.previews.add(self._rubber)
        if self._rubber is not None:
            size = (event.x - press.x, event.y - press.y)
            self._rubber.setRect(QRectF(press.x, press.y, *size).normalized())

    def release(self, event: PointerEvent) -> None:
        press, self._press = self._press, None
        dragged = self._rubber is not None
        self._drop_rubber()
        if press is None or not self.context.is_shown():
            return
        if dragged:
            self._look_within(press, event)
        elif (index := self._item.at(press.x, press.y)) is not None:
            self._finding.toggle(self.context.session.playhead, index)

    def key(self, name: str) -> None:
        if name == "Esc" and self._rubber is not None:
            self._press = None
            self._drop_rubber()
        elif name == "Tab":
            self._finding.switch(self.context.session.playhead, self._under)
        else:
            self._panel.take_key(name)

    def _switch(self, index: int) -> None:
        """The second press of a double click: its first one is taken back."""
        frame = self.context.session.playhead
        if self._finding.on(frame).family(index) is not None:
            self._finding.toggle(frame, index)
            self._finding.switch(frame, index)

    def _look_within(self, start: PointerEvent, end: PointerEvent) -> None:
        info = self.context.info
        try:
            box = clip_box(
                Box.from_corners(start.x, start.y, end.x, end.y), info.width, info.height
            )
        except PromptError:
            return  # a line, no box
        if box is not None:
            self._panel.look_within(box)

    def _show(self) -> None:
        session, finding, info = self.context.session, self._finding, self.context.info
        frame = session.playhead
        found = finding.on(frame)
        shown = finding.shown(frame)
        colours = finding.colours(frame)
        shapes = [
            Shape(
                index,
                found.outlines[index],
                found.area(index),
                _chip(finding, frame, index),
                colours[index],
                finding.is_left_out(frame, index),
            )
            for index in shown
        ]
        self._item.put(shapes, frame, info.width, info.height)

    def _drop_rubber(self) -> None:
        self.context.previews.drop(self._rubber)
        self._rubber = None


def _chip(finding: Finding, frame: int, index: int) -> str:
    """Label and score; of what is there already, which object it is."""
    found = finding.on(frame)
    if index in found.known:
        return tr("is object {known}", known=found.known[index])
    each = found.candidates[index]
    parts = " ⊞" if index in found.wholes else ""
    return f"{each.label} {each.score:.2f}{parts}".strip()


def find_tool(finding: Finding, panel: FindPanel) -> ToolSpec:
    """The tool for one opened video; it is chosen by the panel, not by the palette of tools."""
    make: Callable[[ToolContext], Gesture] = partial(FindGesture, finding, panel)
    return ToolSpec(
        id="find_objects",
        title="Find objects",
        kind=Kind.VIEW,
        tip="Click: leave one out. Tab: its parts. Drag: look only there. Enter: take",
        gesture=make,
        cursor=Qt.CursorShape.CrossCursor,
        zooms_while_held=True,
    )
