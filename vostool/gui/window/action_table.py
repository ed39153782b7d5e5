"""All actions of a window: the table's, and one for each canvas tool."""

from __future__ import annotations

from vostool.gui.actions.spec import ActionTable
from vostool.gui.actions.table import ACTIONS, with_actions
from vostool.gui.canvas.tools.registry import TOOLS


def action_table() -> ActionTable:
    """The actions in the order of their menus, with the tools that there are now."""
    return with_actions(ACTIONS, (tool.action for tool in TOOLS))
