"""Track runs of the open document: one at a time, each one undo step, followed by what is next."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.engine.requests import TrackEnd, TrackJob
from vostool.gui.engine.worker import EngineWorker
from vostool.gui.session.document import Document
from vostool.gui.session.rate import RateMeter
from vostool.models.engine import TrackRequest
from vostool.project import edits
from vostool.project.changes import Edit
from vostool.project.history import Step
from vostool.runs.discovery.values import is_traced
from vostool.runs.parts import Part, RunProgress, RunSummary, StepsToEdit
from vostool.runs.request import ENGINE_SETTING
from vostool.runs.unfinished import RUN, note_begun, note_over, note_reached

TITLE = "Track run"
NOTED_EVERY = 0.5
"""Seconds between two notes of how far a run is, for the time after a crash."""


@dataclass
class _Going:
    """The run that goes."""

    job: TrackJob
    to_edit: StepsToEdit
    step: Step
    meter: RateMeter
    ahead: list[Part]
    parts: int
    paused_at: float | None = None
    stopping: bool = False
    at: int | None = None
    noted_at: float = 0.0
    offered_again: bool = False
    summary: RunSummary = field(default_factory=RunSummary)

    @property
    def part(self) -> int:
        """The part in work, counted from 0."""
        return self.parts - len(self.ahead) - 1

    @property
    def progress(self) -> RunProgress:
        meter = self.meter
        paused = self.paused_at is not None
        return RunProgress(
            meter.done, meter.total, meter.rate, meter.seconds_left, paused, self.stopping
        )


class TrackRuns(QObject):
    """Takes what the worker tracked into the document, part after part, and says how far it is.

    Signals:
        progressed(RunProgress), ended(str): the text is for the status bar.
        finished(RunSummary): just before ``ended``.
        problem(str): one sentence about something that went wrong.
    """

    progressed = pyqtSignal(object)
    ended = pyqtSignal(str)
    finished = pyqtSignal(object)
    problem = pyqtSignal(str)

    def __init__(self, document: Document, worker: EngineWorker) -> None:
        super().__init__()
        self.document = document
        self.worker = worker
        self._run: _Going | None = None
        worker.tracked.connect(self._take_tracked)
        worker.track_ended.connect(self._end_run)

    @property
    def going(self) -> bool:
        """True while a run goes, or rests."""
        return self._run is not None

    @property
    def paused(self) -> bool:
        """True while a run rests."""
        return self._run is not None and self._run.paused_at is not None

    @property
    def progress(self) -> RunProgress | None:
        """How far the run is; None where none goes."""
        return None if self._run is None else self._run.progress

    def begin(self, parts: Sequence[Part], title: str = TITLE) -> bool:
        """Run the parts one after the other, as one undo step.

        Returns:
            False, with a sentence, where a run goes already or nothing is there to be tracked.
        """
        if self._run is not None:
            self.problem.emit("A track run is going on; cancel it with Esc before another one.")
            return False
        ahead, pieces = list(parts), [part.piece for part in parts if part.piece is not None]
        found = _next(ahead)
        if found is None:
            self.problem.emit("No object is there to be tracked; annotate one first.")
            return False
        part, request = found
        meter = RateMeter(sum(each.frames for each in (part, *ahead)))
        step = self.document.do(Edit(title, ()))
        self._run = _Going(
            TrackJob(request, part.steps), part.to_edit, step, meter, ahead, len(parts)
        )
        project = self.document.project
        known = len(pieces) == len(parts)
        self._note(
            note_begun(project, title, pieces, self._run.part) if known else note_over(project)
        )
        self.progressed.emit(self._run.progress)
        self.worker.track(self._run.job)
        return True

    def pause(self, value: bool) -> None:
        """Let the run rest after the frame it works on, or go on. Clicks are answered meanwhile."""
        run = self._run
        if run is None or self.paused == value:
            return
        now = time.monotonic()
        if run.paused_at is not None:
            run.meter.skip(now - run.paused_at)
        run.paused_at = now if value else None
        self.worker.hold(run.job, value)
        self.progressed.emit(run.progress)

    def cancel(self) -> None:
        """Cancel the run; what is done stays. It ends after the frame in work."""
        if self._run is not None:
            self._run.stopping = True
            self.progressed.emit(self._run.progress)
            self.worker.cancel(self._run.job)  # which ends one that waits at once

    def leave(self) -> None:
        """Cancel the run, so that its rest is offered when the video is opened again."""
        if self._run is not None:
            self._run.offered_again = True
            self.cancel()

    @property
    def step(self) -> Step | None:
        """The undo step of the run that goes, or None."""
        return None if self._run is None else self._run.step

    def close(self) -> None:
        """Leave the run, take what is done, and nothing more."""
        self.worker.tracked.disconnect(self._take_tracked)
        self.worker.track_ended.disconnect(self._end_run)
        self.leave()
        if self._run is not None:
            self._take_tracked()
            self._note_reached()

    def _take_tracked(self) -> None:
        frames = self.worker.take_tracked()
        run = self._run
        if run is None:
            return
        edit = run.to_edit(self.document.project, frames)
        run.summary.note(edit)
        if frames and run.meter.done == 0 and self.worker.info is not None:
            engine = edits.set_setting(self.document.project, ENGINE_SETTING, self.worker.info.name)
            edit = Edit(edit.title, edit.changes + engine.changes)
        self.document.extend(run.step, edit)
        on_way = [step for step in frames if not is_traced(step)]
        run.meter.add(len(on_way), time.monotonic())
        run.at = on_way[-1].frame if on_way else run.at
        if frames and time.monotonic() - run.noted_at >= NOTED_EVERY:
            self._note_reached()
        self.progressed.emit(run.progress)
        for frame in frames:
            if frame.problem is not None:
                run.summary.troubled = True
                self.problem.emit(frame.problem)

    def _end_run(self, end: TrackEnd) -> None:
        run = self._run
        if run is None or run.job is not end.job:
            return
        self._take_tracked()
        going_on = not end.cancelled and end.problem is None
        found = None
        if going_on and self.document.history.holds(run.step):
            found = _next(run.ahead)
        if found is not None:
            part, request = found
            run.to_edit, run.job, run.at = part.to_edit, TrackJob(request, part.steps), None
            self._note_reached()
            if self.paused:
                self.worker.hold(run.job, True)
            self.worker.track(run.job)
            return
        if end.cancelled and run.offered_again:
            self._note_reached()
        else:
            self._note(note_over(self.document.project))
        self._run = None
        self.document.discard_if_empty(run.step)
        if end.problem is not None:
            self.problem.emit(end.problem)
        run.summary.cancelled = end.cancelled
        run.summary.troubled |= end.problem is not None
        self.finished.emit(run.summary)
        verb = "Cancelled after" if end.cancelled else "Tracked"
        self.ended.emit(f"{verb} {run.meter.done} frames in {run.meter.elapsed:.1f} s.")

    def _note_reached(self) -> None:
        run = self._run
        if run is not None:
            run.noted_at = time.monotonic()
            if RUN in self.document.project.settings:
                self._note(note_reached(self.document.project, run.part, run.at))

    def _note(self, edit: Edit) -> None:
        if edit.changes:
            self.document.note(edit)


def _next(ahead: list[Part]) -> tuple[Part, TrackRequest] | None:
    """The next part that has anything to track, with its request, made from what is there now."""
    while ahead:
        part = ahead.pop(0)
        request = part.plan()
        if request is not None:
            return part, request
    return None
