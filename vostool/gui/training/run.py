"""One training in a thread of its own, told in signals."""

from __future__ import annotations

import threading

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.threads.background import Background
from vostool.gui.threads.beside_run import BesideRun
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.progress import Progress
from vostool.training.progress import Report
from vostool.training.session import TrainingOutcome, TrainingPlan, run_training


class TrainingRun(BesideRun):
    """Trains once at a time.

    Args:
        rests: set while the window's engine has nothing to do; the training waits for it before
            each step, so that a click is answered as fast as ever.

    Signals:
        reported(list[Report]): steps and measurements, at most ten times a second.
        prepared(done, total, what): what goes before and after the steps.
        ended(TrainingOutcome), failed(str): exactly one of them ends it.
        over(): told after either.
    """

    reported = pyqtSignal(object)
    prepared = pyqtSignal(object, object, str)
    ended = pyqtSignal(object)
    failed = pyqtSignal(str)
    over = pyqtSignal()

    def __init__(self, rests: threading.Event, parent: QObject | None = None) -> None:
        super().__init__(rests, parent)
        self._reports: list[Report] = []

    def start(self, plan: TrainingPlan) -> None:
        """Train; what an earlier run of the same labels left is gone on with."""
        self._stop = stop = threading.Event()
        with self._lock:
            self._reports = []

        def work(progress: Progress) -> TrainingOutcome:
            yield_to_window()
            return run_training(plan, self._heard, lambda: self._stopped_or_waits(stop), progress)

        job = Background(work)
        job.progressed.connect(self.prepared)
        job.succeeded.connect(lambda outcome: self._end(job, outcome))
        job.failed.connect(lambda sentence: self._end(job, sentence))
        self._begin(job)

    def cancel(self) -> None:
        """Stop after the step in work; the best weights so far stay, and it can be gone on with."""
        self._stop.set()

    # -- the training's thread -----------------------------------------------------------------

    def _heard(self, report: Report) -> None:
        with self._lock:
            self._reports.append(report)

    # -- the window's thread -------------------------------------------------------------------

    def _tell(self) -> None:
        with self._lock:
            reports, self._reports = self._reports, []
        if reports:
            self.reported.emit(reports)

    def _end(self, job: Background, told: TrainingOutcome | str) -> None:
        if not self._ends(job):
            return
        if isinstance(told, str):
            self.failed.emit(told)
        else:
            self.ended.emit(told)
        self.over.emit()
