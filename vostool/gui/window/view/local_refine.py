"""Refine on the visible part: the engine sees what the canvas shows of the frame, and no more."""

from __future__ import annotations

import math

from PyQt6.QtCore import QObject, QRectF

from vostool.errors import PromptError
from vostool.gui.canvas.canvas import Canvas
from vostool.gui.engine.previews import CloseUpAnswer, CloseUpRequest
from vostool.gui.window.status_bar import StatusBar
from vostool.gui.window.workspace import Workspace
from vostool.masks.crop import Window
from vostool.masks.mask import MaskRecord
from vostool.project.close_up import part_prompts, put_back
from vostool.project.locks import locked_objects, locked_sentence
from vostool.project.range_edits import set_edited_mask
from vostool.words import mark, tr

TITLE = mark("Refine on the visible part")
NO_MASK = mark("The object has no mask on this frame to refine; click it first.")
CHANGED = mark("The mask has changed while it was being refined, so the change was kept.")
CONFIRMED = mark("The mask is confirmed; take that back (V) to refine it.")


class LocalRefine(QObject):
    """Asks and takes the answers for one workspace; one at a time, each one undo step."""

    def __init__(self, canvas: Canvas, status: StatusBar, workspace: Workspace) -> None:
        super().__init__()
        self._canvas, self._status, self._workspace = canvas, status, workspace
        self._waiting: tuple[CloseUpRequest, MaskRecord] | None = None
        workspace.session.worker.closed_up.connect(self._take)

    def close(self) -> None:
        """Take no more answers."""
        self._workspace.session.worker.closed_up.disconnect(self._take)
        self._end()

    def start(self) -> None:
        """Ask for the current object's mask on the visible part."""
        session = self._workspace.session
        oid, frame = session.current_object, session.playhead
        if oid is None or self._waiting is not None:
            return
        project = self._workspace.document.project
        record = project.masks.get(frame, oid)
        try:
            if oid in locked_objects(project):
                raise PromptError(locked_sentence([oid]))
            if record is None or record.mask.is_empty:
                raise PromptError(tr(NO_MASK))
            if record.confirmed:
                raise PromptError(tr(CONFIRMED))
            seen = QRectF(self._canvas.view.viewRect())
            window = Window.around(
                record.mask, math.floor(seen.left()), math.floor(seen.top()),
                math.ceil(seen.right()), math.ceil(seen.bottom()),
            )  # fmt: skip
            prompts = part_prompts(record.mask, window, project.prompts.get((frame, oid)))
        except PromptError as error:
            session.problem.emit(str(error))
            return
        request = CloseUpRequest(frame, oid, window, prompts)
        self._waiting = (request, record)
        self._status.activity.begin("close_up", tr("Refining the visible part"))
        session.worker.close_up(request)

    def _take(self, answer: CloseUpAnswer) -> None:
        if self._waiting is None or self._waiting[0] is not answer.request:
            return
        request, record = self._waiting
        self._end()
        session, project = self._workspace.session, self._workspace.document.project
        if answer.reply is None:
            session.problem.emit(answer.problem or tr("The engine gave no answer."))
        elif project.masks.get(request.frame, request.object_id) != record:
            session.problem.emit(tr(CHANGED))
        else:
            mask = put_back(record.mask, request.window, answer.reply.mask)
            if mask == record.mask:
                self._status.say(tr("The visible part is as fine as the engine can make it."))
                return
            edit = set_edited_mask(project, request.frame, request.object_id, mask, tr(TITLE))
            session.do(edit)

    def _end(self) -> None:
        self._waiting = None
        self._status.activity.end("close_up")
