"""Menus and toolbars, filled from the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QSize, Qt, pyqtBoundSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QMenu, QToolBar

from vostool.gui.actions.spec import ActionTable
from vostool.gui.canvas.tool_palette import ToolPalette
from vostool.gui.settings import preferences
from vostool.gui.widgets import theme
from vostool.gui.window.start.recent import RecentMenu
from vostool.words import mark, tr

TOOLBAR = (
    "open", "export", "", "undo", "redo", "history", "",
    "track_backward", "track_both", "track_forward", "cancel", "draft",
)  # fmt: skip
SHORT_TEXTS = {
    "open": mark("Open"),
    "view_panel": "View",
    "cancel": mark("Cancel"),
    "export": mark("Export"),
    "history": mark("History"),
    "timeline_legend": mark("Legend"),
}
"""Of the toolbar's buttons, where the menu's text is too long for them."""
HEIGHT = 32
"""Of the toolbar, in pixels."""
MENUS = {
    "File": mark("&File"),
    "Edit": mark("&Edit"),
    "Tools": mark("&Tools"),
    "Mask": mark("&Mask"),
    "Object": mark("&Object"),
    "Track": mark("Tr&ack"),
    "Range": mark("&Range"),
    "Review": mark("Rev&iew"),
    "Go": mark("&Go"),
    "View": mark("&View"),
    "Help": mark("&Help"),
}
"""By their names in the table of actions; no two have one letter."""


def fill_menus(
    window: QMainWindow,
    table: ActionTable,
    actions: Mapping[str, QAction],
    open_path: Callable[[Path], object],
) -> dict[str, QMenu]:
    """Give the window its menus; they are returned by their names.

    Args:
        actions: of the table, by their ids.
        open_path: called with a place that was opened lately and is chosen again.
    """
    bar = window.menuBar()
    assert bar is not None
    menus: dict[str, QMenu] = {}
    for title, shown in MENUS.items():
        menu = bar.addMenu(tr(shown))
        assert menu is not None
        menus[title] = menu
        for spec in table:
            if spec.menu == title and not spec.id.startswith("object_"):
                menu.addAction(actions[spec.id])
    file = menus["File"]
    file.insertMenu(actions["cvat_open"], RecentMenu(open_path, file))
    _add_docks_and_themes(window, menus["View"])
    return menus


def fill_toolbars(
    window: QMainWindow, actions: Mapping[str, QAction], tool_changed: pyqtBoundSignal
) -> QToolBar:
    """Give the window the toolbar at its top, which is returned, and that of the canvas tools.

    Args:
        tool_changed: the canvas' signal; the buttons follow it.
    """
    bar = QToolBar(tr("Tools"))
    bar.setObjectName("toolbar")
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    bar.setIconSize(QSize(theme.ICON_SIZE, theme.ICON_SIZE))
    bar.setFixedHeight(HEIGHT)  # the style's own margins are rows of pixels that the picture lacks
    for name in TOOLBAR:
        if name:
            bar.addAction(actions[name])
        else:
            bar.addSeparator()
    window.addToolBar(bar)
    palette = ToolPalette(actions, window)
    window.addToolBar(Qt.ToolBarArea.LeftToolBarArea, palette)
    tool_changed.connect(palette.follow)
    actions["draft"].setVisible(False)  # until an engine that has it answers
    for name, text in SHORT_TEXTS.items():
        actions[name].setIconText(tr(text))
    return bar


def _add_docks_and_themes(window: QMainWindow, menu: QMenu) -> None:
    menu.addSeparator()
    for dock in window.findChildren(QDockWidget):
        menu.addAction(dock.toggleViewAction())
    themes = menu.addMenu(tr("Theme"))
    assert themes is not None
    for name in theme.THEMES:
        made = themes.addAction(tr(name))
        assert made is not None
        made.triggered.connect(partial(_choose_theme, name))


def _choose_theme(name: str, _checked: bool = False) -> None:
    theme.set_theme(name)
    preferences.remember_theme(name)
