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
        self._succeeded: Callable[[Any], object] = _nothing
        self._failed: Callable[[str], object] = _nothing

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
        self._job, self._succeeded, self._failed = Background(work), succeeded, failed
        # Methods of a QObject: where it is destroyed with its dialog, Qt calls them no more.
        self._job.progressed.connect(self._report)
        self._job.succeeded.connect(self._end_well)
        self._job.failed.connect(self._end_badly)
        self._job.start()

    def drop(self) -> None:
        """Cancel what goes on; nothing more is told of it, and it ends at its next report."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _report(self, done: object, total: object, what: str) -> None:
        if self.sender() is self._job:
            self.progressed.emit(done, total, what)

    def _end_well(self, result: object) -> None:
        if self.sender() is self._job:
            self._job = None
            self._succeeded(result)

    def _end_badly(self, sentence: str) -> None:
        if self.sender() is self._job:
            self._job = None
            self._failed(sentence)


def _nothing(_told: object) -> None:
    """Nothing was started yet."""
