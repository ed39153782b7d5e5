"""Background work of which only the newest counts, such as a look at what is chosen now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.threads.background import Background
from vostool.progress import Progress


class Newest(QObject):
    """Starts work in a thread; what was started before is cancelled, and tells nothing any more.

    Signals:
        progressed(done, total, what): of the newest work.
    """

    progressed = pyqtSignal(object, object, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._job: Background | None = None

    @property
    def is_running(self) -> bool:
        """True from :meth:`start` until the end of that work is told, or it is dropped."""
        return self._job is not None

    def start(
        self,
        work: Callable[[Progress], Any],
        succeeded: Callable[[Any], object],
        failed: Callable[[str], object],
    ) -> None:
        """Do ``work`` in a thread in place of what goes on, and tell how it ended.

        Args:
            succeeded, failed: told the result or a sentence, on the thread that started the work.
        """
        self.drop()
        job = Background(work)
        self._job = job
        job.progressed.connect(lambda *told: self._report(job, told))
        job.succeeded.connect(lambda result: self._end(job, lambda: succeeded(result)))
        job.failed.connect(lambda sentence: self._end(job, lambda: failed(sentence)))
        job.start()

    def drop(self) -> None:
        """Cancel what goes on; nothing more is told of it, and it ends at its next report."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _report(self, job: Background, told: tuple[Any, ...]) -> None:
        if job is self._job:
            self.progressed.emit(*told)

    def _end(self, job: Background, tell: Callable[[], object]) -> None:
        if job is self._job:
            self._job = None
            tell()
