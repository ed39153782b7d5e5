"""All jobs on this machine, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from vostool.io.batch.plan import sentence
from vostool.jobs.hands import Hands
from vostool.jobs.job import Job, JobResult, JobState, Listener, Setup
from vostool.jobs.wishes import Wishes
from vostool.jobs.work import do_job
from vostool.words import counted, tr


def in_order(jobs: Sequence[Job], wishes: Wishes | None = None) -> list[Job]:
    """The highest priority first; of equal ones, those that stand first in the file.

    Args:
        wishes: other priorities than the file's.
    """
    wanted = wishes or Wishes()
    return sorted(jobs, key=lambda job: -wanted.priority(job.name, job.priority))


def run_here(jobs: Sequence[Job], setup: Setup, listener: Listener) -> list[JobResult]:
    """Do every job; one that fails is reported and stops no other.

    Which job is next is decided when the one before has ended, so that the listener's wishes count.

    Returns:
        The results in the order of ``jobs``.
    """
    results: dict[str, JobResult] = {}
    waiting, wishes = list(jobs), listener.wishes
    with closing(Hands()) as hands:
        while waiting:
            job = in_order(waiting, wishes)[0]
            waiting.remove(job)
            if listener.stopped() or wishes.is_cancelled(job.name):
                results[job.name] = JobResult(job.name, JobState.STOPPED)
            else:
                results[job.name] = _done(job, setup, hands, listener)
            listener.ended(results[job.name])
    return [results[job.name] for job in jobs]


def _done(job: Job, setup: Setup, hands: Hands, listener: Listener) -> JobResult:
    try:
        return do_job(job, setup, hands, listener)
    except Exception as error:  # the others go on, whatever one job is made of
        hands.close()  # an engine that broke off in a frame may hold anything
        return JobResult(job.name, JobState.FAILED, error=sentence(error))


def summary_of(results: Sequence[JobResult]) -> str:
    """How many jobs ended how, as a sentence."""
    parts = []
    for state in JobState:
        number = sum(result.state is state for result in results)
        if number:
            parts.append(f"{number} {tr(state.value)}")
    return f"{counted(len(results), 'job')}: {', '.join(parts) or tr('none')}."
