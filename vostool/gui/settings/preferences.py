"""What the window remembers between two runs: its place, its docks, the theme and the keys."""

from __future__ import annotations

import json
import os
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QByteArray, QSettings
from PyQt6.QtWidgets import QMainWindow

from vostool.files import NotRegular, refuse_special
from vostool.gui.settings import keys
from vostool.words import shortened, tr

_LARGEST = 16 << 20
"""Bytes of a file of settings; Qt reads all of it before anything else happens."""

_left_out: dict[str, bool] = {}
"""What cannot be used, and whether the person was told of it."""


def settings() -> QSettings:
    """An INI file in the user's configuration folder, or in the one VOSTOOL_CONFIG names.

    What lies there and is no file of settings is let be; another file beside it is used.
    """
    chosen = os.environ.get("VOSTOOL_CONFIG")
    folder = Path(chosen) if chosen else platformdirs.user_config_path("vostool", appauthor=False)
    place = folder / "vostool.ini"
    if not _is_usable(place):
        leave_out(tr("the file '{place}'", place=shortened(str(place))))
        place = folder / "vostool-2.ini"
    return QSettings(str(place), QSettings.Format.IniFormat)


def stored_json(key: str, default: object) -> object:
    """A setting that is JSON, or ``default`` where nothing sensible is stored."""
    text = stored_text(key)
    if not text:
        return default
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        leave_out(key.replace("_", " "))
        return default


def stored_text(key: str) -> str:
    """A setting that is text, "" where nothing that can be read is stored."""
    try:
        value = settings().value(key, "")
    except (TypeError, ValueError):  # of a type that PyQt cannot hand over
        leave_out(key.replace("_", " "))
        return ""
    return value if isinstance(value, str) else ""


def leave_out(what: str) -> None:
    """Take note of something stored that cannot be used."""
    _left_out.setdefault(what, False)


def what_was_left_out() -> str:
    """One sentence about it, "" where there is nothing to say; each thing is named once."""
    named = [what for what, told in _left_out.items() if not told]
    _left_out.update(dict.fromkeys(named, True))
    if not named:
        return ""
    return tr(
        "Some of the stored settings make no sense and were left out: {names}.",
        names=", ".join(named),
    )


def _is_usable(place: Path) -> bool:
    try:
        return refuse_special(place).st_size <= _LARGEST
    except NotRegular:
        return False
    except OSError:
        return True  # Qt finds nothing there, too


def theme_name() -> str:
    """The chosen theme, "System" where none was chosen."""
    return stored_text(keys.THEME) or "System"


def remember_theme(name: str) -> None:
    """Keep the theme for the next run."""
    settings().setValue(keys.THEME, name)


def keymap_json() -> str:
    """The stored keymap, "" where there is none."""
    return stored_text(keys.KEYMAP)


def remember_keymap(text: str) -> None:
    """Keep the keymap for the next run."""
    settings().setValue(keys.KEYMAP, text)


def tool_options() -> tuple[int, int, bool]:
    """The size of the brush, the tolerance of the wand, and whether it takes one part only."""
    store, found = settings(), []
    for name, default in ((keys.BRUSH_SIZE, 20), (keys.WAND_TOLERANCE, 24)):
        try:
            found.append(min(max(int(str(store.value(name, default))), 0), 1000))
        except (ValueError, TypeError):
            found.append(default)
    return found[0], found[1], str(store.value(keys.WAND_CONTIGUOUS, "true")).lower() == "true"


def remember_tool_options(size: int, tolerance: int, contiguous: bool) -> None:
    """Keep them for the next run."""
    store = settings()
    store.setValue(keys.BRUSH_SIZE, size)
    store.setValue(keys.WAND_TOLERANCE, tolerance)
    store.setValue(keys.WAND_CONTIGUOUS, contiguous)


def follows_runs() -> bool:
    """Whether the picture goes with track runs."""
    return stored_text(keys.FOLLOW_RUNS) != "false"


def remember_follows_runs(value: bool) -> None:
    """Keep it for the next run."""
    settings().setValue(keys.FOLLOW_RUNS, "true" if value else "false")


def remember_window(window: QMainWindow) -> None:
    """Keep the window's size, place and docks."""
    store = settings()
    store.setValue(keys.GEOMETRY, window.saveGeometry())
    store.setValue(keys.DOCKS, window.saveState())


def remember_dock_sizes(width: int, height: int) -> None:
    """Keep what a person dragged docks and timeline to; 0 for nothing."""
    store = settings()
    store.setValue(keys.DOCK_WIDTH, str(width))
    store.setValue(keys.TIMELINE_HEIGHT, str(height))


def dock_sizes() -> tuple[int, int]:
    """What a person dragged docks and timeline to; 0 for nothing, or for what makes no sense."""
    found = [stored_text(name) for name in (keys.DOCK_WIDTH, keys.TIMELINE_HEIGHT)]
    width, height = (int(text) if text.isdecimal() and len(text) < 5 else 0 for text in found)
    return width, height


def restore_window(window: QMainWindow) -> bool:
    """Put the window where it was; False where nothing is remembered."""
    store = settings()
    try:
        geometry, docks = store.value(keys.GEOMETRY), store.value(keys.DOCKS)
    except (TypeError, ValueError):  # of a type that PyQt cannot hand over
        leave_out(tr("the window's place"))
        return False
    if not isinstance(geometry, QByteArray) or not isinstance(docks, QByteArray):
        return False
    return window.restoreGeometry(geometry) and window.restoreState(docks)


def tidies_new_masks() -> bool:
    """Whether the specks and pinholes of a click's mask go by themselves."""
    return str(settings().value(keys.TIDY_NEW, "true")).lower() == "true"


def remember_tidying(wanted: bool) -> None:
    """Keep whether new masks are tidied."""
    settings().setValue(keys.TIDY_NEW, "true" if wanted else "false")
