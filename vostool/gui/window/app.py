"""The composition root: makes the application, the window and all that works in it; runs them."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from functools import partial

from PyQt6.QtCore import QThread, QTimer
from PyQt6.QtWidgets import QApplication

from vostool import __version__
from vostool.errors import UsageError
from vostool.gui.actions.qt_actions import connect_actions
from vostool.gui.engine.worker import EngineWorker
from vostool.gui.export.last_choice import exported_before
from vostool.gui.settings import preferences
from vostool.gui.threads.collector import Collector
from vostool.gui.threads.left import wait_for_left
from vostool.gui.widgets import theme
from vostool.gui.window.batches import Batches
from vostool.gui.window.drops import Drops
from vostool.gui.window.engine_choice import EngineChoice
from vostool.gui.window.handlers.program import use_stored_keys
from vostool.gui.window.handlers.table import make_handlers
from vostool.gui.window.interrupt import Interrupt
from vostool.gui.window.language import speak
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.memory_choice import show_memory
from vostool.gui.window.resuming import Resuming
from vostool.gui.window.tour import Tour
from vostool.gui.window.trainings import Trainings
from vostool.gui.window.unforeseen import Unforeseen
from vostool.gui.window.views import Views
from vostool.gui.window.workbench import Workbench

LEFT_MS = 200
"""What a thread that is not waited for is given at the program's end."""
SWITCH_SECONDS = 0.0005
"""After which a thread that computes in Python lets another one go on. With Python's own 5 ms the
window waits for so long each time it comes back from numpy or Qt while a project is written."""


@dataclass(frozen=True)
class Program:
    """One window with all that works in it; it lasts as long as this is kept."""

    bench: Workbench
    tour: Tour
    drops: Drops
    batches: Batches
    trainings: Trainings


def build() -> Program:
    """Make the window and everything that works in it, and start the engine's thread.

    The window is not shown yet; :meth:`Workbench.close` ends the thread.
    """
    window = MainWindow()
    worker = EngineWorker()
    engine = EngineChoice(worker, window)
    bench = Workbench(window, worker, engine, partial(Views, window))
    tour = Tour(bench)
    batches, trainings = Batches(bench), Trainings(bench)
    drops = Drops(bench, batches)
    Resuming(bench)  # which belongs to the bench
    bench.opened.connect(partial(show_memory, bench))
    connect_actions(window.actions_by_id, make_handlers(bench, tour, batches, trainings))
    use_stored_keys(window)
    window.name_last_export(exported_before())
    worker.start(QThread.Priority.LowPriority)
    engine.use_default()
    window.card_bar.look()
    return Program(bench, tour, drops, batches, trainings)


def make_application(arguments: list[str]) -> QApplication:
    """The QApplication with our style; OpenCV's own Qt plugins are kept out of its way."""
    os.environ.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)  # set by importing cv2's wheel
    sys.setswitchinterval(SWITCH_SECONDS)
    app = QApplication(arguments)
    Collector(app)
    app.setApplicationName("VOSTool")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("vostool")
    speak(app)
    theme.apply_style(app)
    theme.set_theme(preferences.theme_name())
    return app


def run(path: str | None) -> int:
    """Open the window, with a video, a folder or a project when ``path`` is given.

    Raises:
        UsageError: there is no screen to open it on.
    """
    if not _has_screen():
        raise UsageError(
            "There is no screen to open the window on; `vostool track` and `vostool export` "
            "work without one."
        )
    interrupt = Interrupt()
    app = make_application(sys.argv[:1])
    program = build()
    bench = program.bench
    relay = Unforeseen(bench.window.show_unforeseen)
    sys.excepthook = relay.hook
    threading.excepthook = relay.thread_hook
    # Qt ends the loop with the last window, but for one that was hidden, or below an open menu.
    bench.ended.connect(lambda: QTimer.singleShot(0, app.exit))
    interrupt.serve(bench)
    bench.show()
    if path is not None:
        bench.open_path(path)
    else:
        program.tour.begin_if_new()
    status = app.exec()
    interrupt.ignore()
    wait_for_left(LEFT_MS)
    # Everything is stored and given back. A library that still loads would hold the process up, and
    # Python takes what Qt and other threads' libraries still use to pieces in an order of its own.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _has_screen() -> bool:
    """False where Qt would abort the process for want of a display server."""
    if not sys.platform.startswith("linux") or "QT_QPA_PLATFORM" in os.environ:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
