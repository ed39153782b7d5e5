"""Learning while a person corrects: what they said of an object is learned when nothing waits."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from vostool.gui.engine.learning import LearnAnswer
from vostool.gui.session.session import Session
from vostool.gui.threads.timers import single_shot
from vostool.models.engine import Keyframe, SegmentReply, SegmentRequest
from vostool.project.changes import Edit, Table
from vostool.project.history import Step
from vostool.runs.learning import learn_request, learned_edit

RESTS_AFTER_MS = 300
"""After a correction, so that several clicks are learned of together."""


class Learning(QObject):
    """Asks the engine to learn of the objects that were corrected or confirmed. GUI thread.

    What was learned joins the step that it was learned of, so that one undo takes back both.

    Attributes:
        on: whether it asks at all; what was learned is used and kept either way.
    """

    def __init__(self, session: Session, *, on: bool) -> None:
        super().__init__()
        self.on = on
        self._session = session
        self._document, self._worker = session.document, session.worker
        self._taught: dict[int, Step] = {}
        self._known: dict[int, tuple[Keyframe, ...]] = {}
        self._steps: dict[int, Step] = {}
        self._timer = single_shot(self, RESTS_AFTER_MS, self._ask)
        self._document.did.connect(self._did)
        session.clicks.answered.connect(self._answered)
        self._worker.learned.connect(self._take)

    def close(self) -> None:
        """Take nothing more."""
        self._timer.stop()
        self._document.did.disconnect(self._did)
        self._session.clicks.answered.disconnect(self._answered)
        self._worker.learned.disconnect(self._take)

    def _did(self, step: Step, edit: Edit) -> None:
        said = {
            change.cell.key[1]
            for change in edit.changes
            if change.cell.table in (Table.MASKS, Table.PROMPTS)
            and isinstance(change.cell.key, tuple)
        }
        self._note(said, step)

    def _answered(self, request: SegmentRequest, _reply: SegmentReply) -> None:
        step = self._document.history.last
        if step is not None:
            self._note({request.object_id}, self._taught.get(request.object_id, step))

    def _note(self, object_ids: set[int], step: Step) -> None:
        if self.on and object_ids:
            self._taught.update(dict.fromkeys(object_ids, step))
            self._timer.start()

    def _ask(self) -> None:
        if self._session.clicks.waiting:
            self._timer.start()  # its mask is a part of what is to be learned
            return
        taught, self._taught = self._taught, {}
        for oid, step in taught.items():
            request = learn_request(self._document.project, oid)
            if request is None or self._known.get(oid) == request.keyframes:
                continue
            self._known[oid] = request.keyframes
            self._steps[oid] = step
            self._worker.learn(request)

    def _take(self, answer: LearnAnswer) -> None:
        oid = answer.request.object_id
        step = self._steps.pop(oid, None)
        if answer.learned is None or step is None:
            return
        edit = learned_edit(self._document.project, answer.request, answer.learned)
        if edit is not None:
            self._document.extend(step, edit)
