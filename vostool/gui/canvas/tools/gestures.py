"""What the mouse does on the canvas of one workspace: prompts, strokes, and choosing objects."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from vostool.gui.canvas.canvas import Canvas
from vostool.gui.canvas.tools.box import BoxGesture
from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.modes import Tool
from vostool.gui.canvas.tools.move import MoveGesture
from vostool.gui.canvas.tools.outline import LassoGesture, PolygonGesture
from vostool.gui.canvas.tools.paint import PaintGesture
from vostool.gui.canvas.tools.pointer import PointerEvent
from vostool.gui.canvas.tools.prompt_gestures import PromptGestures
from vostool.gui.canvas.tools.scribble import ScribbleGesture
from vostool.gui.canvas.tools.select import SelectGesture, pick
from vostool.gui.canvas.tools.wand import WandGesture
from vostool.gui.window.workspace import Workspace


class Gestures(QObject):
    """Hands what the canvas reports to the gesture of the tool that is chosen."""

    def __init__(self, canvas: Canvas, workspace: Workspace) -> None:
        super().__init__()
        self._canvas = canvas
        self._context = context = ToolContext(canvas, workspace)
        self._prompts = PromptGestures(context)
        paint = PaintGesture(context)
        self._gestures: dict[Tool, Gesture] = {
            Tool.BOX: BoxGesture(context),
            Tool.SCRIBBLE: ScribbleGesture(context),
            Tool.BRUSH: paint,
            Tool.ERASER: paint,
            Tool.POLYGON: PolygonGesture(context),
            Tool.LASSO: LassoGesture(context),
            Tool.WAND: WandGesture(context),
            Tool.MOVE: MoveGesture(context),
            Tool.SELECT: SelectGesture(context),
        }
        self._current = Gesture(context)
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
        self._current = self._gestures.get(tool) or Gesture(self._context)
        self._current.begin()

    def _act(self, event: PointerEvent) -> None:
        self._current.take(event)

    def _pick(self, x: float, y: float) -> None:
        if not self._current.goes_on:  # what is being drawn stays that object's
            pick(self._context, x, y)

    def _key(self, name: str) -> None:
        self._current.key(name)

    def _follow(self, _what: object = None) -> None:
        self._current.project_changed()
