"""Which engine answers: the default at the start, another by choice, and the window says which."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtWidgets import QMenu

from vostool.gui.engine.models_dialog import ModelsDialog
from vostool.gui.engine.worker import EngineWorker
from vostool.gui.settings import keys
from vostool.gui.settings import values as settings_values
from vostool.gui.settings.preferences import settings, stored_text
from vostool.gui.threads.background import Background
from vostool.gui.window.main_window import MainWindow
from vostool.models.devices import CPU
from vostool.models.engine import Engine, EngineInfo
from vostool.models.registry import (
    FALLBACK,
    create_engine,
    default_engine,
    engine_statuses,
    own_engine_names,
    quality_texts,
    smallest_download,
)
from vostool.words import tr

_LOOK_MS = 500


class EngineChoice(QObject):
    """Asks the worker for an engine and shows what it got.

    Attributes:
        current: the name of the engine that answers now; None until the first one is loaded.
        quality: one of QUALITIES, for the engines that have any.
        device: where it computes, "cuda:1" say; "" until the first one is loaded.
    """

    def __init__(self, worker: EngineWorker, window: MainWindow) -> None:
        super().__init__()
        self._worker = worker
        self._window = window
        self.current: str | None = None
        self.quality = settings_values.load().quality
        self.device = ""
        self._moved = False
        self._wanted: str | None = None
        self._best = FALLBACK
        self._asked = ""
        self._made = (
            ""  # what the worker loaded last: an own engine calls itself by its base's name
        )
        self._qualities: dict[str, str] = {}  # of the engine that answers, in a menu's words
        self._told_quality = ""
        self._hears = True
        worker.engine_ready.connect(self._ready)
        worker.engine_failed.connect(self._failed)
        worker.device_lost.connect(self._go_on_on_cpu)
        window.engine_bar.fetch_requested.connect(self.show_dialog)
        window.engine_bar.small_requested.connect(self.fetch_small)
        self._looks = QTimer(self)
        self._looks.timeout.connect(self._tell_preparation)
        self._looks.start(_LOOK_MS)
        self._menu = QMenu(window)
        self._menu.aboutToShow.connect(self._fill_menu)
        window.status.engine_button.setMenu(self._menu)

    def use_default(self) -> None:
        """Use the best engine there is; looking for it may load torch, so not on this thread."""
        device = self._worker.place.device
        own = stored_text(keys.OWN_ENGINE)
        search = Background(lambda _progress: _first_engine(own, device))
        search.succeeded.connect(lambda found: self._found(*found))
        search.failed.connect(lambda _: self._found(FALLBACK))
        search.start()

    def _found(self, name: str, problem: str = "") -> None:
        if self._hears:
            self._best = name
            self.use(name)
            if problem:
                settings().setValue(keys.OWN_ENGINE, "")  # it is said once
                self._window.show_problem(tr("Another engine answers"), problem)

    def choose(self, name: str) -> None:
        """Use an engine that the person chose, at the next start again unless it is the built-in
        one.
        """
        settings().setValue(keys.OWN_ENGINE, "" if name == FALLBACK else name)
        self.use(name)

    def use(self, name: str) -> None:
        """Use the engine of this name as soon as it is loaded; the one before serves until then."""
        self._use_on(name, self._worker.place.device)

    def _use_on(self, name: str, device: str | None) -> None:
        self._asked, self._wanted = name, device
        self._window.status.engine_button.setText(tr("loading {name}…", name=name))
        self._window.status.activity.begin("engine", tr("Loading {name}", name=name))
        options = settings_values.load().engine_options()

        factory = partial(create_engine, name, device, options=options)

        def make() -> Engine:
            made = factory()
            self._made = name
            return made

        self._worker.use(make)

    def use_device(self) -> None:
        """Use the device of the settings from now on; the engine is loaded anew on it."""
        self._worker.place.lost = self._moved = False
        name = self._best if self.current == FALLBACK == self._asked else self.current
        if name not in (None, FALLBACK):
            self.use(str(name))

    def _go_on_on_cpu(self, sentence: str) -> None:
        """Its GPU is gone for this process, and so would be the next click's answer."""
        if self._moved or self.current is None:
            return
        self._moved, moves = True, self.device != CPU.name
        who = self.current if moves else tr("what looks for objects")
        self._window.show_problem(
            tr("The GPU is lost"),
            tr(
                "The GPU answers no more, so {who} goes on with the CPU; start "
                "the program again to use the GPU.",
                who=who,
            ),
            sentence,
        )
        if moves:
            self.use(self.current)

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
        dialog.chosen.connect(self.choose)
        dialog.open()
        return dialog

    def _fill_menu(self) -> None:
        """The engines that can be used now, and the way to get others."""
        self._menu.clear()
        for status in engine_statuses():
            if status.usable:
                action = self._menu.addAction(tr(status.title), partial(self.choose, status.name))
                assert action is not None
                action.setCheckable(True)
                action.setChecked(status.name == self.current)
        self._menu.addSeparator()
        for quality, text in (self._qualities or quality_texts()).items():
            action = self._menu.addAction(tr(text), partial(self.use_quality, quality))
            assert action is not None
            action.setCheckable(True)
            action.setChecked(quality == (self._told_quality or self.quality))
            action.setEnabled(bool(self._qualities))
        self._menu.addSeparator()
        self._menu.addAction(tr("Models…"), self.show_dialog)

    def close(self) -> None:
        """Hear no more of the search at the start, nor of an engine that is still being loaded."""
        self._looks.stop()
        if self._hears:
            self._hears = False
            self._worker.engine_ready.disconnect(self._ready)
            self._worker.engine_failed.disconnect(self._failed)
            self._worker.device_lost.disconnect(self._go_on_on_cpu)

    def _tell_preparation(self) -> None:
        """A process converts the encoder; it sends no news, so it is looked at now and then."""
        activity = self._window.status.activity
        if self._worker.quickens:
            activity.begin("encoder", tr("Preparing a faster encoder"))
        else:
            activity.end("encoder")

    def _ready(self, info: EngineInfo) -> None:
        own = self._made if self._made in own_engine_names() else ""
        self.current, self.device = own or info.name, info.device
        self._window.status.activity.end("engine")
        self._window.actions_by_id["draft"].setChecked(self.quality == "coarse")
        place = " ".join(part for part in (info.quality, info.device, info.dtype) if part)
        self._told_quality = info.quality
        self._qualities = quality_texts(self.current) if info.quality else {}
        self._window.actions_by_id["draft"].setVisible("coarse" in self._qualities)
        title = f"{own}, {info.title}" if own else info.title
        self._window.status.engine_button.setText(f"{title} ({place})")
        self._window.status.engine_button.setToolTip(_told(info))
        if info.name != FALLBACK:
            self._best = self.current
        # A person who chose flow beside a better engine is not told to fetch one.
        self._window.engine_bar.setVisible(info.name == self._best == FALLBACK)

    def _failed(self, sentence: str) -> None:
        self._window.status.activity.end("engine")
        self._window.show_problem(tr("The engine cannot be used"), sentence)
        if self.current is None and self._wanted is not None:
            self._use_on(self._asked, None)  # a card that was chosen and is not there any more
        elif self.current is None and self._asked != FALLBACK:
            self.use(FALLBACK)
        else:
            self._window.status.engine_button.setText(self.current or tr("no engine"))


def _told(info: EngineInfo) -> str:
    """What the engine can do, and by its name what it computes on."""
    kind, _, number = info.device.upper().partition(":")
    place = f"{kind} {number}".rstrip()
    title = f"{place}: {info.device_title}" if info.device_title else place
    dtype = tr(" in {dtype}", dtype=info.dtype) if info.dtype else ""
    return tr(
        "{detail}\nComputes on {title}{dtype}.", detail=info.detail, title=title, dtype=dtype
    ).lstrip()


def _first_engine(own: str, device: str | None) -> tuple[str, str]:
    """The engine to begin with, and a sentence where the chosen one is not there any more."""
    if own and any(status.name == own and status.usable for status in engine_statuses()):
        return own, ""
    name = default_engine(device)
    if not own:
        return name, ""
    told = tr(
        "The engine '{own}' is not there any more, since its checkpoint was removed; {name} "
        "answers in its place.",
        own=own,
        name=name,
    )
    return name, told
