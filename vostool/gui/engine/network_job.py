"""Work on a server that a dialog waits for, and may walk away from without freezing the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.threads.background import Background
from vostool.progress import Progress
from vostool.words import tr


class NetworkJob(QObject):
    """At most one piece of background work of a dialog.

    Signals:
        started(), ended(): the dialog shows that it is busy, or not any more.
        progressed(done, total, what): as :class:`~vostool.gui.threads.background.Background`.
    """

    started = pyqtSignal()
    ended = pyqtSignal()
    progressed = pyqtSignal(object, object, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._job: Background | None = None
        self._succeeded: Callable[[Any], None] | None = None
        self._failed: Callable[[str], None] | None = None

    @property
    def is_running(self) -> bool:
        """True while the work goes on."""
        return self._job is not None

    def start(
        self,
        work: Callable[[Progress], Any],
        succeeded: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        """Do ``work`` in a thread and tell how it ended; nothing happens while other work goes on.

        Args:
            failed: told a sentence; "Cancelled." where the person stopped it.
        """
        if self._job is not None:
            return
        self._job = job = Background(work)
        self._succeeded, self._failed = succeeded, failed
        # Methods of a QObject: where it is destroyed with its dialog, Qt calls them no more.
        job.progressed.connect(self.progressed)
        job.succeeded.connect(self._end_well)
        job.failed.connect(self._end_badly)
        job.cancelled.connect(self._end_cancelled)
        self.started.emit()
        job.start()

    def cancel(self) -> None:
        """Stop at the next report of progress; the end is told as usual."""
        if self._job is not None:
            self._job.cancel()

    def leave(self) -> None:
        """Stop as soon as possible; how it ends is not told."""
        job, self._job = self._job, None
        if job is None:
            return
        job.cancel()

    def _end_well(self, result: object) -> None:
        if self._is_over() and self._succeeded is not None:
            self._succeeded(result)

    def _end_badly(self, sentence: str) -> None:
        if self._is_over() and self._failed is not None:
            self._failed(sentence)

    def _end_cancelled(self) -> None:
        self._end_badly(tr("Cancelled."))

    def _is_over(self) -> bool:
        """False where the work that ended was left before."""
        if self._job is None or self.sender() is not self._job:
            return False
        self._job = None
        self.ended.emit()
        return True
