"""Exports of many projects in many formats: looked at first, previewed, run, reported.

What the window and the command line call, in this order: :func:`find_projects`, :class:`Batch`,
:func:`check_project` for each row, :func:`vostool.io.batch.preview.preview_batch`,
:func:`run_batch`. Everything runs in the caller's thread and is stopped by an exception from the
caller's progress. Projects are opened one after the other; only a merge has all of them open, with
their masks as run-length codes and never a decoded one of another frame.
"""

from __future__ import annotations

import enum
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from vostool.errors import Cancelled
from vostool.io.batch.check import Problem, ProblemKind, ProjectCheck, check_project
from vostool.io.batch.clock import BatchListener, BatchProgress, Clock, Phase, unheard
from vostool.io.batch.plan import Batch, BatchProject, HeldProject, find_projects, opened, sentence
from vostool.io.exports.dataset import ExportItem, VideoError
from vostool.io.exports.exporters import export, export_dataset
from vostool.io.exports.run import ExportReport
from vostool.progress import Progress

__all__ = [
    "Batch",
    "BatchListener",
    "BatchProgress",
    "BatchProject",
    "BatchReport",
    "HeldProject",
    "Phase",
    "Problem",
    "ProblemKind",
    "ProjectCheck",
    "ProjectResult",
    "ProjectState",
    "ResultListener",
    "check_batch",
    "check_project",
    "find_projects",
    "run_batch",
]


class ProjectState(enum.Enum):
    """How a project of a batch ended."""

    WRITTEN = "written"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ProjectResult:
    """One project after the run.

    Attributes:
        check: what was known before.
        state: CANCELLED also where its turn never came.
        report: what was written of it alone; None in a merge, and where nothing was.
        error: one sentence where it failed.
        seconds: spent on it; 0 in a merge.
    """

    check: ProjectCheck
    state: ProjectState
    report: ExportReport | None = None
    error: str = ""
    seconds: float = 0.0

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything to know about it: what was found before, and what the export said."""
        found = [p.text for p in self.check.problems if not p.blocking]
        return tuple(dict.fromkeys([*found, *(self.report.warnings if self.report else ())]))


@dataclass(frozen=True, slots=True)
class BatchReport:
    """A whole run.

    Attributes:
        results: one for each project, in the batch's order.
        merged: what was written together, in a merge that came to its end.
        destination: the folder that holds all of it.
        seconds: of the run.
        cancelled: stopped by the person; what was written before stays.
    """

    results: tuple[ProjectResult, ...]
    merged: ExportReport | None
    destination: Path
    seconds: float
    cancelled: bool

    @property
    def complete(self) -> bool:
        """True where every project was written."""
        return all(result.state is ProjectState.WRITTEN for result in self.results)

    @property
    def reports(self) -> tuple[ExportReport, ...]:
        """What was written: a report for each project, or one for all."""
        alone = [result.report for result in self.results if result.report is not None]
        return (self.merged,) if self.merged is not None else tuple(alone)


ResultListener = Callable[[int, ProjectResult], None]
"""Called with position and result as soon as a project has ended, in the thread of the run."""


def _untold(position: int, result: ProjectResult) -> None:
    """A listener that ignores the result."""


def check_batch(batch: Batch, listener: BatchListener = unheard) -> tuple[ProjectCheck, ...]:
    """Look at every project; nothing is written.

    Raises:
        UsageError: the batch itself makes no sense.
        Cancelled: from ``listener``.
    """
    batch.check()
    clock = Clock(batch.names(), 0, listener)
    return tuple(
        check_project(batch, position, clock.counting(Phase.CHECKING, position))
        for position in range(len(batch.projects))
    )


def run_batch(
    batch: Batch,
    listener: BatchListener = unheard,
    checks: Sequence[ProjectCheck] | None = None,
    ended: ResultListener = _untold,
) -> BatchReport:
    """Write every project that can be written.

    A project that fails is reported and stops no other. Each is written as a whole or not at all,
    as :func:`vostool.io.exports.exporters.export` does it. A ``Cancelled`` from the listener ends
    the run: the project in work is not written, those before it stay. In a merge, a project that
    fails is left out and the others are written without it; cancelling leaves nothing.

    Args:
        checks: of :func:`check_batch`, where the caller has them for this very batch.
        ended: told of each project as it ends; of all at the end in a merge.

    Raises:
        UsageError: the batch itself makes no sense; nothing was written.
        Cancelled: while the projects were looked at, before anything was written.
    """
    began = time.monotonic()
    found = check_batch(batch, listener) if checks is None else tuple(checks)
    total = sum(check.frames for check in found if check.ready)
    clock = Clock([check.name for check in found], total, listener)
    merged = None
    if batch.merge:
        results, merged = _run_merge(batch, found, clock)
        for position, result in enumerate(results):
            ended(position, result)
    else:
        results = _run_each(batch, found, clock, ended)
    stopped = any(result.state is ProjectState.CANCELLED for result in results)
    seconds = time.monotonic() - began
    return BatchReport(tuple(results), merged, batch.destination, seconds, stopped)


def _run_each(
    batch: Batch, checks: Sequence[ProjectCheck], clock: Clock, ended: ResultListener
) -> list[ProjectResult]:
    results: list[ProjectResult] = []
    stopped = False
    for position, check in enumerate(checks):
        if stopped:
            results.append(ProjectResult(check, ProjectState.CANCELLED))
            ended(position, results[-1])
            continue
        began = time.monotonic()
        result = _run_one(batch, position, check, clock)
        results.append(replace(result, seconds=time.monotonic() - began))
        ended(position, results[-1])
        clock.finished(check.frames if check.ready else 0)
        stopped = result.state is ProjectState.CANCELLED
    return results


def _run_one(batch: Batch, position: int, check: ProjectCheck, clock: Clock) -> ProjectResult:
    if not check.ready:
        return ProjectResult(check, ProjectState.FAILED, error=check.error)
    try:
        with opened(check.project, clock.counting(Phase.OPENING, position)) as found:
            report = export(
                found.project,
                found.source,
                batch.formats,
                check.folder,
                batch.options,
                clock.counting(Phase.WRITING, position),
            )
    except Cancelled:
        return ProjectResult(check, ProjectState.CANCELLED)
    except Exception as error:  # a batch goes on, whatever one project is made of
        return ProjectResult(check, ProjectState.FAILED, error=sentence(error))
    return ProjectResult(check, ProjectState.WRITTEN, report)


def _run_merge(
    batch: Batch, checks: Sequence[ProjectCheck], clock: Clock
) -> tuple[list[ProjectResult], ExportReport | None]:
    cancelled = False
    with ExitStack() as stack:
        merge = _Merge(batch, checks, clock, stack)
        try:
            merge.open()
            while merge.items and merge.report is None:
                merge.write()
        except Cancelled:
            cancelled = True
    results = []
    for position, check in enumerate(checks):
        state = ProjectState.CANCELLED if cancelled else ProjectState.WRITTEN
        state = ProjectState.FAILED if position in merge.errors else state
        results.append(ProjectResult(check, state, error=merge.errors.get(position, "")))
    return results, merge.report


class _Merge:
    """The projects that are left to write as one, by their positions in the batch."""

    def __init__(
        self, batch: Batch, checks: Sequence[ProjectCheck], clock: Clock, stack: ExitStack
    ) -> None:
        self.errors = {position: c.error for position, c in enumerate(checks) if not c.ready}
        self.items: dict[int, ExportItem] = {}
        self.report: ExportReport | None = None
        self._batch = batch
        self._checks = checks
        self._clock = clock
        self._stack = stack

    def open(self) -> None:
        """Open every project that is ready; one that fails is left out."""
        for position, check in enumerate(self._checks):
            if not check.ready:
                continue
            progress = self._clock.counting(Phase.OPENING, position)
            try:
                found = self._stack.enter_context(opened(check.project, progress))
            except Cancelled:
                raise
            except Exception as error:  # the others are written, whatever this one is made of
                self.errors[position] = sentence(error)
            else:
                self.items[position] = found.item(check.name)

    def write(self) -> None:
        """Write what is left, or take out what fails."""
        batch = self._batch
        try:
            self.report = export_dataset(
                list(self.items.values()),
                batch.formats,
                batch.destination,
                batch.options,
                self._progress(),
            )
        except Cancelled:
            raise
        except VideoError as error:
            failed = next(p for p in self.items if self._checks[p].name == error.video)
            self.errors[failed] = str(error)
            del self.items[failed]
        except Exception as error:
            self.errors.update(dict.fromkeys(self.items, sentence(error)))
            self.items.clear()

    def _progress(self) -> Progress:
        order = list(self.items)
        ends = list(accumulate(self._checks[position].frames for position in order))

        def progress(done: int, total: int, what: str = "") -> None:
            place = min(bisect_right(ends, done), len(order) - 1)
            before = ends[place - 1] if place else 0
            own = (done - before, ends[place] - before)
            self._clock.tell(Phase.WRITING, order[place], *own, done, total)

        return progress
