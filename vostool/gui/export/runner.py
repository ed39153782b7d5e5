"""The run of a batch in a thread of its own, told in signals."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.threads.background import SECONDS_BETWEEN_REPORTS, Background
from vostool.io.batch.run import (
    Batch,
    BatchProgress,
    BatchReport,
    Phase,
    ProjectCheck,
    ProjectResult,
    run_batch,
)
from vostool.progress import Progress
from vostool.words import tr


class _Told(QObject):
    """What the thread says: lives as long as its work, where the dialog may be gone."""

    progressed = pyqtSignal(object)
    project_ended = pyqtSignal(int, object)


class Runner(QObject):
    """Runs one batch at a time.

    Signals (exactly one of the last two ends a run):
        progressed(BatchProgress): at most 30 times a second, and whenever another project begins.
        project_ended(int, ProjectResult): as it happens.
        ended(BatchReport): written, or cancelled with something to report.
        stopped(str): nothing was written; a sentence says why.
    """

    progressed = pyqtSignal(object)
    project_ended = pyqtSignal(int, object)
    ended = pyqtSignal(object)
    stopped = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Background | None = None

    @property
    def is_running(self) -> bool:
        """True from :meth:`start` to the signal that ends the run."""
        return self._job is not None

    def start(self, batch: Batch, checks: Sequence[ProjectCheck] | None) -> None:
        """Write the batch; ``checks`` as :func:`vostool.io.batch.run.run_batch` takes them."""
        last: tuple[Phase, int] | None = None
        told_at = 0.0
        told = _Told()
        told.progressed.connect(self.progressed)
        told.project_ended.connect(self.project_ended)

        def work(progress: Progress) -> BatchReport:
            def listen(now: BatchProgress) -> None:
                nonlocal last, told_at
                progress(now.overall_done, now.overall_total, now.name)
                begins = (now.phase, now.position) != last
                if begins or time.monotonic() - told_at >= SECONDS_BETWEEN_REPORTS:
                    last, told_at = (now.phase, now.position), time.monotonic()
                    told.progressed.emit(now)

            def ended(position: int, result: ProjectResult) -> None:
                told.project_ended.emit(position, result)

            return run_batch(batch, listen, checks, ended)

        job = Background(work)
        self._job = job
        job.succeeded.connect(self._ended)
        job.failed.connect(self._stopped)
        job.cancelled.connect(self._cancelled)
        job.start()

    def cancel(self) -> None:
        """Stop after the frame in work."""
        if self._job is not None:
            self._job.cancel()

    def _ended(self, report: BatchReport) -> None:
        self._job = None
        self.ended.emit(report)

    def _cancelled(self) -> None:
        self._stopped(tr("Cancelled; nothing was written."))

    def _stopped(self, sentence: str) -> None:
        self._job = None
        self.stopped.emit(sentence)
