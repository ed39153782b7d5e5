"""Every action once, from the files of the menus.

The actions that choose a canvas tool come with the tools, which are above this module; the window
puts both into one table, :func:`vostool.gui.window.action_table.action_table`.
"""

from __future__ import annotations

from collections.abc import Iterable

from vostool.gui.actions.menus.objects import MASK, OBJECT
from vostool.gui.actions.menus.program import EDIT, FILE, HELP
from vostool.gui.actions.menus.tools import TOOLS
from vostool.gui.actions.menus.track import RANGE, REVIEW, TRACK
from vostool.gui.actions.menus.view import GO, VIEW
from vostool.gui.actions.spec import ActionSpec, ActionTable

ACTIONS: ActionTable = (
    *FILE, *EDIT, *TOOLS, *MASK, *OBJECT, *TRACK, *RANGE, *REVIEW, *GO, *VIEW, *HELP,
)  # fmt: skip
"""In the order of the menu bar."""


def with_actions(table: ActionTable, more: Iterable[ActionSpec]) -> ActionTable:
    """The table with further actions, which come first in their menus, in their order.

    Raises:
        ValueError: two actions have the same id.
    """
    added = tuple(more)
    menus = [spec.menu for spec in table]
    made = list(table)
    for menu in dict.fromkeys(spec.menu for spec in added):
        place = menus.index(menu) if menu in menus else len(made)
        made[place:place] = [spec for spec in added if spec.menu == menu]
        menus = [spec.menu for spec in made]
    ids = [spec.id for spec in made]
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        raise ValueError(f"several actions have the id {twice[0]!r}")
    return tuple(made)
