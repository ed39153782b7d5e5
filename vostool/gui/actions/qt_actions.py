"""The actions of the table as Qt has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QWidget

from vostool.gui.actions.spec import ActionTable
from vostool.words import tr


def make_actions(window: QWidget, table: ActionTable) -> dict[str, QAction]:
    """The actions of the table on a window, by their ids; :func:`connect_actions` lets them act."""
    made: dict[str, QAction] = {}
    for spec in table:
        action = QAction(tr(spec.text), window)
        action.setObjectName(spec.id)
        action.setStatusTip(tr(spec.tip))
        action.setCheckable(spec.checkable)
        window.addAction(action)
        made[spec.id] = action
    set_keys(table, made, {spec.id: spec.shortcuts for spec in table})
    return made


def connect_actions(
    actions: Mapping[str, QAction], handlers: Mapping[str, Callable[[], object]]
) -> None:
    """Let each action call its handler.

    Raises:
        ValueError: an action has no handler, or a handler no action.
    """
    if set(actions) != set(handlers):
        wrong = set(actions) ^ set(handlers)
        raise ValueError(f"actions without handlers or the reverse: {wrong}")
    for name, action in actions.items():
        action.triggered.connect(lambda _checked=False, run=handlers[name]: run())


def set_keys(
    table: ActionTable, actions: Mapping[str, QAction], keys: Mapping[str, tuple[str, ...]]
) -> None:
    """Give the table's actions these keys, and say them in their tool tips."""
    for spec in table:
        action, own = actions[spec.id], keys[spec.id]
        action.setShortcuts([QKeySequence(each) for each in own])
        named = f" ({own[0]})" if own else ""
        tip = f"\n{tr(spec.tip)}" if spec.tip else ""
        action.setToolTip(f"{tr(spec.text).rstrip('…')}{named}{tip}")
