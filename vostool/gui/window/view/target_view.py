"""The cursor's colour and the plate beside it, for what a click would change now."""

from __future__ import annotations

import math

from PyQt6.QtCore import QEvent, QObject, QPointF, Qt
from PyQt6.QtGui import QGuiApplication, QKeyEvent

from vostool.gui.canvas.canvas import Canvas
from vostool.gui.canvas.cursor_tag import CursorTag
from vostool.gui.canvas.tools.events import Phase, PointerEvent
from vostool.gui.canvas.tools.target import Held, Target, target_at
from vostool.gui.window.workspace import Workspace

MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt)
NONE = Qt.KeyboardModifier.NoModifier
CTRL_OR_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class TargetView(QObject):
    """Follows mouse, keys and project for one workspace."""

    def __init__(self, canvas: Canvas, tag: CursorTag, workspace: Workspace) -> None:
        super().__init__()
        self._canvas, self._tag, self._workspace = canvas, tag, workspace
        self._place = (math.nan, math.nan)
        self._pressed = False
        session = workspace.session
        self._connections = (
            (canvas.hovered, self._hovered),
            (canvas.pointer.acted, self._acted),
            (canvas.tool_changed, self.follow),
            (canvas.options.changed, self.follow),
            (session.object_selected, self.follow),
            (session.playhead_moved, self.follow),
            (workspace.document.changed, self.follow),
            (workspace.player.playing_changed, self.follow),
        )
        for signal, slot in self._connections:
            signal.connect(slot)
        canvas.installEventFilter(self)

    def close(self) -> None:
        """Say nothing more."""
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._canvas.removeEventFilter(self)
        self._show(None)

    def follow(self, *_: object) -> None:
        """Say what a click does at the place where the mouse is."""
        self._show(self._target())

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        # A key that is held says so before the mouse moves.
        if isinstance(event, QKeyEvent) and event.key() in MODIFIERS:
            down = event.type() == QEvent.Type.KeyPress
            if down or event.type() == QEvent.Type.KeyRelease:
                held = event.modifiers()
                mine = {
                    Qt.Key.Key_Shift: Qt.KeyboardModifier.ShiftModifier,
                    Qt.Key.Key_Control: Qt.KeyboardModifier.ControlModifier,
                    Qt.Key.Key_Alt: Qt.KeyboardModifier.AltModifier,
                }[Qt.Key(event.key())]
                self._show(self._target(held | mine if down else held & ~mine))
        return super().eventFilter(watched, event)

    def _target(self, held: Qt.KeyboardModifier | None = None) -> Target | None:
        workspace, session = self._workspace, self._workspace.session
        seen = workspace.display.shown_frame == session.playhead
        if self._pressed or math.isnan(self._place[0]) or not seen:
            return None
        if workspace.player.is_playing:
            return None
        keys = QGuiApplication.keyboardModifiers() if held is None else held
        shift = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        other = (keys & CTRL_OR_ALT) != NONE
        tool, choice = self._canvas.tool, self._canvas.options.choice
        return target_at(session, tool, *self._place, Held(shift, other, choice))

    def _show(self, target: Target | None) -> None:
        self._canvas.tint_cursor(target.colour if target is not None else None)
        if target is None:
            self._tag.hide()
            return
        at = self._canvas.mapFromScene(self._canvas.view.mapViewToScene(QPointF(*self._place)))
        self._tag.show_target(target.text, target.colour, at)

    def _hovered(self, x: float, y: float) -> None:
        self._place = (x, y)
        self.follow()

    def _acted(self, event: PointerEvent) -> None:
        if event.phase is Phase.LEAVE:
            self._place = (math.nan, math.nan)
        elif event.phase in (Phase.PRESS, Phase.RELEASE):
            self._pressed = event.phase is Phase.PRESS
        else:
            return
        self.follow()
