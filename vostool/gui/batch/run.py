"""The run of a batch in a thread of its own, here or on a cluster, told in signals."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.threads.background import Background
from vostool.gui.threads.beside_run import BesideRun
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.jobs.cluster import run_on
from vostool.jobs.job import Job, JobProgress, JobResult, Listener, Setup
from vostool.jobs.local import run_here
from vostool.jobs.wishes import Wishes
from vostool.progress import Progress


class BatchRun(BesideRun):
    """Runs one batch at a time.

    Args:
        rests: set while the window's engine has nothing to do; a run on this computer waits for it
            before each frame, so that the two never compute at the same time.

    Signals:
        progressed(list[JobProgress]): the latest of each job, at most ten times a second.
        ended(list[JobResult]): jobs that have ended meanwhile, told before :attr:`over`.
        waits(bool): the run waits for the window's engine, or not any more.
        over(str): the run has ended; a sentence where it broke off.
    """

    progressed = pyqtSignal(object)
    ended = pyqtSignal(object)
    waits = pyqtSignal(bool)
    over = pyqtSignal(str)

    def __init__(self, rests: threading.Event, parent: QObject | None = None) -> None:
        super().__init__(rests, parent)
        self._wishes = Wishes()
        self._latest: dict[str, JobProgress] = {}
        self._results: list[JobResult] = []
        self._told_waits = False

    def start(
        self, jobs: Sequence[Job], setup: Setup, priorities: dict[str, int], scheduler: str = ""
    ) -> None:
        """Do all jobs.

        Args:
            priorities: by name, in place of the file's.
            scheduler: the address of a cluster; empty for this computer.
        """
        self._wishes, self._stop = Wishes(), threading.Event()
        for name, priority in priorities.items():
            self._wishes.set_priority(name, priority)
        stop, wishes = self._stop, self._wishes

        def work(_progress: Progress) -> None:
            yield_to_window()
            listener = Listener(self._heard, stop.is_set, self._has_ended, wishes)
            if scheduler:
                run_on(scheduler, jobs, setup, listener)
            else:
                turn = replace(listener, stopped=lambda: self._stopped_or_waits(stop))
                run_here(jobs, setup, turn)

        job = Background(work)
        job.succeeded.connect(lambda _: self._end(job, ""))
        job.failed.connect(lambda sentence: self._end(job, sentence))
        self._begin(job)

    def cancel(self, name: str) -> None:
        """Stop one job; it ends after the frame in work, and nothing of it is stored."""
        self._wishes.cancel(name)

    def set_priority(self, name: str, priority: int) -> None:
        """Let a job that waits be done earlier or later."""
        self._wishes.set_priority(name, priority)

    def cancel_all(self) -> None:
        """Stop after the frame in work; what is whole stays."""
        self._stop.set()

    # -- the run's thread ----------------------------------------------------------------------

    def _heard(self, progress: JobProgress) -> None:
        with self._lock:
            self._latest[progress.name] = progress

    def _has_ended(self, result: JobResult) -> None:
        with self._lock:
            self._latest.pop(result.name, None)
            self._results.append(result)

    # -- the window's thread -------------------------------------------------------------------

    def _tell(self) -> None:
        with self._lock:
            latest, self._latest = self._latest, {}
            results, self._results = self._results, []
        if latest:
            self.progressed.emit(list(latest.values()))
        if results:
            self.ended.emit(results)
        if self._waits != self._told_waits:
            self._told_waits = self._waits
            self.waits.emit(self._told_waits)

    def _end(self, job: Background, sentence: str) -> None:
        if not self._ends(job):
            return
        self.over.emit(sentence)
