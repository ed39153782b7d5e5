"""Which engine answers: the default at the start, another by choice, and the window says which."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMenu

from vostool.gui.engine.models_dialog import ModelsDialog
from vostool.gui.engine.worker import EngineWorker
from vostool.gui.settings import values as settings_values
from vostool.gui.threads.background import Background
from vostool.gui.threads.left import leave_to_end
from vostool.gui.window.main_window import MainWindow
from vostool.models.engine import EngineInfo
from vostool.models.registry import (
    FALLBACK,
    create_engine,
    default_engine,
    engine_statuses,
    quality_texts,
    smallest_download,
)


class EngineChoice(QObject):
    """Asks the worker for an engine and shows what it got.

    Attributes:
        current: the name of the engine that answers now; None until the first one is loaded.
        quality: one of QUALITIES, for the engines that have any.
    """

    def __init__(self, worker: EngineWorker, window: MainWindow) -> None:
        super().__init__()
        self._worker = worker
        self._window = window
        self.current: str | None = None
        self.quality = settings_values.load().quality
        self._best = FALLBACK
        self._asked = ""
        self._has_qualities = False
        self._search: Background | None = None
        self._hears = True
        worker.engine_ready.connect(self._ready)
        worker.engine_failed.connect(self._failed)
        window.engine_bar.fetch_requested.connect(self.show_dialog)
        window.engine_bar.small_requested.connect(self.fetch_small)
        self._menu = QMenu(window)
        self._menu.aboutToShow.connect(self._fill_menu)
        window.status.engine_button.setMenu(self._menu)

    def use_default(self) -> None:
        """Use the best engine there is; looking for it may load torch, so not on this thread."""
        self._search = Background(lambda _progress: default_engine(), self)
        self._search.succeeded.connect(self._found)
        self._search.failed.connect(lambda _: self._found(FALLBACK))
        self._search.start()

    def _found(self, name: str) -> None:
        self._best = name
        self.use(name)

    def use(self, name: str) -> None:
        """Use the engine of this name as soon as it is loaded; the one before serves until then."""
        self._asked = name
        self._window.status.engine_button.setText(f"loading {name}…")
        self._window.status.activity.begin("engine", f"Loading {name}")
        options = settings_values.load().engine_options()
        self._worker.use(partial(create_engine, name, options=options))

    def use_quality(self, quality: str) -> None:
        """Use the engine at another quality; the one before serves until it is loaded."""
        self.quality = quality
        settings_values.save(replace(settings_values.load(), quality=quality))
        self._window.actions_by_id["draft"].setChecked(quality == "coarse")
        if self.current not in (None, FALLBACK):
            self.use(str(self.current))

    def show_dialog(self) -> None:
        """List the engines, fetch checkpoints, choose one."""
        self._open_dialog()

    def fetch_small(self) -> None:
        """Fetch the smallest engine's weights with progress shown, and use it."""
        self._open_dialog().fetch(smallest_download().name)

    def _open_dialog(self) -> ModelsDialog:
        dialog = ModelsDialog(self.current, self._window)
        dialog.chosen.connect(self.use)
        dialog.open()
        return dialog

    def _fill_menu(self) -> None:
        """The engines that can be used now, and the way to get others."""
        self._menu.clear()
        for status in engine_statuses():
            if status.usable:
                action = self._menu.addAction(status.title, partial(self.use, status.name))
                assert action is not None
                action.setCheckable(True)
                action.setChecked(status.name == self.current)
        self._menu.addSeparator()
        for quality, text in quality_texts().items():
            action = self._menu.addAction(text, partial(self.use_quality, quality))
            assert action is not None
            action.setCheckable(True)
            action.setChecked(quality == self.quality)
            action.setEnabled(self._has_qualities)
        self._menu.addSeparator()
        self._menu.addAction("Models…", self.show_dialog)

    def close(self) -> None:
        """Hear no more of the search at the start, nor of an engine that is still being loaded."""
        if self._hears:
            self._hears = False
            self._worker.engine_ready.disconnect(self._ready)
            self._worker.engine_failed.disconnect(self._failed)
        if self._search is not None and self._search.isRunning():
            self._search.succeeded.disconnect()
            self._search.failed.disconnect()
            leave_to_end(self._search)

    def _ready(self, info: EngineInfo) -> None:
        self.current = info.name
        self._window.status.activity.end("engine")
        self._window.actions_by_id["draft"].setChecked(self.quality == "coarse")
        place = " ".join(part for part in (info.quality, info.device, info.dtype) if part)
        self._has_qualities = bool(info.quality)
        self._window.actions_by_id["draft"].setVisible(self._has_qualities)
        self._window.status.engine_button.setText(f"{info.title} ({place})")
        self._window.status.engine_button.setToolTip(info.detail)
        if info.name != FALLBACK:
            self._best = info.name
        # A person who chose flow beside a better engine is not told to fetch one.
        self._window.engine_bar.setVisible(info.name == self._best == FALLBACK)

    def _failed(self, sentence: str) -> None:
        self._window.status.activity.end("engine")
        self._window.show_problem("The engine cannot be used", sentence)
        if self.current is None and self._asked != FALLBACK:
            self.use(FALLBACK)
        else:
            self._window.status.engine_button.setText(self.current or "no engine")
