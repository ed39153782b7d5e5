"""What the Edit menu does on the current frame."""

from __future__ import annotations

from vostool.gui.session.session import Session
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.workbench import Workbench


def edit_handlers(bench: Workbench) -> dict[str, Handler]:
    """All of them act on the session."""
    session = WhenOpen(bench).part(lambda workspace: workspace.session)
    return {
        "undo": session(Session.undo),
        "redo": session(Session.redo),
        "clear": session(Session.clear_prompts),
        "delete_mask": session(Session.delete_mask),
        "confirm": session(Session.toggle_confirmed),
    }
