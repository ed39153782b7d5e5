"""The session: playhead, current object and jobs. Widgets ask it to act and show what it says."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.errors import PromptError
from vostool.frames import FrameSource
from vostool.gui.engine.worker import EngineWorker
from vostool.gui.session.click_answers import ClickAnswers
from vostool.gui.session.document import Document
from vostool.gui.session.edit_builder import EditBuilder
from vostool.gui.session.label_memory import label_of_last
from vostool.gui.session.track_runs import TrackRuns
from vostool.gui.threads.timers import single_shot
from vostool.io.imports.summary import ImportSummary
from vostool.project import edits
from vostool.project.changes import Changes, Edit
from vostool.project.history import Step
from vostool.project.locks import locked_by, locked_objects, locked_sentence
from vostool.project.prompts import Prompts
from vostool.runs.request import segment_request

RESTS_AFTER_MS = 250
"""A playhead that stays for so long is where the next click may fall."""
FIRST_REST_MS = 1000
"""The same for the first frame, whose window is still being filled."""


class Session(QObject):
    """One opened source: where the person is and what is being computed. GUI thread.

    Signals:
        playhead_moved(int): another frame is current.
        object_selected(object): id of the current object, or None for "the next click makes one".
        object_made(int): a person began an object, with its first prompt, stroke or by command.
        chosen_changed(): other objects are chosen together, see :attr:`chosen`.
        busy(bool): a click waits for its mask, or none does any more.
        run_progressed(RunProgress), run_ended(str): of a track run; the text is for the status bar.
        problem(str): one sentence about something that went wrong.

    Attributes:
        runs: the track runs; :class:`~vostool.gui.session.tracking.Tracking` plans and starts them.
        imported: ids of the objects of the last import, the new ones first.
        solo: True while the canvas shows the current object alone.
        next_label: what a person chose for new objects, or "" for that of the last one.
    """

    playhead_moved = pyqtSignal(int)
    object_selected = pyqtSignal(object)
    object_made = pyqtSignal(int)
    chosen_changed = pyqtSignal()
    busy = pyqtSignal(bool)
    run_progressed = pyqtSignal(object)
    run_ended = pyqtSignal(str)
    problem = pyqtSignal(str)

    def __init__(self, source: FrameSource, document: Document, worker: EngineWorker) -> None:
        super().__init__()
        self.source = source
        self.document = document
        self.worker = worker
        self.playhead = 0
        self.direction = 0
        self.current_object: int | None = next(iter(document.project.objects), None)
        self.clicks = ClickAnswers(document, worker)
        self.clicks.busy.connect(self.busy)
        self.clicks.problem.connect(self.problem)
        self.runs = TrackRuns(document, worker)
        self.runs.progressed.connect(self.run_progressed)
        # A run is made from the answers that stand when it begins.
        self.runs.progressed.connect(self.clicks.stop_recalling)
        self.runs.ended.connect(self._run_ended)
        self.runs.problem.connect(self.problem)
        self.imported: tuple[int, ...] = ()
        self._rest_timer = single_shot(self, RESTS_AFTER_MS, self._prepare)
        self._rest_timer.start(FIRST_REST_MS)
        self._undo_when_ended: Step | None = None
        self.solo = False
        self.next_label = ""
        self._chosen: frozenset[int] = frozenset()
        self.builder = EditBuilder(document, self.do)
        self.builder.problem.connect(self.problem)
        document.settled.connect(self._after_history)
        worker.engine_ready.connect(self._prepare)

    # -- where the person is -------------------------------------------------------------------

    @property
    def chosen(self) -> frozenset[int]:
        """The objects that a command on the chosen ones changes; the current one is among them."""
        current = self.current_object
        if current is None:
            return frozenset()
        # A choice of rows without the current object, which the canvas shows, is not what is meant.
        return self._chosen if current in self._chosen else frozenset((current,))

    def choose(self, object_ids: Iterable[int]) -> None:
        """Several objects are chosen in the list."""
        before = self.chosen
        self._chosen = frozenset(object_ids)
        if self.chosen != before:
            self.chosen_changed.emit()

    def go_to(self, frame: int) -> None:
        """Move the playhead; frames outside the source stop at its ends."""
        frame = min(max(frame, 0), len(self.source) - 1)
        if frame == self.playhead:
            return
        self.direction = 1 if frame > self.playhead else -1
        self.playhead = frame
        self.playhead_moved.emit(frame)
        self._rest_timer.start(RESTS_AFTER_MS)

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
            made = edits.add_object(project, self.label_for_new())
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
        if made is not None:
            self.object_made.emit(object_id)
        self.clicks.ask(segment_request(self.document.project, frame, object_id, prompts), step)

    def ask_unanswered(self) -> None:
        """Ask for the masks of clicks that were not answered when the video was closed."""
        self.clicks.ask_unanswered(self.document.project.prompts, self.playhead)

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
        edit, object_id = edits.add_object(self.document.project, self.label_for_new())
        self.document.do(edit)
        self.select(object_id)
        self.object_made.emit(object_id)

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
        self.clicks.drop_stale()
        # A click whose object became another one before its answer came still waits for one.
        self.clicks.ask_unanswered(edit.prompted, self.playhead)
        return True

    def undo(self) -> None:
        """Take the last step back.

        A run that is this step and still goes is stopped first, and taken back once it has ended:
        nothing goes while it shows as being made.
        """
        step = self.runs.step
        if step is not None and self.document.history.last is step:
            self._undo_when_ended = step
            self.runs.cancel()
        else:
            self._after_history(self.document.undo())

    def redo(self) -> None:
        """Bring the last undone step back."""
        self._after_history(self.document.redo())

    # -- track runs ----------------------------------------------------------------------------

    @property
    def is_tracking(self) -> bool:
        """True while a run goes."""
        return self.runs.going

    def take_import(self, summary: ImportSummary, *, ask: bool) -> None:
        """Go on after an import was applied: select an object of it and show its first frame.

        Args:
            ask: ask the engine for the masks of imported boxes, those near the playhead first.
                False where a run follows, which gives them.
        """
        self.imported = (*summary.new_objects, *summary.matched_objects)
        self.clicks.drop_stale()
        if summary.frames and self.playhead not in summary.frames:
            self.go_to(summary.frames[0])
        if self.current_object is None and self.imported:
            self.select(self.imported[0])
        if not ask:
            return
        prompts = self.document.project.prompts
        wanted = [key for key in prompts if key[1] in self.imported]
        self.clicks.ask_unanswered(wanted, self.playhead)

    def close(self) -> None:
        """Cancel the run and take no more answers."""
        self.worker.engine_ready.disconnect(self._prepare)
        self.clicks.close()
        self._rest_timer.stop()
        self.runs.close()

    def _run_ended(self, said: str) -> None:
        step, self._undo_when_ended = self._undo_when_ended, None
        self.run_ended.emit(said)
        if step is not None and self.document.history.last is step:
            self._after_history(self.document.undo())

    # -- helpers -------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Let the engine look ahead at where the next click may fall."""
        near = (self.playhead, self.playhead + 1, self.playhead - 1)
        self.worker.prepare([f for f in near if 0 <= f < len(self.source)])

    def _after_history(self, changes: Changes) -> None:
        """Ask again for masks that undo or redo left without an answer; keep a valid selection."""
        self._keep_selection_valid()
        self.clicks.drop_stale()
        self.clicks.ask_unanswered(changes.prompts, self.playhead)

    def _keep_selection_valid(self) -> None:
        objects = self.document.project.objects
        if self.current_object is not None and self.current_object not in objects:
            self.select(max(objects, default=None))

    def label_for_new(self) -> str:
        """The label that the next object gets: the chosen one, else that of the current or last."""
        if self.next_label:
            return self.next_label
        return label_of_last(self.document.project, self.current_object)
