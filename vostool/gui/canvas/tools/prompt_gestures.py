"""Clicks and boxes on the canvas become prompts of the current object."""

from __future__ import annotations

import math

from PyQt6.QtCore import QObject

from vostool.errors import PromptError
from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.modes import clip_box
from vostool.masks.box import Box
from vostool.project.prompts import Point, with_box, with_point


class PromptGestures(QObject):
    """Listens to one canvas for one workspace."""

    def __init__(self, context: ToolContext) -> None:
        super().__init__()
        self._context = context
        context.canvas.clicked.connect(self._click)
        context.canvas.box_drawn.connect(self._box)

    def close(self) -> None:
        """Listen no more."""
        self._context.canvas.clicked.disconnect(self._click)
        self._context.canvas.box_drawn.disconnect(self._box)

    def _click(self, x: float, y: float, positive: bool) -> None:
        context = self._context
        if not (math.isfinite(x + y) and context.is_inside(x, y)) or not context.is_shown():
            return
        context.editor.finish()  # a click goes on from the mask that the last stroke gave
        session, project = context.session, context.project
        old = record = None
        if session.current_object is not None:
            key = (session.playhead, session.current_object)
            old, record = project.prompts.get(key), project.masks.get(*key)
        if not positive and old is None and record is None:
            session.problem.emit(
                "Begin with a click on the object; a negative point takes away from its mask."
            )
            return
        title = "Add positive point" if positive else "Add negative point"
        session.prompt(with_point(old, record, Point(x, y, positive)), title)

    def _box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        context = self._context
        info = context.workspace.source.info
        try:
            box = clip_box(Box.from_corners(x0, y0, x1, y1), info.width, info.height)
        except PromptError:
            return  # a line, no box: the person let go where the drag began
        if box is not None and context.is_shown():
            context.editor.finish()
            context.session.prompt(with_box(box), "Draw box")
