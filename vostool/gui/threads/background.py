"""One piece of long work in a thread of its own: opening, saving, exporting, fetching."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QThread, pyqtSignal

from vostool.errors import Cancelled, VosToolError
from vostool.gui.threads.left import leave_to_end
from vostool.gui.threads.unforeseen import unforeseen
from vostool.progress import Progress
from vostool.words import mark, tr

SECONDS_BETWEEN_REPORTS = 1 / 30


class Background(QThread):
    """Runs ``work(progress)`` off the GUI thread.

    Signals (exactly one of the last three ends the work):
        progressed(done, total, what): at most 30 times a second.
        succeeded(result), failed(str), cancelled()
    """

    progressed = pyqtSignal(object, object, str)
    succeeded = pyqtSignal(object)
    failed = pyqtSignal(str)
    cancelled = pyqtSignal()

    def __init__(self, work: Callable[[Progress], Any]) -> None:
        super().__init__()
        self._work = work
        self._cancel = threading.Event()
        self._last_report = 0.0

    def start(self, priority: QThread.Priority = QThread.Priority.InheritPriority) -> None:
        """Begin; whoever started it may go before it ends."""
        leave_to_end(self)
        self.finished.connect(self.deleteLater)  # and with it what its slots hold
        super().start(priority)

    def cancel(self) -> None:
        """Stop at the next report of progress."""
        self._cancel.set()

    def run(self) -> None:  # the thread
        try:
            result = self._work(self._report)
        except Cancelled:
            self.cancelled.emit()
        except VosToolError as error:
            self.failed.emit(str(error))
        except Exception as error:
            self.failed.emit(unforeseen(mark("doing this"), error))
        else:
            self.succeeded.emit(result)

    def _report(self, done: int, total: int, what: str = "") -> None:
        if self._cancel.is_set():
            raise Cancelled(tr("Cancelled."))
        now = time.monotonic()
        if now - self._last_report >= SECONDS_BETWEEN_REPORTS or done == total:
            self._last_report = now
            self.progressed.emit(done, total, what)
