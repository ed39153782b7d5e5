"""Gestures on the canvas become prompts of the current object."""

from __future__ import annotations

import math

from PyQt6.QtCore import QObject

from vostool.errors import PromptError
from vostool.gui.canvas import Canvas
from vostool.gui.tools import clip_box
from vostool.gui.workspace import Workspace
from vostool.prompts import Box, Point, with_box, with_point

NOT_SHOWN_YET = "This frame is still being read; click again when it is shown."


class Gestures(QObject):
    """Listens to one canvas for one workspace."""

    def __init__(self, canvas: Canvas, workspace: Workspace) -> None:
        super().__init__()
        self._canvas = canvas
        self._workspace = workspace
        canvas.clicked.connect(self._click)
        canvas.box_drawn.connect(self._box)

    def close(self) -> None:
        """Listen no more."""
        self._canvas.clicked.disconnect(self._click)
        self._canvas.box_drawn.disconnect(self._box)

    def _click(self, x: float, y: float, positive: bool) -> None:
        session = self._workspace.session
        info = self._workspace.source.info
        if not (0 <= x < info.width and 0 <= y < info.height and math.isfinite(x + y)):
            return
        if not self._may_prompt():
            return
        project = self._workspace.document.project
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
        info = self._workspace.source.info
        try:
            box = clip_box(Box.from_corners(x0, y0, x1, y1), info.width, info.height)
        except PromptError:
            return  # a line, no box: the person let go where the drag began
        if box is not None and self._may_prompt():
            self._workspace.session.prompt(with_box(box), "Draw box")

    def _may_prompt(self) -> bool:
        """True where the picture seen is the playhead's, so that the prompt lands on its frame."""
        shown = self._workspace.display.shown_frame == self._workspace.session.playhead
        if not shown:
            self._workspace.session.problem.emit(NOT_SHOWN_YET)
        return shown
