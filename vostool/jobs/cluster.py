"""The same jobs on a Dask cluster: workers on many machines that share the folders.

Dask schedules, retries and starts workers; here a job becomes a task, and its log events progress.
A task says which resource it takes, so that a machine with one GPU has one job at a time
(https://distributed.dask.org/en/stable/resources.html).
"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import astuple, replace
from typing import TYPE_CHECKING, Any

from vostool.errors import ClusterError, UsageError
from vostool.io.batch.plan import sentence
from vostool.jobs.hands import Hands
from vostool.jobs.job import Job, JobProgress, JobResult, JobState, Listener, Setup
from vostool.jobs.local import in_order
from vostool.jobs.work import do_job, is_final

if TYPE_CHECKING:
    from distributed import Client, Future

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
        return _Run(client, setup, listener).all(in_order(jobs), jobs)
    finally:
        client.close()


def _connected(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            "A cluster needs Dask; add it with `pip install 'vostool[cluster]'`."
        ) from None
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise ClusterError(
            f"No scheduler answers at '{address}'; start one with `dask scheduler`."
        ) from error
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"'{address}' is no scheduler's address; it looks like tcp://host:8786."
        ) from error


class _Run:
    """One batch on a cluster, from the submission to the last result."""

    def __init__(self, client: Client, setup: Setup, listener: Listener) -> None:
        from distributed import Event

        self._client, self._setup, self._listener = client, setup, listener
        self._id = f"vostool-{uuid.uuid4().hex}"
        self._stop = Event(self._id, client=client)
        self._reports: queue.SimpleQueue[JobProgress] = queue.SimpleQueue()
        self._results: dict[str, JobResult] = {}

    def all(self, ordered: Sequence[Job], jobs: Sequence[Job]) -> list[JobResult]:
        client = self._client
        client.subscribe_topic(self._id, self._hear)
        # A job that fails beyond its tries would wait at the scheduler for its result to be asked.
        resources = {GPU: 1} if self._has_gpus() else None
        waiting = {self._submit(job, -rank, resources): job for rank, job in enumerate(ordered)}
        told_to_stop = False
        while waiting:
            self._report()
            if self._listener.stopped() and not told_to_stop:
                told_to_stop = True
                self._stop.set()
            for future in [future for future in waiting if future.done()]:
                self._settle(future, waiting.pop(future))
            self._check_alive()
        return [self._results[job.name] for job in jobs]

    def _submit(
        self, job: Job, priority: int, resources: dict[str, int] | None
    ) -> Future[JobResult]:
        return self._client.submit(
            _work, job, self._setup, self._id,
            key=f"{job.name}-{self._id}", pure=False, retries=RETRIES,
            priority=job.priority * 1_000_000 + priority, resources=resources,
        )  # fmt: skip

    def _has_gpus(self) -> bool:
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        return any(GPU in worker.get("resources", {}) for worker in workers)

    def _hear(self, event: tuple[float, Any]) -> None:
        """In the client's thread."""
        self._reports.put(JobProgress(*event[1]))

    def _report(self) -> None:
        """Pass on what was heard, or wait a moment for it."""
        try:
            self._listener.tell(self._reports.get(timeout=_WAIT))
            while True:
                self._listener.tell(self._reports.get_nowait())
        except queue.Empty:
            return

    def _settle(self, future: Future[JobResult], job: Job) -> None:
        if future.status == "finished":
            result: JobResult = future.result()
        else:
            error = future.exception() if future.status == "error" else None
            result = JobResult(job.name, JobState.FAILED, error=_reason(error))
        self._results[job.name] = result
        future.release()
        self._listener.ended(result)

    def _check_alive(self) -> None:
        if self._client.status not in {"running", "connecting"}:
            raise ClusterError(
                "The scheduler went away; what was done is stored, so start the batch again."
            )


def _reason(error: BaseException | None) -> str:
    if error is None:
        return "It was lost by the cluster; start the batch again."
    if type(error).__name__ == "KilledWorker":
        return "Every worker that had it died; look at their memory and their logs."
    return sentence(error) if isinstance(error, Exception) else str(error)


def _work(job: Job, setup: Setup, topic: str) -> JobResult:
    """A task: one job on a worker. Jobs of one process take turns, since they share its models."""
    from distributed import Event, get_worker

    worker = get_worker()
    stop, looked, said = Event(topic), [0.0, False], [0.0]

    def stopped() -> bool:
        now = time.monotonic()
        if not looked[1] and now - looked[0] > _SECONDS_BETWEEN_REPORTS:
            looked[:] = [now, bool(stop.is_set())]
        return bool(looked[1])

    def tell(progress: JobProgress) -> None:
        now = time.monotonic()
        if now - said[0] > _SECONDS_BETWEEN_REPORTS:
            said[0] = now
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
