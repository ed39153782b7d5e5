"""What the Edit menu does on the current frame."""

from __future__ import annotations

from vostool.gui.session.session import Session
from vostool.gui.window.handlers.guard import Handler, WhenOpen
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace


def edit_handlers(bench: Workbench) -> dict[str, Handler]:
    """All of them act on the session."""
    session = WhenOpen(bench).part(lambda workspace: workspace.session)
    window = bench.window

    def show_history(workspace: Workspace) -> None:
        window.history.show_history(workspace.document.history)
        window.history_popover.toggle_at(window.button_of("history"))

    return {
        "undo": session(Session.undo),
        "redo": session(Session.redo),
        "history": WhenOpen(bench)(show_history),
        "clear": session(Session.clear_prompts),
        "delete_mask": session(Session.delete_mask),
        "confirm": session(Session.toggle_confirmed),
    }
