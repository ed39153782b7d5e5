"""Clicks on their way to the engine and back: each answer joins the undo step that asked for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.engine.requests import SegmentAnswer
from vostool.gui.engine.worker import EngineWorker
from vostool.gui.session.document import Document
from vostool.gui.threads.timers import single_shot
from vostool.masks.mask import Provenance
from vostool.models.engine import SegmentReply, SegmentRequest
from vostool.project.changes import FrameObject
from vostool.project.history import Step
from vostool.runs.request import segment_edit

ANSWERED_AT_ONCE = 50
"""Of the prompts that an import or an undo leaves without masks; a run answers all of them."""
BUSY_AFTER_MS = 100
"""A click that is not answered by then shows a busy sign."""


class ClickAnswers(QObject):
    """What the worker was asked and has not answered yet.

    Attributes:
        tidy: masks lose their specks and pinholes.

    Signals:
        busy(bool): a click has waited for longer than BUSY_AFTER_MS, or no click waits any more;
            told again with each answer while others wait.
        problem(str): one sentence about a click that came to nothing.
        told(str): one sentence about a mask that was tidied.
        answered(SegmentRequest, SegmentReply): a click's mask is in the project.
    """

    busy = pyqtSignal(bool)
    problem = pyqtSignal(str)
    told = pyqtSignal(str)
    answered = pyqtSignal(object, object)

    def __init__(self, document: Document, worker: EngineWorker) -> None:
        super().__init__()
        self.tidy = True
        self._document = document
        self._worker = worker
        self._waiting: dict[FrameObject, tuple[SegmentRequest, Step | None]] = {}
        self._timer = single_shot(self, BUSY_AFTER_MS, lambda: self.busy.emit(bool(self._waiting)))
        worker.answered.connect(self._take)

    @property
    def waiting(self) -> bool:
        """True while an answer is still to come."""
        return bool(self._waiting)

    @property
    def count(self) -> int:
        """How many answers are still to come."""
        return len(self._waiting)

    def ask(self, request: SegmentRequest, step: Step | None) -> None:
        """Ask for a mask, which joins ``step``; a newer request for the same place counts."""
        self._waiting[request.frame, request.object_id] = (request, step)
        if not self._timer.isActive():
            self._timer.start()
        self._worker.segment(request)

    def ask_unanswered(
        self, keys: Iterable[FrameObject], near: int, *, however_many: bool = False
    ) -> None:
        """Ask for the masks of prompts that have none and do not wait, those near a frame first."""
        project = self._document.project
        unanswered = []
        for key in keys:
            record = project.masks.get(*key)
            answered = record is not None and record.provenance is not Provenance.TRACKED
            if key in project.prompts and not answered and key not in self._waiting:
                unanswered.append(key)
        unanswered.sort(key=lambda key: abs(key[0] - near))
        most = None if however_many else ANSWERED_AT_ONCE
        for key in reversed(unanswered[:most]):  # the worker takes the newest first
            self.ask(SegmentRequest(*key, project.prompts[key]), self._document.history.last)

    def drop_stale(self) -> None:
        """Wait no more for answers to prompts that have changed or gone since they were asked."""
        prompts = self._document.project.prompts
        stale = [
            key for key, (asked, _) in self._waiting.items() if prompts.get(key) != asked.prompts
        ]
        for key in stale:
            del self._waiting[key]
        if stale:
            self._rest_if_done()

    def close(self) -> None:
        """Take no more answers."""
        self._worker.answered.disconnect(self._take)
        self._timer.stop()

    def _take(self, answer: SegmentAnswer) -> None:
        request = answer.request
        key = (request.frame, request.object_id)
        waiting = self._waiting.get(key)
        if waiting is None or waiting[0] is not request:
            return
        del self._waiting[key]
        self._rest_if_done()
        if answer.problem is not None:
            self.problem.emit(answer.problem)
        step = waiting[1]
        if answer.reply is None:
            return
        reply = self._tidied(answer)
        edit = segment_edit(self._document.project, *key, request.prompts, reply)
        if edit is not None and step is not None:
            self._document.extend(step, edit)
        elif edit is not None:  # of a click that was made before the video was opened
            self._document.note(edit)
        self.answered.emit(request, reply)

    def _tidied(self, answer: SegmentAnswer) -> SegmentReply:
        reply, tidied = answer.reply, answer.tidied
        assert reply is not None
        if not self.tidy or not tidied:
            return reply
        self.told.emit(tidied.sentence)
        return replace(reply, mask=tidied.mask)

    def _rest_if_done(self) -> None:
        if not self._waiting:
            self._timer.stop()
            self.busy.emit(False)
        elif not self._timer.isActive():
            self.busy.emit(True)
