"""A reviewed stretch is tracked again after a correction inside it, without being asked for."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.session.mask_editor import MaskEditor
from vostool.gui.session.review_work import Review
from vostool.gui.session.session import Session
from vostool.gui.session.tracking import Tracking
from vostool.gui.threads.timers import single_shot
from vostool.masks.mask import MaskRecord, Provenance
from vostool.project.changes import Cell, Changes, Edit, Table
from vostool.project.history import Step
from vostool.review.events import ReviewEvent
from vostool.runs.agreeing import Correction
from vostool.runs.parts import RunSummary

RESTS_MS = 700
"""After a correction: another click or stroke may belong to it."""
BY_HAND = (Provenance.PROMPTED, Provenance.EDITED)


class Retracking(QObject):
    """Begins the run once a correction has its mask and the person's hand rests.

    A further correction while it goes ends it; it begins again from both.

    Signals:
        began(int, int, int): from this frame; the first and the last frame that can change.
        stood_alone(int): a correction on this frame leaves nothing to be tracked again.
        lay_outside(int): this frame of a track was corrected, outside the stretch under review.

    Attributes:
        wanted: False where a person asked for no such runs.
    """

    began = pyqtSignal(int, int, int)
    stood_alone = pyqtSignal(int)
    lay_outside = pyqtSignal(int)

    def __init__(
        self, session: Session, review: Review, tracking: Tracking, editor: MaskEditor
    ) -> None:
        super().__init__()
        self.wanted = True
        self._session, self._review = session, review
        self._tracking, self._editor = tracking, editor
        self._did: Step | None = None
        self._event: ReviewEvent | None = None
        self._corrected: dict[tuple[int, int], Correction] = {}
        self._going: dict[tuple[int, int], Correction] = {}
        self._timer = single_shot(self, RESTS_MS, self._begin)
        session.document.did.connect(self._note_step)
        session.document.changed.connect(self._follow)
        session.runs.finished.connect(self._finished)
        review.went.connect(self._look)
        review.changed.connect(self._keep_up)

    def close(self) -> None:
        """Follow the document no more."""
        self._timer.stop()
        self._session.document.did.disconnect(self._note_step)
        self._session.document.changed.disconnect(self._follow)
        self._session.runs.finished.disconnect(self._finished)

    def _look(self) -> None:
        """Take the stretch as the queue lists it now, not as it was gone to."""
        self._event = self._review.live or self._review.current

    def _keep_up(self) -> None:
        # A correction takes its own frame out of the queue; its stretch is that of before.
        if not (self._corrected or self._going or self._review.queue.pending):
            self._look()

    def _note_step(self, step: Step, edit: Edit) -> None:
        self._did = step
        self._follow(Changes.of(change.cell for change in edit.changes))

    def _follow(self, changes: Changes) -> None:
        step = self._did
        if step is not None and not self._session.document.history.holds(step):
            self._did = None  # undone; a redo brings the run back as well
            self._corrected.clear()
            return
        if step is None or not self.wanted or step is self._session.runs.step:
            return
        frame = self._session.playhead
        for oid in self._session.document.project.objects:
            cell = Cell(Table.MASKS, (frame, oid))
            if cell in changes.cells and cell in step.cells and self._is_by_hand(frame, oid):
                self._note_correction(frame, oid)

    def _note_correction(self, frame: int, oid: int) -> None:
        event = self._event
        if event is None:
            return
        stretch = event.stretch_at(frame, oid)
        if stretch is None:
            if self._was_tracked(frame, oid):
                self.lay_outside.emit(frame)
            return
        asked = min(event.asked, stretch.last)
        self._corrected.pop((frame, oid), None)  # the newest one last
        self._corrected[frame, oid] = Correction(frame, oid, stretch.first, stretch.last, asked)
        self._timer.start()

    def _is_by_hand(self, frame: int, oid: int) -> bool:
        record = self._session.document.project.masks.get(frame, oid)
        return record is not None and record.provenance in BY_HAND

    def _was_tracked(self, frame: int, oid: int) -> bool:
        change = None if self._did is None else self._did.cells.get(Cell(Table.MASKS, (frame, oid)))
        before = None if change is None else change.before
        return isinstance(before, MaskRecord) and before.provenance is Provenance.TRACKED

    def _begin(self) -> None:
        session = self._session
        if not self._corrected:
            return
        if session.clicks.waiting or self._editor.is_busy:
            self._timer.start()
        elif session.is_tracking:
            if self._going:
                session.runs.cancel(begins_again=True)  # its end begins the next one
        else:
            corrected, self._corrected = self._corrected, {}
            frame = [*corrected.values()][-1].frame
            reach = self._tracking.corrected_stretches(corrected.values())
            if reach is not None:
                self._going = corrected
                self.began.emit(frame, reach.first, reach.last)
            else:
                self.stood_alone.emit(frame)
                self._review.expect_end()

    def _finished(self, summary: RunSummary) -> None:
        going, self._going = self._going, {}
        if self._corrected:
            if summary.begins_again:
                self._corrected = {**going, **self._corrected}
            self._timer.start()
        elif going and not summary.cancelled:
            self._review.expect_end()
        self._keep_up()
