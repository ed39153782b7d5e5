"""What Point and Box share: a drag with the left button draws a new box around the object."""

from __future__ import annotations

import math
import time

from PyQt6.QtCore import QRectF

from vostool.errors import PromptError
from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.events import PointerEvent
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.items.handles import DashedBox
from vostool.masks.box import Box
from vostool.project.prompts import with_box
from vostool.words import tr

DRAG_PIXELS, DRAG_SECONDS = 5, 0.5
"""A press is a drag once the mouse has moved so far, or has moved at all after so long."""


class PromptGesture(Gesture):
    """Tells clicks from drags: a drag draws a box, which is dashed until the button goes up."""

    def __init__(self, context: ToolContext) -> None:
        super().__init__(context)
        self._press: PointerEvent | None = None
        self._pressed_at = 0.0
        self._drags = False
        self._rubber: DashedBox | None = None

    def end(self) -> None:
        self._press = None
        self._drop_rubber()

    def click(self, event: PointerEvent) -> None:
        """A button went down and up in one place; ``event`` is the press."""

    def press(self, event: PointerEvent) -> None:
        self._press, self._pressed_at, self._drags = event, time.perf_counter(), False

    def drag(self, event: PointerEvent) -> None:
        press = self._press
        if press is None:
            return
        self._drags = self._drags or self._is_drag(press, event)
        if self._drags and press.left:
            if self._rubber is None:
                self._rubber = DashedBox()
                self.context.previews.add(self._rubber)
            self._rubber.setRect(
                QRectF(press.x, press.y, event.x - press.x, event.y - press.y).normalized()
            )

    def release(self, event: PointerEvent) -> None:
        press, self._press = self._press, None
        self._drop_rubber()
        if press is None:
            return
        if not self._drags:
            self.click(press)
        elif press.left:
            self._draw_box(press, event)

    def _is_drag(self, press: PointerEvent, event: PointerEvent) -> bool:
        way = math.hypot(event.x - press.x, event.y - press.y) * self.context.previews.scale
        held = time.perf_counter() - self._pressed_at
        return way >= DRAG_PIXELS or (way > 0 and held >= DRAG_SECONDS)

    def _draw_box(self, start: PointerEvent, end: PointerEvent) -> None:
        context, info = self.context, self.context.info
        try:
            box = clip_box(
                Box.from_corners(start.x, start.y, end.x, end.y), info.width, info.height
            )
        except PromptError:
            return  # a line, no box: the button went up where the drag began
        if box is not None and context.is_shown():
            context.editor.finish()
            context.session.prompt(with_box(box, context.record), tr("Draw box"))

    def _drop_rubber(self) -> None:
        self.context.previews.drop(self._rubber)
        self._rubber = None


def clip_box(box: Box, width: int, height: int) -> Box | None:
    """The part of a box inside the frame, or None where less than 2 pixels a side remain."""
    x0, y0 = max(box.x0, 0.0), max(box.y0, 0.0)
    x1, y1 = min(box.x1, float(width)), min(box.y1, float(height))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return None
    return Box(x0, y0, x1, y1)
