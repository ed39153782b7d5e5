"""One training in a thread of its own, told in signals."""

from __future__ import annotations

import threading

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vostool.gui.threads.background import Background
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.progress import Progress
from vostool.training.progress import Report
from vostool.training.session import TrainingOutcome, TrainingPlan, run_training

NEWS_MS = 100
"""Between two tellings, however many steps were done."""
LOOK_SECONDS = 0.05
"""Between two looks whether the window's engine rests, and whether the training is to stop."""


class TrainingRun(QObject):
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
        super().__init__(parent)
        self._rests = rests
        self._job: Background | None = None
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._reports: list[Report] = []
        self._news = QTimer(self)
        self._news.setInterval(NEWS_MS)
        self._news.timeout.connect(self._tell)

    @property
    def is_running(self) -> bool:
        """True from :meth:`start` to :attr:`over`."""
        return self._job is not None

    def start(self, plan: TrainingPlan) -> None:
        """Train; what an earlier run of the same labels left is gone on with."""
        self._stop = stop = threading.Event()
        with self._lock:
            self._reports = []

        def work(progress: Progress) -> TrainingOutcome:
            yield_to_window()
            return run_training(plan, self._heard, lambda: self._stopped_or_waits(stop), progress)

        job = Background(work)
        self._job = job
        job.progressed.connect(self.prepared)
        job.succeeded.connect(lambda outcome: self._end(job, outcome))
        job.failed.connect(lambda sentence: self._end(job, sentence))
        self._news.start()
        job.start()

    def cancel(self) -> None:
        """Stop after the step in work; the best weights so far stay, and it can be gone on with."""
        self._stop.set()

    def close(self) -> None:
        """Stop, and tell nothing more; the thread ends by itself."""
        self.cancel()
        self._news.stop()
        self._job = None

    # -- the training's thread -----------------------------------------------------------------

    def _heard(self, report: Report) -> None:
        with self._lock:
            self._reports.append(report)

    def _stopped_or_waits(self, stop: threading.Event) -> bool:
        while not stop.is_set() and not self._rests.wait(LOOK_SECONDS):
            pass
        return stop.is_set()

    # -- the window's thread -------------------------------------------------------------------

    def _tell(self) -> None:
        with self._lock:
            reports, self._reports = self._reports, []
        if reports:
            self.reported.emit(reports)

    def _end(self, job: Background, told: TrainingOutcome | str) -> None:
        if self._job is not job:
            return
        self._job = None
        self._news.stop()
        self._tell()
        if isinstance(told, str):
            self.failed.emit(told)
        else:
            self.ended.emit(told)
        self.over.emit()
