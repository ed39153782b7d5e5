"""The same jobs on a Dask cluster: workers on many machines that share the folders.

Dask schedules, retries and starts workers; here a job becomes a task, and its log events progress.
A task says which resource it takes, so that a machine with one GPU has one job at a time
(https://distributed.dask.org/en/stable/resources.html).
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING, Any

from vostool.errors import ClusterError, UsageError
from vostool.io.batch.plan import sentence
from vostool.jobs.allocator import keep_freed_memory
from vostool.jobs.hands import Hands
from vostool.jobs.job import Job, JobProgress, JobResult, JobState, Listener, Setup
from vostool.jobs.local import in_order
from vostool.jobs.work import do_job, is_final
from vostool.words import tr

if TYPE_CHECKING:
    from distributed import Client, Event, Future

GPU = "GPU"
"""The resource that workers announce with ``dask worker --resources GPU=1``."""
RETRIES = 2
_SECONDS_BETWEEN_REPORTS = 0.5
_WAIT = 0.1
PATIENCE = 10.0
"""Seconds for a scheduler to answer."""

_lock = threading.Lock()
_hands = Hands()


def run_on(address: str, jobs: Sequence[Job], setup: Setup, listener: Listener) -> list[JobResult]:
    """Do every job on a cluster; see :func:`vostool.jobs.local.run_here`.

    Where a worker announces the resource :data:`GPU`, only such workers get jobs, one each.

    Args:
        address: the scheduler's, such as "tcp://host:8786".

    Raises:
        UsageError: ``distributed`` is not installed, or the address makes no sense.
        ClusterError: no scheduler answers, or it went away; what was done is stored.
    """
    client = _connected(address)
    try:
        return _Run(client, setup, listener).all(in_order(jobs, listener.wishes), jobs)
    finally:
        client.close()


def _connected(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            tr("A cluster needs Dask; add it with `pip install 'vostool[cluster]'`.")
        ) from None
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise ClusterError(
            tr(
                "No scheduler answers at '{address}'; start one with `dask scheduler`.",
                address=address,
            )
        ) from error
    except (ValueError, TypeError) as error:
        raise UsageError(
            tr(
                "'{address}' is no scheduler's address; it looks like tcp://host:8786.",
                address=address,
            )
        ) from error


@dataclass
class _Task:
    """A job as it was submitted."""

    job: Job
    rank: int
    priority: int
    stop: Event


class _Run:
    """One batch on a cluster, from the submission to the last result."""

    def __init__(self, client: Client, setup: Setup, listener: Listener) -> None:
        self._client, self._setup, self._listener = client, setup, listener
        self._id = f"vostool-{uuid.uuid4().hex}"
        self._count = itertools.count()
        self._reports: queue.SimpleQueue[JobProgress] = queue.SimpleQueue()
        self._tasks: dict[Future[JobResult], _Task] = {}
        self._begun: set[str] = set()
        self._told_to_stop: set[str] = set()
        self._results: dict[str, JobResult] = {}
        self._resources = {GPU: 1} if self._has_gpus() else None

    def all(self, ordered: Sequence[Job], jobs: Sequence[Job]) -> list[JobResult]:
        self._client.subscribe_topic(self._id, self._hear)
        # A job that fails beyond its tries would wait at the scheduler for its result to be asked.
        for rank, job in enumerate(ordered):
            if self._listener.wishes.is_cancelled(job.name):
                self._end(JobResult(job.name, JobState.STOPPED))
            else:
                self._submit(job, rank)
        while self._tasks:
            self._report()
            self._follow_wishes()
            for future in [future for future in self._tasks if future.done()]:
                self._settle(future, self._tasks.pop(future).job)
            self._check_alive()
        return [self._results[job.name] for job in jobs]

    def _submit(self, job: Job, rank: int) -> None:
        from distributed import Event

        name = f"{self._id}-{next(self._count)}"
        priority = self._listener.wishes.priority(job.name, job.priority)
        future = self._client.submit(
            _work, job, self._setup, self._id, name,
            key=f"{job.name}-{name}", pure=False, retries=RETRIES,
            priority=priority * 1_000_000 - rank, resources=self._resources,
        )  # fmt: skip
        self._tasks[future] = _Task(job, rank, priority, Event(name, client=self._client))

    def _follow_wishes(self) -> None:
        """Tell jobs to stop; submit those anew that have another priority and have not begun.

        Dask keeps the priority that a task was submitted with. A job that begins in this very
        moment is told to stop and is done by its second task.
        """
        stopped, wishes = self._listener.stopped(), self._listener.wishes
        for future, task in list(self._tasks.items()):
            name = task.job.name
            if stopped or wishes.is_cancelled(name):
                if name not in self._told_to_stop:
                    self._told_to_stop.add(name)
                    task.stop.set()
            elif name not in self._begun and wishes.priority(name, task.priority) != task.priority:
                del self._tasks[future]
                task.stop.set()
                future.cancel()
                self._submit(task.job, task.rank)

    def _has_gpus(self) -> bool:
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        return any(GPU in worker.get("resources", {}) for worker in workers)

    def _hear(self, event: tuple[float, Any]) -> None:
        """In the client's thread."""
        self._reports.put(JobProgress(*event[1]))

    def _report(self) -> None:
        """Pass on what was heard, or wait a moment for it."""
        try:
            self._tell(self._reports.get(timeout=_WAIT))
            while True:
                self._tell(self._reports.get_nowait())
        except queue.Empty:
            return

    def _tell(self, progress: JobProgress) -> None:
        self._begun.add(progress.name)
        if progress.name not in self._results:  # what is heard after the end says nothing new
            self._listener.tell(progress)

    def _settle(self, future: Future[JobResult], job: Job) -> None:
        if future.status == "finished":
            result: JobResult = future.result()
        else:
            error = future.exception() if future.status == "error" else None
            result = JobResult(job.name, JobState.FAILED, error=_reason(error))
        future.release()
        self._end(result)

    def _end(self, result: JobResult) -> None:
        self._results[result.name] = result
        self._listener.ended(result)

    def _check_alive(self) -> None:
        if self._client.status not in {"running", "connecting"}:
            raise ClusterError(
                tr("The scheduler went away; what was done is stored, so start the batch again.")
            )


def _reason(error: BaseException | None) -> str:
    if error is None:
        return tr("It was lost by the cluster; start the batch again.")
    if type(error).__name__ == "KilledWorker":
        return tr("Every worker that had it died; look at their memory and their logs.")
    return sentence(error) if isinstance(error, Exception) else str(error)


def _work(job: Job, setup: Setup, topic: str, stop_name: str) -> JobResult:
    """A task: one job on a worker. Jobs of one process take turns, since they share its models."""
    from distributed import Event, get_worker

    worker = get_worker()
    keep_freed_memory()
    stop, looked = Event(stop_name), [0.0, False]
    said: dict[str, float] = {}

    def stopped() -> bool:
        now = time.monotonic()
        if not looked[1] and now - looked[0] > _SECONDS_BETWEEN_REPORTS:
            looked[:] = [now, bool(stop.is_set())]
        return bool(looked[1])

    def tell(progress: JobProgress) -> None:
        now = time.monotonic()
        if now - said.get(progress.what, 0.0) > _SECONDS_BETWEEN_REPORTS:
            said[progress.what] = now
            worker.log_event(topic, astuple(replace(progress, worker=worker.address)))

    with _lock:
        try:
            return replace(
                do_job(job, setup, _hands, Listener(tell, stopped)), worker=worker.address
            )
        except Exception as error:
            _hands.close()
            if not is_final(error):
                raise
            text = sentence(error)
            return JobResult(job.name, JobState.FAILED, error=text, worker=worker.address)
