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
        job = Background(work)
        self._job = job
        job.progressed.connect(self.progressed)
        job.succeeded.connect(lambda result: self._end(job, lambda: succeeded(result)))
        job.failed.connect(lambda sentence: self._end(job, lambda: failed(sentence)))
        job.cancelled.connect(lambda: self._end(job, lambda: failed(tr("Cancelled."))))
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

    def _end(self, job: Background, tell: Callable[[], None]) -> None:
        if self._job is not job:
            return
        job.wait()
        self._job = None
        self.ended.emit()
        tell()
