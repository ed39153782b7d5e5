"""A correction inside a reviewed stretch is tracked on from, without being asked for."""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.session.mask_editor import MaskEditor
from vostool.gui.session.review_work import Review
from vostool.gui.session.session import Session
from vostool.gui.session.tracking import Tracking
from vostool.gui.threads.timers import single_shot
from vostool.masks.mask import Provenance
from vostool.project.changes import Cell, Changes, Edit, Table
from vostool.project.history import Step
from vostool.review.events import ReviewEvent
from vostool.runs.parts import RunSummary

RESTS_MS = 700
"""After a correction: another click or stroke may belong to it."""
BY_HAND = (Provenance.PROMPTED, Provenance.EDITED)


class Retracking(QObject):
    """Begins the run once a correction has its mask and the person's hand rests.

    A further correction while it goes ends it; it begins again from both.

    Signals:
        began(int): from this frame.

    Attributes:
        wanted: False where a person asked for no such runs.
    """

    began = pyqtSignal(int)

    def __init__(
        self, session: Session, review: Review, tracking: Tracking, editor: MaskEditor
    ) -> None:
        super().__init__()
        self.wanted = True
        self._session, self._review = session, review
        self._tracking, self._editor = tracking, editor
        self._did: Step | None = None
        self._event: ReviewEvent | None = None
        self._corrected: dict[int, int] = {}
        self._own = False
        self._timer = single_shot(self, RESTS_MS, self._begin)
        session.document.did.connect(self._note_step)
        session.document.changed.connect(self._follow)
        session.runs.finished.connect(self._finished)

    def close(self) -> None:
        """Follow the document no more."""
        self._timer.stop()
        self._session.document.did.disconnect(self._note_step)
        self._session.document.changed.disconnect(self._follow)
        self._session.runs.finished.disconnect(self._finished)

    def _note_step(self, step: Step, edit: Edit) -> None:
        self._did = step
        self._follow(Changes.of(change.cell for change in edit.changes))

    def _follow(self, changes: Changes) -> None:
        step, event = self._did, self._review.current
        history = self._session.document.history
        if step is not None and not history.holds(step):
            self._did = None  # undone; a redo brings the run back as well
            self._corrected.clear()
            return
        frame = self._session.playhead
        if step is None or event is None or not self.wanted or not self._review.at_hand:
            return
        for oid in event.object_ids:
            cell = Cell(Table.MASKS, (frame, oid))
            if cell in changes.cells and cell in step.cells and self._is_by_hand(frame, oid):
                self._corrected[oid], self._event = frame, event
                self._timer.start()

    def _is_by_hand(self, frame: int, oid: int) -> bool:
        record = self._session.document.project.masks.get(frame, oid)
        return record is not None and record.provenance in BY_HAND

    def _begin(self) -> None:
        session, event = self._session, self._event
        if not self._corrected or event is None:
            return
        if session.clicks.waiting or self._editor.is_busy:
            self._timer.start()
        elif session.is_tracking:
            if self._own:
                session.runs.cancel()  # its end begins the next one
        else:
            frames, self._corrected = self._corrected, {}
            frame = next(iter(frames.values()))
            ids = [oid for oid, at in frames.items() if at == frame]
            self._own = self._tracking.corrected_stretch(frame, event.first, event.asked, ids)
            if self._own:
                self.began.emit(frame)
            else:
                self._review.expect_end()

    def _finished(self, summary: RunSummary) -> None:
        own, self._own = self._own, False
        if self._corrected:
            self._timer.start()
        elif own and not summary.cancelled:
            self._review.expect_end()
