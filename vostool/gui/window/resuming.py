"""Opening a project again goes back to where it was left: frame, range, tool and engine.

It is noted in the project when it is left, as a setting that is no undo step, and only where
something is labelled: a video that was only looked at leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from PyQt6.QtCore import QObject

from vostool.gui.canvas.tools.registry import TOOLS
from vostool.gui.window.start.recent_facts import RecentFacts, remember_facts, small_picture
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace
from vostool.models.registry import engine_statuses
from vostool.project import edits
from vostool.project.changes import Json

PLACE = "left_at"
"""The project's setting."""


class Resuming(QObject):
    """Notes where each workspace is left, and goes there when it is opened again."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        bench.opened.connect(self._opened)
        bench.left.connect(self._note)

    def _note(self, workspace: Workspace) -> None:
        """Called while the workspace is still open, before it is stored for the last time."""
        project = workspace.document.project
        if not project.objects:
            return
        path, states = workspace.storage.path, self._bench.window.timeline.states
        facts = RecentFacts(
            len(project.objects),
            states.confirmed_share if states is not None else None,
            path is None,
            small_picture(workspace.display.picture(workspace.session.playhead)),
        )
        remember_facts(str(path or project.source.path), facts)
        chosen = workspace.selection.value
        place: dict[str, Json] = {
            "frame": workspace.session.playhead,
            "tool": self._bench.window.canvas.tool.id,
            "engine": self._bench.engine.current or "",
            "range": None if chosen is None else [chosen.first, chosen.last],
        }
        edit = edits.set_setting(project, PLACE, place)
        if edit.changes:
            workspace.document.note(edit)

    def _opened(self, workspace: Workspace) -> None:
        """What is stored and makes no sense, or is not there any more, is left out."""
        place = workspace.document.project.settings.get(PLACE)
        if not isinstance(place, Mapping):
            return
        count = len(workspace.source)
        frame, tool = place.get("frame"), place.get("tool")
        if _is_frame(frame, count):
            workspace.session.go_to(frame)
        ends = place.get("range")
        frames = [each for each in ends if _is_frame(each, count)] if isinstance(ends, list) else []
        if isinstance(ends, list) and len(frames) == len(ends) == 2:
            workspace.selection.select(frames[0], frames[1])
        found = next((each for each in TOOLS if each.id == tool), None)
        if found is not None:
            self._bench.window.set_tool(found)
        self._use(place.get("engine"))

    def _use(self, name: object) -> None:
        engine = self._bench.engine
        if isinstance(name, str) and name != engine.current:
            usable = {status.name for status in engine_statuses() if status.usable}
            if name in usable:
                engine.use(name)


def _is_frame(value: object, count: int) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < count
