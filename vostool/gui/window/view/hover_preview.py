"""The mask that a click would give, outlined under the mouse, where the engine is fast enough."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace
from statistics import median

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QColor, QGuiApplication, QPainterPath, QPen
from PyQt6.QtWidgets import QGraphicsPathItem

from vostool.gui.canvas.canvas import Canvas
from vostool.gui.canvas.tools.events import Phase, PointerEvent
from vostool.gui.engine.previews import PreviewAnswer
from vostool.gui.look.tokens import Over
from vostool.gui.threads.timers import single_shot
from vostool.gui.window.status_bar import StatusBar
from vostool.gui.window.workspace import Workspace
from vostool.models.engine import SegmentRequest
from vostool.project.locks import locked_objects
from vostool.project.prompts import Point, with_point
from vostool.project.strangers import is_stranger
from vostool.runs.request import segment_request
from vostool.words import tr

SLOW = 0.15
"""Seconds: with slower answers the outline would lag behind the hand, and a click would wait."""
HOPELESS = 0.5
"""One answer as slow as this is enough to know."""
ANSWERS = 3
REST_MS = 40
"""The mouse has to be still for so long, so that a passing one asks for nothing."""
NEW_OBJECT = 0
"""Stands for the object that a click would make; no project has it."""


class HoverPreview(QObject):
    """Previews for one workspace. Adds nothing to the project, and goes before any click."""

    def __init__(self, canvas: Canvas, status: StatusBar, workspace: Workspace) -> None:
        super().__init__()
        self._canvas, self._status, self._workspace = canvas, status, workspace
        self._wanted = False
        self._place = (math.nan, math.nan)
        self._asked: SegmentRequest | None = None
        self._took: deque[float] = deque(maxlen=ANSWERS)
        self._too_slow = False
        # White dashes on black are seen on every picture and are no object's colour.
        self._item = _line(QColor(*Over.DARK), 3.0, Qt.PenStyle.SolidLine)
        self._dashes = _line(QColor(*Over.LIGHT), 1.5, Qt.PenStyle.DashLine)
        self._dashes.setParentItem(self._item)
        self._item.setZValue(1.4)
        self._item.hide()
        canvas.view.addItem(self._item, ignoreBounds=True)
        self._rest = single_shot(self, REST_MS, self._ask)
        worker, session = workspace.session.worker, workspace.session
        self._connections = (
            (canvas.hovered, self._moved), (canvas.pointer.acted, self._acted),
            (canvas.tool_changed, self.clear), (canvas.options.changed, self._again),
            (worker.previewed, self._take), (worker.engine_ready, self._new_engine),
            (session.playhead_moved, self.clear), (session.object_selected, self.clear),
            (session.run_progressed, self.clear), (workspace.document.changed, self.clear),
        )  # fmt: skip
        for signal, slot in self._connections:
            signal.connect(slot)

    @property
    def is_shown(self) -> bool:
        """True while an outline is drawn."""
        return self._item.isVisible()

    @property
    def is_idle(self) -> bool:
        """True where nothing is drawn, asked for, or about to be."""
        return not (self.is_shown or self._rest.isActive() or self._asked is not None)

    @property
    def is_too_slow(self) -> bool:
        """True where this engine has shown that it cannot keep up; turning it on tries again."""
        return self._too_slow

    def set_wanted(self, wanted: bool) -> None:
        """Turn it on, with a new chance for the engine, or off."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._new_engine()

    def close(self) -> None:
        """Preview no more."""
        self.clear()
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._canvas.view.removeItem(self._item)

    def clear(self, *_: object) -> None:
        """Show nothing, and wait for no answer."""
        self._rest.stop()
        self._item.hide()
        if self._asked is not None:
            self._asked = None
            self._workspace.session.worker.preview(None)

    def _new_engine(self, *_: object) -> None:
        self.clear()
        self._took.clear()
        self._too_slow = False

    def _moved(self, x: float, y: float) -> None:
        here = (math.floor(x), math.floor(y)) if math.isfinite(x + y) else (math.nan, math.nan)
        if here == self._place:
            return
        self._place = here
        if math.isnan(here[0]) or QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self.clear()
        elif self._possible():
            self._rest.start()

    def _again(self) -> None:
        """Another of the engine's masks is wanted under the mouse that rests."""
        if self._possible() and math.isfinite(self._place[0]):
            self._rest.start()

    def _acted(self, event: PointerEvent) -> None:
        if event.phase is Phase.RELEASE:
            self.clear()

    def _possible(self) -> bool:
        session, workspace = self._workspace.session, self._workspace
        return (
            self._wanted
            and not self._too_slow
            and self._canvas.tool.click is not None
            and workspace.display.shown_frame == session.playhead
            and not session.is_tracking
            and not workspace.player.is_playing
        )

    def _ask(self) -> None:
        request = self._request() if self._possible() else None
        if request is None:
            self.clear()
            return
        self._asked = request
        self._workspace.session.worker.preview(request)

    def _request(self) -> SegmentRequest | None:
        """What a click here would ask for; None where it would be refused."""
        session, project = self._workspace.session, self._workspace.document.project
        key = (session.playhead, session.current_object or NEW_OBJECT)
        positive, info = bool(self._canvas.tool.click), session.source.info
        size = info.width, info.height
        if positive and is_stranger(project.masks.get(*key), *self._place, size):
            key = (session.playhead, NEW_OBJECT)
        if key[1] in locked_objects(project):
            return None
        old, record = project.prompts.get(key), project.masks.get(*key)
        if not positive and old is None and record is None:
            return None
        point = Point(self._place[0] + 0.5, self._place[1] + 0.5, positive)
        prompts = with_point(old, record, point, self._canvas.options.choice)
        engine, request = session.worker.info, segment_request(project, *key, prompts)
        if engine is None or engine.device == "cpu":  # which would take too long to read a memory
            return replace(request, around=None)
        return request

    def _take(self, answer: PreviewAnswer) -> None:
        self._took.append(answer.seconds)
        full = len(self._took) == ANSWERS
        if answer.seconds > HOPELESS or (full and median(self._took) > SLOW):
            self._too_slow = True
            self.clear()
            self._status.say(
                tr(
                    "The preview under the mouse rests: this engine takes "
                    "{seconds:.1f} s for a mask. Shift+Q twice tries again.",
                    seconds=answer.seconds,
                )
            )
            return
        if answer.request is not self._asked:
            return
        path = QPainterPath()
        for ring in answer.outlines:
            path.moveTo(*map(float, ring[0]))
            for x, y in ring[1:]:
                path.lineTo(float(x), float(y))
            path.closeSubpath()
        self._item.setPath(path)
        self._dashes.setPath(path)
        self._item.setVisible(bool(answer.outlines))


def _line(colour: QColor, width: float, style: Qt.PenStyle) -> QGraphicsPathItem:
    item = QGraphicsPathItem()
    pen = QPen(colour, width, style)
    pen.setCosmetic(True)
    item.setPen(pen)
    item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)  # the click below is what counts
    return item
