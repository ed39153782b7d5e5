"""Track runs of the open document: one at a time, each one undo step; others wait for it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.errors import PromptError
from vostool.gui.engine.requests import TrackEnd, TrackJob
from vostool.gui.engine.worker import EngineWorker
from vostool.gui.session.document import Document
from vostool.gui.session.going_run import GoingRun
from vostool.gui.session.waiting_runs import WaitingRun
from vostool.models.engine import TrackRequest
from vostool.project import edits
from vostool.project.changes import Edit
from vostool.project.history import Step
from vostool.runs.discovery.values import is_traced
from vostool.runs.parts import Part, RunProgress
from vostool.runs.pieces import leg_of, reach_of
from vostool.runs.rate import RateMeter
from vostool.runs.request import ENGINE_SETTING
from vostool.runs.unfinished import RUN, note_begun, note_over, note_reached, note_waiting
from vostool.words import mark, tr

TITLE = mark("Track run")
NOTED_EVERY = 0.5
"""Seconds between two notes of how far a run is, for the time after a crash."""


class TrackRuns(QObject):
    """Takes what the worker tracked into the document, part after part, and says how far it is.

    Signals:
        begun(bool): a run begins; True where the person watches it, see :meth:`begin`.
        progressed(RunProgress), ended(str): the text is for the status bar.
        finished(RunSummary): just before ``ended``. A run that waits begins after both.
        queue_changed(): others wait than before.
        problem(str): one sentence about something that went wrong.
    """

    begun = pyqtSignal(bool)
    queue_changed = pyqtSignal()
    progressed = pyqtSignal(object)
    ended = pyqtSignal(str)
    finished = pyqtSignal(object)
    problem = pyqtSignal(str)

    def __init__(self, document: Document, worker: EngineWorker) -> None:
        super().__init__()
        self.document = document
        self.worker = worker
        self._run: GoingRun | None = None
        self._waiting: list[WaitingRun] = []
        self._left = False
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
        run = self._run
        if run is None:
            return None
        return run.progress(self.document.project.source.frame_count, len(self._waiting))

    @property
    def at(self) -> int | None:
        """The frame that was tracked last of the part in work, or None."""
        return None if self._run is None else self._run.at

    @property
    def waiting(self) -> tuple[WaitingRun, ...]:
        """The runs that begin after the one that goes, the next one first."""
        return tuple(self._waiting)

    @property
    def goes_on(self) -> bool:
        """True where another run begins as soon as the one that goes has ended."""
        return bool(self._waiting) and not self._left

    def begin(self, parts: Sequence[Part], title: str = TITLE, *, watched: bool = True) -> bool:
        """Run the parts one after the other, as one undo step; after the run that goes.

        Args:
            watched: the person asked for it and looks at it, not at what they correct meanwhile.

        Returns:
            False, with a sentence, where nothing is there to be tracked, or the same run waits.
        """
        run = WaitingRun(title, tuple(parts), watched)
        return self._begin(run) if self._run is None else self._queue(run)

    def refuse(self) -> bool:
        """Say that something cannot begin while a run goes; always False."""
        self.problem.emit(
            tr("A track run is going on; cancel it with Esc, or begin when it is done.")
        )
        return False

    def drop(self, run: WaitingRun) -> None:
        """Let a run that waits not begin."""
        if run in self._waiting:
            self._waiting.remove(run)
            self._note_queue()

    def _queue(self, run: WaitingRun) -> bool:
        going = [] if self._run is None or self._run.stopping else [self._run.run]
        if any(run.is_like(other) for other in (*going, *self._waiting)):
            self.problem.emit(tr("This run goes, or waits, already."))
            return False
        self._waiting.append(run)
        self._note_queue()
        return True

    def _note_waiting(self) -> None:
        stored = [(run.title, run.pieces) for run in self._waiting if run.pieces]
        self._note(note_waiting(self.document.project, stored))

    def _note_queue(self) -> None:
        self._note_waiting()
        self.queue_changed.emit()
        if self.progress is not None:
            self.progressed.emit(self.progress)

    def _begin(self, run: WaitingRun) -> bool:
        ahead = list(run.parts)
        found = _next(ahead)
        if found is None:
            self.problem.emit(tr("No object is there to be tracked; annotate one first."))
            return False
        part, request = found
        meter = RateMeter(sum(each.frames for each in (part, *ahead)))
        step = self.document.do(Edit(tr(run.title), ()))
        reaches = [reach_of(part.piece or leg_of(request))]
        reaches += [reach_of(each.piece) for each in ahead if each.piece is not None]
        self._run = GoingRun(
            run, TrackJob(request, part.steps), part.to_edit, step, meter, ahead,
            len(run.parts), reaches, at=part.at, tell=part.told,
        )  # fmt: skip
        self._run.summary.watched, self._run.summary.step = run.watched, step
        project, pieces = self.document.project, run.pieces
        known = note_begun(project, run.title, pieces, self._run.part) if pieces else None
        self._note(note_over(project) if known is None else known)
        if part.at is not None:
            self._note_reached()  # as far as an earlier run was
        self._note_waiting()  # and not what waited for a run that nobody went on with
        self.begun.emit(run.watched)
        self.progressed.emit(self.progress)
        self.worker.track(self._run.job)
        return True

    def _begin_next(self) -> None:
        """The next run that waits and has anything to track, from what is there now."""
        while self._waiting and not self._left and self._run is None:
            run = self._waiting.pop(0)
            try:
                self._begin(run.anew(self.document.project))
            except PromptError as error:
                self.problem.emit(str(error))
            self._note_queue()

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
        self.progressed.emit(self.progress)

    def cancel(self, *, begins_again: bool = False) -> None:
        """End the run after the frame in work; what is done stays, and the next one begins.

        Args:
            begins_again: the program ends it, to begin it again from a further correction.
        """
        if self._run is not None:
            self._run.summary.begins_again = begins_again
            self._run.stopping = True
            self.progressed.emit(self.progress)
            self.worker.cancel(self._run.job)  # which ends one that waits at once

    def leave(self) -> None:
        """Cancel the run, so that its rest is offered when the video is opened again, and all that
        waits for it.
        """
        self._left = True
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
        on_way = [step for step in frames if not is_traced(step) and not step.revised]
        run.summary.frames.update(step.frame for step in on_way)
        run.meter.add(len(on_way), time.monotonic())
        run.at = on_way[-1].frame if on_way else run.at
        news = run.tell is not None and run.tell() != run.told
        if frames and (news or time.monotonic() - run.noted_at >= NOTED_EVERY):
            self._note_reached()
        self.progressed.emit(self.progress)
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
            run.to_edit, run.job = part.to_edit, TrackJob(request, part.steps)
            run.at, run.tell = part.at, part.told
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
        run.summary.seconds, run.summary.last = run.meter.elapsed, run.at
        self.finished.emit(run.summary)
        self.ended.emit(run.ended_text)
        self._begin_next()

    def _note_reached(self) -> None:
        run = self._run
        if run is not None:
            run.noted_at = time.monotonic()
            run.told = None if run.tell is None else run.tell()
            if RUN in self.document.project.settings:
                self._note(note_reached(self.document.project, run.part, run.at, run.told))

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
