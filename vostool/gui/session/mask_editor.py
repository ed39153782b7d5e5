"""Changes masks in a thread, one after the other; each change is one undo step."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.errors import PromptError, VosToolError
from vostool.gui.session.session import Session
from vostool.masks.mask import Mask
from vostool.project import edits, range_edits
from vostool.project.changes import Edit, FrameObject
from vostool.project.history import Step
from vostool.words import mark, tr

MaskChange = Callable[[Mask], Mask]
"""From the mask as it is to the mask as it shall be; runs in a thread."""
Then = Callable[[bool], object]
"""Told once, on the GUI thread, whether the mask has changed."""
MOST_PARKED = 50


class Place(NamedTuple):
    """A frame and an object; None: one that is made for it."""

    frame: int
    object_id: int | None


GONE = mark("Object {} was deleted meanwhile, so its mask was not changed.")


@dataclass(eq=False)
class _Job:
    title: str
    step: Step
    key: FrameObject
    change: MaskChange
    nothing: str
    then: Then


class MaskEditor(QObject):
    """Applies changes to masks of one session. Lives on the GUI thread.

    A change takes its undo step when it is asked for, so that undo right after a stroke takes back
    that stroke; the changed mask joins the step when it is there. A change that was undone before
    it was worked out is worked out when it is redone.
    """

    _worked_out = pyqtSignal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._document = session.document
        self._thread = ThreadPoolExecutor(1, "mask-editor")
        self._thread.submit(int)  # the thread starts now and not with the first stroke
        self._jobs: list[_Job] = []
        self._parked: list[_Job] = []
        self._running: tuple[_Job, Future[Mask]] | None = None
        self._when_idle: list[Callable[[], object]] = []
        self._worked_out.connect(self._take)
        self._document.history_changed.connect(self._unpark)

    def edit(
        self,
        title: str,
        change: MaskChange,
        *,
        on: Place | None = None,
        nothing: str = "",
        then: Then | None = None,
    ) -> None:
        """Change an object's mask on a frame.

        Args:
            title: what Undo shows.
            on: where; None takes the current object on the current frame.
            nothing: said to the person where the change leaves the mask as it is.
        """
        session = self._session
        place = on if on is not None else Place(session.playhead, session.current_object)
        if place.object_id is not None and place.object_id not in self._document.project.objects:
            if then is not None:
                then(False)
            session.problem.emit(tr(GONE).format(place.object_id))
            return
        object_id, made = place.object_id, Edit(title, ())
        if object_id is None:
            made, object_id = edits.add_object(self._document.project, session.label_for_new())
        step = self._document.do(Edit(title, made.changes))
        if on is None or place.object_id is None:
            session.select(object_id)
        if place.object_id is None:
            session.object_made.emit(object_id)
        key = (place.frame, object_id)
        self._jobs.append(_Job(title, step, key, change, nothing, then or (lambda changed: None)))
        self._next()

    @property
    def is_busy(self) -> bool:
        """True while a change is being worked out."""
        return self._running is not None

    def when_idle(self, act: Callable[[], object]) -> None:
        """Act as soon as every change that was asked for is applied, without waiting for it."""
        if self.is_busy:
            self._when_idle.append(act)
        else:
            act()

    def finish(self) -> None:
        """Wait until every change that was asked for has been applied."""
        while self._running is not None:
            job, future = self._running
            future.exception()  # waits
            self._take(job)

    def close(self) -> None:
        """Apply what waits and end the thread."""
        self.finish()
        self._document.history_changed.disconnect(self._unpark)
        self._thread.shutdown()

    def _next(self) -> None:
        if self._running is not None or not self._jobs:
            return
        job = self._jobs.pop(0)
        self._document.settle()
        project, source = self._document.project, self._document.project.source
        record = project.masks.get(*job.key)
        size = (source.height, source.width)
        mask = record.mask if record is not None else None

        def work() -> Mask:
            return job.change(mask if mask is not None else Mask.empty(*size))

        future = self._thread.submit(work)
        self._running = (job, future)
        future.add_done_callback(lambda _: self._worked_out.emit(job))

    def _take(self, job: _Job) -> None:
        if self._running is None or self._running[0] is not job:
            return  # finish() was faster
        future, self._running = self._running[1], None
        if not self._document.history.holds(job.step):
            self._parked = [*self._parked, job][-MOST_PARKED:]
            job.then(False)
        else:
            job.then(self._apply(job, future))
        self._next()
        while self._when_idle and not self.is_busy:
            self._when_idle.pop(0)()

    def _apply(self, job: _Job, future: Future[Mask]) -> bool:
        self._document.settle()
        project, history = self._document.project, self._document.history
        problem = job.nothing
        edit = Edit(job.title, ())
        try:
            mask = future.result()
            if job.key[1] not in project.objects:
                raise PromptError(tr(GONE).format(job.key[1]))
            record = project.masks.get(*job.key)
            before = record.mask if record is not None else None
            if mask != before and not (before is None and mask.is_empty):
                edit = range_edits.set_edited_mask(project, *job.key, mask, job.title)
        except (VosToolError, PromptError) as error:
            problem = str(error)
        except Exception as error:  # a failed change must not end the window
            problem = tr("The mask could not be changed: {error}", error=error)
        if not edit.changes:
            self._document.discard_if_empty(job.step)
            if problem:
                self._session.problem.emit(problem)
            return False
        if history.is_last(job.step):
            self._document.extend(job.step, edit)
        else:  # another step was done in between, which this change is no part of
            self._document.discard_if_empty(job.step)
            self._document.do(edit)
        self._session.clicks.drop_stale()
        return True

    def _unpark(self) -> None:
        holds = self._document.history.holds
        back = [job for job in self._parked if holds(job.step)]
        if back:
            self._parked = [job for job in self._parked if job not in back]
            self._jobs += back
            self._next()
