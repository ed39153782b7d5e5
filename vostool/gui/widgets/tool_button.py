"""Buttons of bars and panels that follow an action, or one of several."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QAction, QActionGroup
from PyQt6.QtWidgets import QMenu, QToolButton


def tool_button(action: QAction, with_text: bool = False) -> QToolButton:
    """A button that follows an action."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setAutoRaise(True)
    button.setIconSize(QSize(20, 20))
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if with_text:
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button


def open_choice(button: QToolButton, actions: Iterable[QAction]) -> None:
    """Let a button open a menu of these actions, of which one is chosen."""
    group, menu = QActionGroup(button), QMenu(button)
    for action in actions:
        group.addAction(action)
        menu.addAction(action)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
