"""What the window does as a program: engine, settings, keys, the palette, help, other windows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QProcess

from vostool.gui.actions.keymap import Keymap
from vostool.gui.actions.palette import CommandPalette
from vostool.gui.actions.qt_actions import set_keys
from vostool.gui.actions.search import Command
from vostool.gui.actions.shortcuts_page import show_shortcuts
from vostool.gui.settings import preferences
from vostool.gui.settings import values as settings_values
from vostool.gui.settings.values import Values
from vostool.gui.widgets import dialogs, theme
from vostool.gui.window.handlers.guard import Handler
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.settings.dialog import SettingsDialog
from vostool.gui.window.start.recent import recent_paths
from vostool.gui.window.tour import Tour
from vostool.gui.window.workbench import Workbench
from vostool.words import tr


def program_handlers(bench: Workbench, tour: Tour) -> dict[str, Handler]:
    """Of the Help menu, and those of the File menu that are not about the open video."""
    return {
        "models": bench.engine.show_dialog,
        "settings": lambda: show_settings(bench),
        "new_window": lambda: open_new_window(bench),
        "palette": lambda: show_palette(bench),
        "shortcuts": lambda: show_keys(bench),
        "edit_shortcuts": lambda: show_settings(bench, shortcuts=True),
        "tour": tour.begin,
        "about": lambda: dialogs.show_about(bench.window),
    }


def show_palette(bench: Workbench) -> CommandPalette:
    """List all actions, then what was opened lately."""
    more: list[tuple[Command, Callable[[], object]]] = [
        (Command(f"recent:{path}", tr("File"), tr("Open again: {name}", name=path.name), "",
                 str(path)), partial(bench.open_path, path))
        for path in recent_paths()
    ]  # fmt: skip
    window = bench.window
    palette = CommandPalette(window.action_table, window.actions_by_id, more, window)
    palette.show()
    palette.activateWindow()
    palette.box.setFocus()
    return palette


def show_keys(bench: Workbench) -> None:
    """The keys as they are now, and the mouse."""
    table = bench.window.action_table
    show_shortcuts(bench.window, table, stored_keymap().keys(table))


def show_settings(bench: Workbench, *, shortcuts: bool = False) -> SettingsDialog:
    """The settings, or their page of keys."""
    window = bench.window
    dialog = SettingsDialog(settings_values.load(), stored_keymap(), window.action_table, window)
    dialog.decided.connect(partial(take_settings, bench))
    dialog.finished.connect(dialog.deleteLater)
    if shortcuts:
        dialog.show_shortcuts()
    dialog.open()
    return dialog


def take_settings(bench: Workbench, values: Values, keymap: Keymap) -> None:
    """Keep new settings and let them hold at once."""
    before = settings_values.load()
    settings_values.save(values)
    preferences.remember_keymap(keymap.to_json())
    if values.theme != before.theme:
        theme.set_theme(values.theme)
    if values.engine_options() != before.engine_options():
        bench.engine.use_quality(values.quality)
    if values.device != before.device:
        bench.engine.use_device()
    if bench.workspace is not None:
        bench.workspace.learning.on = values.learn
    use_stored_keys(bench.window)


def use_stored_keys(window: MainWindow) -> None:
    """Give the window's actions the keys that the person chose."""
    table = window.action_table
    set_keys(table, window.actions_by_id, stored_keymap().keys(table))


def stored_keymap() -> Keymap:
    """The person's keymap."""
    return Keymap.from_json(preferences.keymap_json())


def open_new_window(bench: Workbench, path: Path | None = None) -> None:
    """Another window, as a process of its own, with this open in it where it is given.

    An engine holds the whole GPU for a time and a project is locked by its process, so that two
    windows of one process would wait for each other; apart, neither can take the other down.
    """
    opened = [] if path is None else [str(path)]
    arguments = ["-m", "vostool", *opened]
    started, _ = QProcess.startDetached(sys.executable, arguments, str(Path.cwd()))
    if not started:
        bench.report(tr("No other window could be started; run vostool once more."))
