"""What the mouse does on the canvas while one video is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PyQt6.QtCore import QObject

from vostool.gui.canvas.canvas import Canvas
from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.events import Phase, PointerEvent
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.select import pick
from vostool.gui.canvas.tools.spec import ToolSpec
from vostool.gui.canvas.tools.surface import ShownPicture
from vostool.gui.session.mask_editor import MaskEditor
from vostool.gui.session.player import Player
from vostool.gui.session.session import Session


class OpenedVideo(Protocol):
    """What the tools work on."""

    session: Session
    mask_editor: MaskEditor
    player: Player

    @property
    def display(self) -> ShownPicture:
        """The picture on the canvas."""


class Gestures(QObject):
    """Hands what the canvas reports to the gesture of the tool that is chosen."""

    def __init__(self, canvas: Canvas, video: OpenedVideo) -> None:
        super().__init__()
        self._canvas = canvas
        self._context = ToolContext(
            canvas, video.display, video.session, video.mask_editor, video.player
        )
        self._made: dict[Callable[[ToolContext], Gesture], Gesture] = {}
        self._current = Gesture(self._context)
        self._at: PointerEvent | None = None
        self._connections = (
            (canvas.pointer.acted, self._act),
            (canvas.pointer.picked, self._pick),
            (canvas.tool_changed, self._use),
            (canvas.key_claimed, self._key),
            (canvas.options.changed, self._follow),
            (video.session.document.changed, self._follow),
            (video.session.object_selected, self._follow),
            (video.session.playhead_moved, self._follow),
        )
        for signal, slot in self._connections:
            signal.connect(slot)
        self._use(canvas.tool)

    def close(self) -> None:
        """Listen no more, and leave nothing on the canvas."""
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._current.end()
        self._canvas.options.remember()

    def _use(self, tool: ToolSpec) -> None:
        self._current.end()
        make = tool.gesture or Gesture
        if make not in self._made:
            self._made[make] = make(self._context)
        self._current = self._made[make]
        self._current.begin()
        if self._at is not None:  # a key has chosen the tool while the mouse is over the canvas
            self._current.hover(self._at)

    def _act(self, event: PointerEvent) -> None:
        gone = event.phase is Phase.LEAVE
        self._at = None if gone else PointerEvent(Phase.HOVER, event.x, event.y, ctrl=event.ctrl)
        self._current.take(event)

    def _pick(self, x: float, y: float) -> None:
        if self._current.goes_on:  # a polygon stays with the object it was begun for
            return
        if not pick(self._context, x, y):
            self._current.pick_nothing(x, y)

    def _key(self, name: str) -> None:
        self._current.key(name)

    def _follow(self, _what: object = None) -> None:
        self._current.project_changed()
