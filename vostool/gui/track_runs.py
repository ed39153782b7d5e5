"""Track runs of the open document: one at a time, each one undo step, followed by what is next."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal

from vostool import edits
from vostool.changes import Edit
from vostool.errors import PromptError
from vostool.gui.document import Document
from vostool.gui.frame_range import FrameRange
from vostool.gui.rate import RateMeter
from vostool.gui.segmenter_worker import SegmenterWorker, TrackEnd, TrackJob
from vostool.history import Step
from vostool.keyframe_runs import Span, plan_span
from vostool.masks import Provenance
from vostool.models.segmenter import Direction, TrackRequest
from vostool.project import Project
from vostool.range_runs import plan_leg, range_legs
from vostool.runs import plan_run, run_edit

Plan = Callable[[], TrackRequest | None]
"""Makes the request of one part of a run when its turn comes; None where nothing is to be done."""


@dataclass(frozen=True)
class RunProgress:
    """How far a run is: frames done of total, frames a second, seconds left (None: unknown)."""

    done: int
    total: int
    rate: float
    seconds_left: float | None


class TrackRuns(QObject):
    """Starts runs, takes what the worker tracked into the document, and says how far they are.

    Signals:
        progressed(RunProgress), ended(str): the text is for the status bar.
        problem(str): one sentence about something that went wrong.
    """

    progressed = pyqtSignal(object)
    ended = pyqtSignal(str)
    problem = pyqtSignal(str)

    def __init__(self, document: Document, worker: SegmenterWorker) -> None:
        super().__init__()
        self.document = document
        self.worker = worker
        self._run: tuple[TrackJob, Step, RateMeter] | None = None
        self._ahead: list[Plan] = []
        worker.tracked.connect(self._take_tracked)
        worker.track_ended.connect(self._end_run)

    @property
    def going(self) -> bool:
        """True while a run goes."""
        return self._run is not None

    def start_imported(self, imported: Sequence[int]) -> None:
        """Run the imported objects from their first keyframe to the end.

        Args:
            imported: ids of the last import; where none of them is left, every object with
                imported masks.
        """
        project = self.document.project
        ids = [oid for oid in imported if oid in project.objects]
        if not ids:
            ids = [oid for oid in project.objects if _has_imported(project, oid)]
        if not ids:
            self.problem.emit("No labels were imported yet; choose Import labels (Ctrl+I) first.")
        else:
            self.start(Direction.FORWARD, None, ids)

    def start_spans(self, spans: Sequence[Span]) -> bool:
        """Run spans one after the other, as one undo step; False where none could be started."""
        if self._refused():
            return False
        plans = [partial(plan_span, self.document.project, span) for span in spans]
        return self._begin_plans(plans, sum(len(span) for span in spans))

    def start_range(
        self, chosen: FrameRange, playhead: int, object_ids: Sequence[int] | None
    ) -> None:
        """Run through a range and nowhere else, whichever side its keyframes are on."""
        if self._refused():
            return
        project = self.document.project
        try:
            legs = range_legs(project, chosen.first, chosen.last, playhead, object_ids)
        except PromptError as error:
            self.problem.emit(str(error))
            return
        plans = [partial(plan_leg, project, leg) for leg in legs]
        self._begin_plans(plans, sum(len(leg) for leg in legs))

    def start(
        self, direction: Direction, origin: int | None, object_ids: Sequence[int] | None
    ) -> None:
        """Run from a frame, or from the objects' first keyframe where ``origin`` is None."""
        if self._refused():
            return
        try:
            request = plan_run(
                self.document.project, direction, origin=origin, object_ids=object_ids
            )
        except PromptError as error:
            self.problem.emit(str(error))
            return
        self._begin_run(
            request, _frames_to_do(direction, request.origin, request.first, request.last)
        )

    def cancel(self) -> None:
        """Cancel the run; what is done stays."""
        if self._run is not None:
            self._run[0].cancel.set()

    def cancel_if_last(self) -> None:
        """Cancel the run where it is the step that an undo would take back."""
        if self._run is not None and self.document.history.last is self._run[1]:
            self.cancel()

    def close(self) -> None:
        """Cancel the run, take what is done, and nothing more."""
        self.cancel()
        self.worker.tracked.disconnect(self._take_tracked)
        self.worker.track_ended.disconnect(self._end_run)
        if self._run is not None:
            self._take_tracked()

    def _refused(self) -> bool:
        if self._run is not None:
            self.problem.emit("A track run is going on; cancel it with Esc before another one.")
        return self._run is not None

    def _next_request(self) -> TrackRequest | None:
        """The next plan's request that has anything to track; made now, from what is there."""
        while self._ahead:
            request = self._ahead.pop(0)()
            if request is not None:
                return request
        return None

    def _begin_plans(self, plans: Sequence[Plan], total: int) -> bool:
        self._ahead = list(plans)
        request = self._next_request()
        if request is None:
            self.problem.emit("No object is there to be tracked; annotate one first.")
            return False
        self._begin_run(request, total)
        return True

    def _begin_run(self, request: TrackRequest, total: int) -> None:
        job = TrackJob(request)
        step = self.document.do(Edit("Track run", ()))
        self._run = (job, step, RateMeter(total))
        self.progressed.emit(RunProgress(0, total, 0.0, None))
        self.worker.track(job)

    def _take_tracked(self) -> None:
        frames = self.worker.take_tracked()
        if self._run is None:
            return
        _, step, meter = self._run
        edit = run_edit(self.document.project, frames)
        if frames and meter.done == 0 and self.worker.info is not None:
            engine = edits.set_setting(self.document.project, "engine", self.worker.info.name)
            edit = Edit(edit.title, edit.changes + engine.changes)
        self.document.extend(step, edit)
        meter.add(len(frames), time.monotonic())
        self.progressed.emit(RunProgress(meter.done, meter.total, meter.rate, meter.seconds_left))
        for frame in frames:
            if frame.problem is not None:
                self.problem.emit(frame.problem)

    def _end_run(self, end: TrackEnd) -> None:
        if self._run is None or self._run[0] is not end.job:
            return
        self._take_tracked()
        _, step, meter = self._run
        going_on = not end.cancelled and end.problem is None and self.document.history.holds(step)
        request = self._next_request() if going_on else None
        if request is not None:
            self._run = (TrackJob(request), step, meter)
            self.worker.track(self._run[0])
            return
        self._ahead = []
        self._run = None
        self.document.discard_if_empty(step)
        if end.problem is not None:
            self.problem.emit(end.problem)
        verb = "Cancelled after" if end.cancelled else "Tracked"
        self.ended.emit(f"{verb} {meter.done} frames in {meter.elapsed:.1f} s.")


def _has_imported(project: Project, object_id: int) -> bool:
    records = project.masks.row(object_id).values()
    return any(record.provenance is Provenance.IMPORTED for record in records)


def _frames_to_do(direction: Direction, origin: int, first: int, last: int) -> int:
    forward, backward = last - origin + 1, origin - first + 1
    if direction is Direction.BOTH:
        return forward + backward
    return forward if direction is Direction.FORWARD else backward
