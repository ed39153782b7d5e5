"""What the mouse does on the canvas of one workspace: prompts, strokes, and choosing objects."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from vostool.gui.canvas import Canvas
from vostool.gui.drawing.box import BoxGesture
from vostool.gui.drawing.desk import Desk
from vostool.gui.drawing.gesture import Gesture
from vostool.gui.drawing.move import MoveGesture
from vostool.gui.drawing.outline import LassoGesture, PolygonGesture
from vostool.gui.drawing.paint import PaintGesture
from vostool.gui.drawing.pointer import PointerEvent
from vostool.gui.drawing.scribble import ScribbleGesture
from vostool.gui.drawing.select import SelectGesture, pick
from vostool.gui.drawing.wand import WandGesture
from vostool.gui.prompt_gestures import PromptGestures
from vostool.gui.tools import Tool
from vostool.gui.workspace import Workspace


class Gestures(QObject):
    """Hands what the canvas reports to the gesture of the tool that is chosen."""

    def __init__(self, canvas: Canvas, workspace: Workspace) -> None:
        super().__init__()
        self._canvas = canvas
        self._desk = desk = Desk(canvas, workspace)
        self._prompts = PromptGestures(desk)
        paint = PaintGesture(desk)
        self._gestures: dict[Tool, Gesture] = {
            Tool.BOX: BoxGesture(desk),
            Tool.SCRIBBLE: ScribbleGesture(desk),
            Tool.BRUSH: paint,
            Tool.ERASER: paint,
            Tool.POLYGON: PolygonGesture(desk),
            Tool.LASSO: LassoGesture(desk),
            Tool.WAND: WandGesture(desk),
            Tool.MOVE: MoveGesture(desk),
            Tool.SELECT: SelectGesture(desk),
        }
        self._current = Gesture(desk)
        self._connections = (
            (canvas.pointer.acted, self._act),
            (canvas.pointer.picked, self._pick),
            (canvas.tool_changed, self._use),
            (canvas.key_claimed, self._key),
            (canvas.options.changed, self._follow),
            (workspace.document.changed, self._follow),
            (workspace.session.object_selected, self._follow),
            (workspace.session.playhead_moved, self._follow),
        )
        for signal, slot in self._connections:
            signal.connect(slot)
        self._use(canvas.tool)

    def close(self) -> None:
        """Listen no more, and leave nothing on the canvas."""
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._current.end()
        self._prompts.close()
        self._canvas.options.remember()

    def _use(self, tool: Tool) -> None:
        self._current.end()
        self._current = self._gestures.get(tool) or Gesture(self._desk)
        self._current.begin()

    def _act(self, event: PointerEvent) -> None:
        self._current.take(event)

    def _pick(self, x: float, y: float) -> None:
        if not self._current.goes_on:  # what is being drawn stays that object's
            pick(self._desk, x, y)

    def _key(self, name: str) -> None:
        self._current.key(name)

    def _follow(self, _what: object = None) -> None:
        self._current.project_changed()
