"""What the window remembers between two runs: its place, its docks, the theme and the keys."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QByteArray, QSettings
from PyQt6.QtWidgets import QMainWindow

from vostool.gui.settings import keys


def settings() -> QSettings:
    """An INI file in the user's configuration folder, or in the one VOSTOOL_CONFIG names."""
    chosen = os.environ.get("VOSTOOL_CONFIG")
    folder = Path(chosen) if chosen else platformdirs.user_config_path("vostool", appauthor=False)
    return QSettings(str(folder / "vostool.ini"), QSettings.Format.IniFormat)


def theme_name() -> str:
    """The chosen theme, "System" where none was chosen."""
    return str(settings().value(keys.THEME, "System"))


def remember_theme(name: str) -> None:
    """Keep the theme for the next run."""
    settings().setValue(keys.THEME, name)


def keymap_json() -> str:
    """The stored keymap, "" where there is none."""
    return str(settings().value(keys.KEYMAP, ""))


def remember_keymap(text: str) -> None:
    """Keep the keymap for the next run."""
    settings().setValue(keys.KEYMAP, text)


def tool_options() -> tuple[int, int, bool]:
    """The size of the brush, the tolerance of the wand, and whether it takes one part only."""
    store, found = settings(), []
    for name, default in ((keys.BRUSH_SIZE, 20), (keys.WAND_TOLERANCE, 24)):
        try:
            found.append(int(str(store.value(name, default))))
        except ValueError:
            found.append(default)
    return found[0], found[1], str(store.value(keys.WAND_CONTIGUOUS, "true")).lower() == "true"


def remember_tool_options(size: int, tolerance: int, contiguous: bool) -> None:
    """Keep them for the next run."""
    store = settings()
    store.setValue(keys.BRUSH_SIZE, size)
    store.setValue(keys.WAND_TOLERANCE, tolerance)
    store.setValue(keys.WAND_CONTIGUOUS, contiguous)


def remember_window(window: QMainWindow) -> None:
    """Keep the window's size, place and docks."""
    store = settings()
    store.setValue(keys.GEOMETRY, window.saveGeometry())
    store.setValue(keys.DOCKS, window.saveState())


def restore_window(window: QMainWindow) -> bool:
    """Put the window where it was; False where nothing is remembered."""
    store = settings()
    geometry, docks = store.value(keys.GEOMETRY), store.value(keys.DOCKS)
    if not isinstance(geometry, QByteArray) or not isinstance(docks, QByteArray):
        return False
    return window.restoreGeometry(geometry) and window.restoreState(docks)
