"""Clicks and boxes on the canvas become prompts of the current object."""

from __future__ import annotations

import math

from PyQt6.QtCore import QObject

from vostool.errors import PromptError
from vostool.gui.drawing.desk import Desk
from vostool.gui.tools import clip_box
from vostool.prompts import Box, Point, with_box, with_point


class PromptGestures(QObject):
    """Listens to one canvas for one workspace."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        desk.canvas.clicked.connect(self._click)
        desk.canvas.box_drawn.connect(self._box)

    def close(self) -> None:
        """Listen no more."""
        self._desk.canvas.clicked.disconnect(self._click)
        self._desk.canvas.box_drawn.disconnect(self._box)

    def _click(self, x: float, y: float, positive: bool) -> None:
        desk = self._desk
        if not (math.isfinite(x + y) and desk.is_inside(x, y)) or not desk.is_shown():
            return
        desk.editor.finish()  # a click goes on from the mask that the last stroke gave
        session, project = desk.session, desk.project
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
        desk = self._desk
        info = desk.workspace.source.info
        try:
            box = clip_box(Box.from_corners(x0, y0, x1, y1), info.width, info.height)
        except PromptError:
            return  # a line, no box: the person let go where the drag began
        if box is not None and desk.is_shown():
            desk.editor.finish()
            desk.session.prompt(with_box(box), "Draw box")
