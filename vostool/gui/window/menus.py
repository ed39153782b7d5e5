"""Menus and toolbars, filled from the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, QSize, Qt, pyqtBoundSignal
from PyQt6.QtGui import QAction, QActionGroup
from PyQt6.QtWidgets import QDockWidget, QMainWindow, QMenu, QToolBar

from vostool.gui.actions.menus.arrangement import (
    ARRANGEMENT,
    DOCKS,
    LINE,
    MORE,
    RECENT,
    THEMES,
    Inner,
    placed,
)
from vostool.gui.actions.spec import ActionTable
from vostool.gui.canvas.tool_palette import ToolPalette
from vostool.gui.settings import preferences
from vostool.gui.widgets import theme
from vostool.gui.window.start.recent import RecentMenu
from vostool.masks.styles import Style
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
STYLES = tuple(f"style_{style.name.lower()}" for style in Style)
"""Actions of which one is chosen."""
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
    known = placed()
    menus: dict[str, QMenu] = {}
    for title, shown in MENUS.items():
        menu = bar.addMenu(tr(shown))
        assert menu is not None
        menu.setToolTipsVisible(True)
        menus[title] = menu
        more = [actions[s.id] for s in table if s.menu == title and s.id not in known]
        fill: dict[str, Callable[[], object]] = {
            RECENT: partial(_add_recent, menu, open_path),
            DOCKS: partial(_add_docks, window, menu),
            THEMES: partial(_add_themes, menu),
            MORE: partial(menu.addActions, more),
        }
        for item in ARRANGEMENT[title]:
            if isinstance(item, str) and item in fill:
                fill[item]()
            else:
                _add(menu, item, actions)
    _mark_one(window, [actions[spec.id] for spec in table if spec.id in STYLES])
    return menus


def _add(menu: QMenu, item: str | Inner, actions: Mapping[str, QAction]) -> None:
    if isinstance(item, Inner):
        inner = menu.addMenu(tr(item.title))
        assert inner is not None
        inner.setToolTipsVisible(True)
        for each in item.items:
            _add(inner, each, actions)
    elif item == LINE:
        menu.addSeparator()
    else:
        menu.addAction(actions[item])


def _mark_one(window: QObject, actions: Iterable[QAction]) -> QActionGroup:
    """Of these one is chosen, which menus mark as such."""
    group = QActionGroup(window)
    for action in actions:
        group.addAction(action)
    return group


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


def _add_recent(menu: QMenu, open_path: Callable[[Path], object]) -> None:
    menu.addMenu(RecentMenu(open_path, menu))


def _add_docks(window: QMainWindow, menu: QMenu) -> None:
    inner = menu.addMenu(tr("Panels"))
    assert inner is not None
    for dock in window.findChildren(QDockWidget):
        inner.addAction(dock.toggleViewAction())


def _add_themes(menu: QMenu) -> None:
    themes = menu.addMenu(tr("Theme"))
    assert themes is not None
    for name in theme.THEMES:
        made = themes.addAction(tr(name))
        assert made is not None
        made.setCheckable(True)
        made.setData(name)
        made.triggered.connect(partial(_choose_theme, name))
    group = _mark_one(themes, themes.actions())

    def mark_chosen() -> None:  # it may have been chosen in the settings
        for action in group.actions():
            action.setChecked(action.data() == preferences.theme_name())

    themes.aboutToShow.connect(mark_chosen)


def _choose_theme(name: str, _checked: bool = False) -> None:
    theme.set_theme(name)
    preferences.remember_theme(name)
