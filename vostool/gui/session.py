"""The session: playhead, current object and jobs. Widgets ask it to act and show what it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vostool import edits
from vostool.changes import Changes, Edit, FrameObject
from vostool.errors import PromptError
from vostool.frames import FrameSource
from vostool.gui import settings_values
from vostool.gui.document import Document
from vostool.gui.frame_range import FrameRange
from vostool.gui.segmenter_worker import SegmentAnswer, SegmenterWorker
from vostool.gui.track_runs import TrackRuns
from vostool.history import Step
from vostool.io.import_edit import ImportSummary
from vostool.keyframe_runs import Span
from vostool.locks import locked_by, locked_objects, locked_sentence
from vostool.masks import Provenance
from vostool.models.segmenter import Direction, SegmentRequest
from vostool.prompts import Prompts
from vostool.runs import segment_edit

ANSWERED_AT_ONCE = 50
"""Of the prompts that an import or an undo leaves without masks; a run answers all of them."""
RESTS_AFTER_MS = 250
"""A playhead that stays for so long is where the next click may fall."""
BUSY_AFTER_MS = 100
"""A click that is not answered by then shows a busy sign."""


class Session(QObject):
    """One opened source: where the person is and what is being computed. GUI thread.

    Signals:
        playhead_moved(int): another frame is current.
        object_selected(object): id of the current object, or None for "the next click makes one".
        busy(bool): a click has waited for longer than BUSY_AFTER_MS, or no click waits any more.
        run_progressed(RunProgress), run_ended(str): of a track run; the text is for the status bar.
        problem(str): one sentence about something that went wrong.
    """

    playhead_moved = pyqtSignal(int)
    object_selected = pyqtSignal(object)
    busy = pyqtSignal(bool)
    run_progressed = pyqtSignal(object)
    run_ended = pyqtSignal(str)
    problem = pyqtSignal(str)

    def __init__(self, source: FrameSource, document: Document, worker: SegmenterWorker) -> None:
        super().__init__()
        self.source = source
        self.document = document
        self.worker = worker
        self.playhead = 0
        self.direction = 0
        self.current_object: int | None = next(iter(document.project.objects), None)
        self._waiting: dict[tuple[int, int], tuple[SegmentRequest, Step | None]] = {}
        self._runs = TrackRuns(document, worker)
        self._runs.progressed.connect(self.run_progressed)
        self._runs.ended.connect(self.run_ended)
        self._runs.problem.connect(self.problem)
        self._imported: tuple[int, ...] = ()
        self._busy_timer = QTimer(self)
        self._busy_timer.setSingleShot(True)
        self._busy_timer.setInterval(BUSY_AFTER_MS)
        self._busy_timer.timeout.connect(lambda: self.busy.emit(bool(self._waiting)))
        self._rest_timer = QTimer(self)
        self._rest_timer.setSingleShot(True)
        self._rest_timer.setInterval(RESTS_AFTER_MS)
        self._rest_timer.timeout.connect(self._prepare)
        self._rest_timer.start()
        self.only_selected = False
        self.solo = False
        worker.engine_ready.connect(self._prepare)
        worker.answered.connect(self._take_answer)

    # -- where the person is -------------------------------------------------------------------

    def go_to(self, frame: int) -> None:
        """Move the playhead; frames outside the source stop at its ends."""
        frame = min(max(frame, 0), len(self.source) - 1)
        if frame == self.playhead:
            return
        self.direction = 1 if frame > self.playhead else -1
        self.playhead = frame
        self.playhead_moved.emit(frame)
        self._rest_timer.start()

    def step(self, frames: int) -> None:
        """Move the playhead by so many frames."""
        self.go_to(self.playhead + frames)

    def go_to_prompted(self, forward: bool) -> None:
        """Move to the next or previous frame that holds prompts, if there is one."""
        frames = self.document.project.prompted_frames()
        if forward:
            self.go_to(next((f for f in frames if f > self.playhead), self.playhead))
        else:
            self.go_to(next((f for f in reversed(frames) if f < self.playhead), self.playhead))

    def select(self, object_id: int | None) -> None:
        """Make an object current; None: the next click makes a new one."""
        if object_id is not None and object_id not in self.document.project.objects:
            return
        if object_id != self.current_object:
            self.current_object = object_id
            self.object_selected.emit(object_id)

    def shows(self, object_id: int) -> bool:
        """True where the canvas shows the object: a visible one, or under ``solo`` the current."""
        if self.solo and self.current_object is not None:
            return object_id == self.current_object
        shown = self.document.project.objects.get(object_id)
        return shown is not None and shown.visible

    def select_row(self, row: int) -> None:
        """Make the object of this row of the list current, where there is one."""
        ids = list(self.document.project.objects)
        if row < len(ids):
            self.select(ids[row])

    # -- prompts -------------------------------------------------------------------------------

    def prompt(self, prompts: Prompts, title: str) -> None:
        """Set the current object's prompts on the current frame and ask for their mask.

        Makes the object first when none is current, as the same undo step.
        """
        project = self.document.project
        info = self.source.info
        try:
            prompts.check_inside(info.width, info.height)
        except PromptError as error:
            self.problem.emit(str(error))
            return
        frame = self.playhead
        made: tuple[Edit, int] | None = None
        if self.current_object is None:
            made = edits.add_object(project, self._last_label())
        object_id = made[1] if made is not None else self.current_object
        assert object_id is not None
        if object_id in locked_objects(project):
            self.problem.emit(locked_sentence([object_id]))
            return
        edit = edits.set_prompts(project, frame, object_id, prompts, title)
        if made is not None:
            edit = Edit(title, made[0].changes + edit.changes)
        step = self.document.do(edit)
        self.select(object_id)
        self._ask(SegmentRequest(frame, object_id, prompts), step)

    def clear_prompts(self) -> None:
        """Remove the current object's prompts on the current frame."""
        if self.current_object is not None:
            self.do(edits.clear_prompts(self.document.project, self.playhead, self.current_object))

    def delete_mask(self) -> None:
        """Remove the current object's mask and prompts on the current frame."""
        if self.current_object is not None:
            frame = self.playhead
            self.do(edits.delete_masks(self.document.project, [self.current_object], frame, frame))

    def toggle_confirmed(self) -> None:
        """Confirm all masks of the current frame, or take that back when all are confirmed."""
        project = self.document.project
        records = project.masks.at(self.playhead)
        value = not all(record.confirmed for record in records.values())
        self.do(edits.confirm(project, self.playhead, records.keys(), value))

    def add_object(self) -> None:
        """Make an object and select it."""
        edit, object_id = edits.add_object(self.document.project, self._last_label())
        self.document.do(edit)
        self.select(object_id)

    def delete_object(self, object_id: int | None) -> None:
        """Delete an object with all that belongs to it; None does nothing."""
        if object_id is not None:
            self.do(edits.delete_object(self.document.project, object_id))

    def do(self, edit: Edit, *, even_locked: bool = False) -> bool:
        """Apply an edit as one undo step, where it changes anything; True where it was applied.

        An edit of a locked object's masks or prompts is refused with a sentence; ``even_locked``
        is for edits that carry a lock along, such as new numbers for all objects.
        """
        locked = () if even_locked else locked_by(self.document.project, edit)
        if locked:
            self.problem.emit(locked_sentence(locked))
        if locked or not edit.changes:
            return False
        self.document.do(edit)
        self._keep_selection_valid()
        self._drop_stale()
        return True

    def undo(self) -> None:
        """Take the last step back; a run that is still going is cancelled first."""
        self._runs.cancel_if_last()
        self._after_history(self.document.undo())

    def redo(self) -> None:
        """Bring the last undone step back."""
        self._after_history(self.document.redo())

    # -- track runs ----------------------------------------------------------------------------

    @property
    def is_tracking(self) -> bool:
        """True while a run goes."""
        return self._runs.going

    def track(self, direction: Direction) -> None:
        """Start a run at the playhead; BOTH covers the whole video.

        With ``only_selected`` it tracks the current object alone and leaves the others as they
        are.
        """
        self._runs.start(direction, self.playhead, self._wanted())

    def track_range(self, chosen: FrameRange) -> None:
        """Track through a range and nowhere else, as one undo step; see :meth:`track`."""
        self._runs.start_range(chosen, self.playhead, self._wanted())

    def track_imported(self) -> None:
        """Track the objects of the last import from their first keyframe to the end; in a project
        that was opened again, all objects with imported masks.
        """
        self._runs.start_imported(self._imported)

    def track_spans(self, spans: Sequence[Span]) -> bool:
        """Run spans one after the other, as one undo step; False where none could be started."""
        return self._runs.start_spans(spans)

    def cancel(self) -> None:
        """Cancel the run; what is done stays."""
        self._runs.cancel()

    def take_import(self, summary: ImportSummary, *, track: bool) -> None:
        """Go on after an import was applied: select, show its first frame, and track from it.

        Boxes get their masks from the run, or else one by one, those near the playhead first.
        """
        self._imported = (*summary.new_objects, *summary.matched_objects)
        self._drop_stale()
        if summary.frames and self.playhead not in summary.frames:
            self.go_to(summary.frames[0])
        if self.current_object is None and self._imported:
            self.select(self._imported[0])
        if track:
            self.track_imported()
            return
        prompts = self.document.project.prompts
        self._ask_unanswered(key for key in prompts if key[1] in self._imported)

    def close(self) -> None:
        """Cancel the run and take no more answers."""
        self.worker.engine_ready.disconnect(self._prepare)
        self.worker.answered.disconnect(self._take_answer)
        self._busy_timer.stop()
        self._rest_timer.stop()
        self._runs.close()

    # -- answers from the thread ---------------------------------------------------------------

    def _take_answer(self, answer: SegmentAnswer) -> None:
        request = answer.request
        key = (request.frame, request.object_id)
        waiting = self._waiting.get(key)
        if waiting is None or waiting[0] is not request:
            return
        del self._waiting[key]
        if not self._waiting:
            self._busy_timer.stop()
            self.busy.emit(False)
        if answer.problem is not None:
            self.problem.emit(answer.problem)
        step = waiting[1]
        if answer.reply is None:
            return
        edit = segment_edit(self.document.project, *key, request.prompts, answer.reply)
        if edit is not None and step is not None:
            self.document.extend(step, edit)

    # -- helpers -------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Let the engine look ahead at where the next click may fall."""
        near = (self.playhead, self.playhead + 1, self.playhead - 1)
        self.worker.prepare([f for f in near if 0 <= f < len(self.source)])

    def _ask(self, request: SegmentRequest, step: Step | None) -> None:
        self._waiting[request.frame, request.object_id] = (request, step)
        if not self._busy_timer.isActive():
            self._busy_timer.start()
        self.worker.segment(request)

    def _after_history(self, changes: Changes) -> None:
        """Ask again for masks that undo or redo left without an answer; keep a valid selection."""
        self._keep_selection_valid()
        self._drop_stale()
        self._ask_unanswered(changes.prompts)

    def _ask_unanswered(self, keys: Iterable[FrameObject]) -> None:
        """Ask for the masks of prompts that have none, those near the playhead first."""
        project = self.document.project
        unanswered = []
        for key in keys:
            record = project.masks.get(*key)
            own = (Provenance.PROMPTED, Provenance.IMPORTED, Provenance.EDITED)
            answered = record is not None and record.provenance in own
            if key in project.prompts and not answered:
                unanswered.append(key)
        unanswered.sort(key=lambda key: abs(key[0] - self.playhead))
        for key in reversed(unanswered[:ANSWERED_AT_ONCE]):  # the worker takes the newest first
            self._ask(SegmentRequest(*key, project.prompts[key]), self.document.history.last)

    def _drop_stale(self) -> None:
        """Wait no more for answers to prompts that have changed or gone since they were asked."""
        prompts = self.document.project.prompts
        stale = [
            key for key, (asked, _) in self._waiting.items() if prompts.get(key) != asked.prompts
        ]
        for key in stale:
            del self._waiting[key]
        if stale and not self._waiting:
            self._busy_timer.stop()
            self.busy.emit(False)

    def _wanted(self) -> list[int] | None:
        """Objects that a run takes; None takes all."""
        current = self.current_object
        return [current] if self.only_selected and current is not None else None

    def _keep_selection_valid(self) -> None:
        objects = self.document.project.objects
        if self.current_object is not None and self.current_object not in objects:
            self.select(max(objects, default=None))

    def _last_label(self) -> str:
        objects = self.document.project.objects
        current = self.current_object
        if current is not None:
            return objects[current].label
        return objects[max(objects)].label if objects else settings_values.load().first_label
