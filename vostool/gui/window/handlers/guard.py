"""The one way in which actions act on what is open: without a video they do nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace

Handler = Callable[[], object]
"""What an action calls."""
Part = TypeVar("Part")


class WhenOpen:
    """Makes handlers that act on the open workspace, and do nothing where none is open.

    An action that needs a video is disabled without one; but keys, the palette or a menu may call
    it while a video is being closed.

    Example::

        when_open = WhenOpen(bench)
        session = when_open.part(lambda workspace: workspace.session)
        handlers = {
            "hide_masks": when_open(lambda workspace: workspace.display.hide_masks(True)),
            "undo": session(Session.undo),
        }
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def __call__(self, act: Callable[[Workspace], object]) -> Handler:
        """A handler that acts on the workspace."""

        def handler() -> None:
            if self._bench.workspace is not None:
                act(self._bench.workspace)

        return handler

    def part(
        self, part: Callable[[Workspace], Part]
    ) -> Callable[[Callable[[Part], object]], Handler]:
        """Makes handlers that act on one part of the workspace."""
        return lambda act: self(lambda workspace: act(part(workspace)))
