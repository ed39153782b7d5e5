"""Clicks on their way to the engine and back: each answer joins the undo step that asked for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.engine.requests import SegmentAnswer
from vostool.gui.engine.worker import EngineWorker
from vostool.gui.session.document import Document
from vostool.gui.threads.timers import single_shot
from vostool.masks.mask import Mask, Provenance
from vostool.models.engine import SegmentReply, SegmentRequest
from vostool.project.changes import FrameObject
from vostool.project.history import Step
from vostool.project.prompts import Prompts
from vostool.runs.request import may_recall, segment_edit, segment_request
from vostool.words import tr

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
        told(str): one sentence about a mask that was tidied, that a box leaves as it was, or of
            which a click leaves nothing.
        answered(SegmentRequest, SegmentReply): a click's mask is in the project.
        recalling(bool): a correction is being answered again from the frames around it, or none is.
    """

    busy = pyqtSignal(bool)
    problem = pyqtSignal(str)
    told = pyqtSignal(str)
    answered = pyqtSignal(object, object)
    recalling = pyqtSignal(bool)

    def __init__(self, document: Document, worker: EngineWorker) -> None:
        super().__init__()
        self.tidy = True
        self._document = document
        self._worker = worker
        self._waiting: dict[FrameObject, tuple[SegmentRequest, Step | None]] = {}
        self._recalling: dict[FrameObject, tuple[SegmentRequest, Step | None]] = {}
        self._timer = single_shot(self, BUSY_AFTER_MS, lambda: self.busy.emit(bool(self._waiting)))
        worker.answered.connect(self._take)
        worker.recalled.connect(self._take_recalled)

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
        key = (request.frame, request.object_id)
        self._waiting[key] = (request, step)
        self._forget_recalls([key])
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
            request = segment_request(project, *key, project.prompts[key])
            self.ask(request, self._document.history.last)

    def drop_stale(self) -> None:
        """Wait no more for answers to prompts that have changed or gone since they were asked."""
        prompts = self._document.project.prompts
        stale = [
            key for key, (asked, _) in self._waiting.items() if prompts.get(key) != asked.prompts
        ]
        for key in stale:
            del self._waiting[key]
        old = [k for k, (asked, _) in self._recalling.items() if prompts.get(k) != asked.prompts]
        self._forget_recalls(old)
        if stale:
            self._rest_if_done()

    def stop_recalling(self, *_: object) -> None:
        """Corrections stay as they were answered: a run begins that is made from them."""
        self._forget_recalls(list(self._recalling))

    def _forget_recalls(self, keys: Iterable[FrameObject]) -> None:
        gone = [key for key in keys if self._recalling.pop(key, None) is not None]
        if gone and not self._recalling:
            self._worker.recall(None)
            self.recalling.emit(False)

    def close(self) -> None:
        """Take no more answers."""
        self._worker.answered.disconnect(self._take)
        self._worker.recalled.disconnect(self._take_recalled)
        self.stop_recalling()
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
        if answer.reply is not None and self._keep(answer, step):
            self._ask_again(request, answer.reply, step)

    def _keep(self, answer: SegmentAnswer, step: Step | None) -> bool:
        """Take a mask into the project; False where the prompts have changed since."""
        request, reply = answer.request, self._tidied(answer)
        key = (request.frame, request.object_id)
        edit = segment_edit(self._document.project, *key, request.prompts, reply)
        if edit is not None and step is not None:
            self._document.extend(step, edit)
        elif edit is not None:  # of a click that was made before the video was opened
            self._document.note(edit)
        said = _said(request.prompts, reply.mask)
        if said is not None:
            self.told.emit(said)
        self.answered.emit(request, reply)
        return edit is not None

    def _tidied(self, answer: SegmentAnswer) -> SegmentReply:
        reply, tidied = answer.reply, answer.tidied
        assert reply is not None
        if not self.tidy or not tidied:
            return reply
        self.told.emit(tidied.sentence)
        return replace(reply, mask=tidied.mask)

    def _ask_again(self, asked: SegmentRequest, reply: SegmentReply, step: Step | None) -> None:
        """Have a correction that read no memory answered from a rebuilt one, in idle time."""
        key = (asked.frame, asked.object_id)
        prompts = self._document.project.prompts.get(key)
        if asked.around is None or not may_recall(reply) or prompts is None:
            return
        request = replace(asked, prompts=prompts)
        self._recalling[key] = (request, step)
        self._worker.recall(request)
        self.recalling.emit(True)

    def _take_recalled(self, answer: SegmentAnswer) -> None:
        request = answer.request
        key = (request.frame, request.object_id)
        asked, step = self._recalling.get(key, (None, None))
        if asked is request:
            self._forget_recalls([key])
            if answer.reply is not None:
                self._keep(answer, step)

    def _rest_if_done(self) -> None:
        if not self._waiting:
            self._timer.stop()
            self.busy.emit(False)
        elif not self._timer.isActive():
            self.busy.emit(True)


def _said(prompts: Prompts, mask: Mask) -> str | None:
    """What a person may not expect of the answer to prompts on a tracked mask, in a sentence."""
    base = prompts.base
    if base is None or base.is_empty:
        return None
    if prompts.box is not None and mask == base:
        return tr(
            "The tracked mask fills this box and stays. Click where it is wrong, "
            "or draw the box again to begin anew."
        )
    if mask.is_empty and prompts.points and not prompts.points[-1].positive:
        return tr(
            "So nothing of this mask is the object: it is absent on this frame. "
            "Click where it is, or undo to keep the mask."
        )
    return None
