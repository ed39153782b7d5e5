"""Finding objects in the opened video: what was asked, what is proposed, what is taken of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.errors import Cancelled, VosToolError
from vostool.finders.choice import Choice, usual_choice
from vostool.finders.finder import Finder, Question, Way
from vostool.finders.registry import FINDERS, best_finder, create_finder
from vostool.finders.taking import take
from vostool.gui.engine.finding import FindEnd, FindJob, FrameLook
from vostool.gui.session.found import Found
from vostool.gui.session.proposals import Proposals
from vostool.gui.session.session import Session
from vostool.gui.threads.background import Background
from vostool.masks.colours import Colour
from vostool.progress import Progress
from vostool.project.pending_edit import joined_edits
from vostool.project.phrase_list import declare_phrases, keep_phrases, kept_phrases
from vostool.project.project import Project
from vostool.words import mark, tr

BUSY = mark("Objects are being looked for; cancel that first.")


class Finding(QObject):
    """The candidates of one opened video. GUI thread; finders work on the engine's.

    Signals:
        changed(): other candidates are shown, or one was left out or taken in.
        progressed(float, str): the part that is done, 0..1, and what goes on.
        ended(str): nothing is looked for any more; one sentence, empty where all went well.

    Attributes:
        proposals: what was found, and what of it would be taken.
        asked: what was looked for, in a person's words.
        way: how it was looked for.
    """

    changed = pyqtSignal()
    progressed = pyqtSignal(float, str)
    ended = pyqtSignal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._worker = session, session.worker
        self.proposals = Proposals()
        self.asked, self.way = "", Way.EVERYTHING
        self._choices: dict[Way, Choice] = {}
        self._phrases: tuple[str, ...] = ()
        self._finder: tuple[str, str | None, Finder] | None = None
        self._loading: tuple[Background, threading.Event] | None = None
        self._job: FindJob | None = None
        self._worker.looked.connect(self._take_look)
        self._worker.find_ended.connect(self._end)

    # -- asking --------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """True while a model is loaded or looks."""
        return self._loading is not None or self._job is not None

    def start(
        self, question: Question, frames: Sequence[int], asked: str, name: str | None = None
    ) -> bool:
        """Look for objects; False, with ``ended`` telling why, where that is not possible.

        A question about a part of the frame adds to what is proposed, every other one replaces it.

        Args:
            asked: what is looked for, for people.
            name: of the finder; None takes the best that can be asked this way.
        """
        if self.busy:
            self.ended.emit(tr(BUSY))
            return False
        try:
            name = name or best_finder(question.way).name
        except VosToolError as error:
            self.ended.emit(str(error))
            return False
        if question.within is None:
            self.clear()
        self.asked, self.way, self._phrases = asked, question.way, question.phrases
        self.proposals.choice = self.choice(self.way)
        if question.phrases and kept_phrases(self._project) != question.phrases:
            self._session.document.note(keep_phrases(self._project, question.phrases))
        ask = partial(self._ask, question, tuple(frames))
        if self._finder is not None and self._finder[:2] == (name, self._worker.place.device):
            ask(self._finder[2])
        else:
            self._load(name, ask)
        return True

    def cancel(self) -> None:
        """Look no further; what was found stays."""
        if self._job is not None:
            self._worker.cancel_find(self._job)
            self.progressed.emit(0.0, tr("Stopping…"))
        if self._loading is not None:
            _, given_up = self._loading
            self._loading = None
            given_up.set()
            self.ended.emit(tr("Cancelled."))

    def close(self) -> None:
        """Look for nothing any more, and give the finder's memory back."""
        self._worker.looked.disconnect(self._take_look)
        self._worker.find_ended.disconnect(self._end)
        self.cancel()
        self._worker.free_finder()
        self._finder = None

    # -- what is proposed ----------------------------------------------------------------------

    @property
    def frames(self) -> list[int]:
        """The frames on which something was found."""
        return self.proposals.frames

    def on(self, frame: int) -> Found:
        """All candidates of a frame."""
        return self.proposals.on(frame)

    def shown(self, frame: int) -> tuple[int, ...]:
        """Indices of a frame's candidates that pass the choice."""
        return self.proposals.shown(frame)

    def is_left_out(self, frame: int, index: int) -> bool:
        """True for one that is shown and not taken."""
        return self.proposals.is_left_out(frame, index)

    def wanted(self, frame: int) -> list[int]:
        """Those that would be taken."""
        return self.proposals.wanted(frame)

    def colours(self, frame: int) -> dict[int, Colour]:
        """By index, the colour that each shown candidate of a frame has as an object."""
        session = self._session
        return self.proposals.colours(session.document.project, frame, session.label_for_new())

    def choice(self, way: Way) -> Choice:
        """What is shown of what is found this way: as a person set it last, or as is usual."""
        return self._choices.get(way) or replace(usual_choice(way), ground=False)

    def set_choice(self, choice: Choice, way: Way) -> None:
        """Show others of those that are known, where they were found this way."""
        self._choices[way] = choice
        if way is self.way and choice != self.proposals.choice:
            self.proposals.choice = choice
            self.changed.emit()

    def toggle(self, frame: int, index: int) -> None:
        """Leave a candidate out, or take it in again."""
        self.proposals.toggle(frame, index)
        self.changed.emit()

    def switch(self, frame: int, index: int | None = None) -> None:
        """Show the parts in place of the whole at this candidate, or back; None: everywhere."""
        self.proposals.switch(frame, index)
        self.changed.emit()

    def clear(self) -> None:
        """Propose nothing."""
        self.proposals.clear()
        self.changed.emit()

    def take(self) -> int:
        """Make objects of those that are shown and not left out, as one undo step; how many."""
        session, project = self._session, self._project
        things = self.proposals.things(project)
        if not things:
            return 0
        edit, ids = take(project, things, self.asked, session.label_for_new())
        if self._phrases:
            parts = (declare_phrases(project, self._phrases), edit)
            edit = replace(joined_edits(edit.title, parts), said=edit.said)
        if session.do(edit):
            # All that a person took, however many of them are boxes without a mask.
            session.clicks.ask_unanswered(edit.prompted, session.playhead, however_many=True)
            session.select(ids[0])
            self.clear()
        return len(things)

    @property
    def _project(self) -> Project:
        return self._session.document.project

    # -- how a job goes ------------------------------------------------------------------------

    def _load(self, name: str, ask: partial[None]) -> None:
        """Load in a thread of its own, so that clicks are answered meanwhile."""
        given_up, device = threading.Event(), self._worker.place.device

        def load(_progress: Progress) -> Finder:
            finder = create_finder(name, device)
            if given_up.is_set():
                finder.close()
                raise Cancelled(tr("Cancelled."))
            return finder

        job = Background(load)
        self._loading = (job, given_up)
        job.succeeded.connect(lambda finder: self._loaded(job, (name, device, finder), ask))
        job.failed.connect(lambda sentence: self._not_loaded(job, sentence))
        self.progressed.emit(0.0, tr("Loading {title}…", title=FINDERS[name].title))
        job.start()

    def _loaded(
        self, job: Background, loaded: tuple[str, str | None, Finder], ask: partial[None]
    ) -> None:
        if self._loading is None or self._loading[0] is not job:
            return
        job.wait()
        self._loading = None
        self._finder = loaded
        ask(loaded[2])

    def _not_loaded(self, job: Background, sentence: str) -> None:
        if self._loading is not None and self._loading[0] is job:
            job.wait()
            self._loading = None
            self.ended.emit(sentence)

    def _ask(self, question: Question, frames: tuple[int, ...], finder: Finder) -> None:
        before = {frame: self.on(frame).candidates for frame in frames}
        self._job = FindJob(finder, question, frames, before)
        self.progressed.emit(0.0, tr("Looking…"))
        self._worker.find(self._job)

    def _take_look(self, look: FrameLook) -> None:
        if look.job is not self._job:
            return
        project, frame = self._session.document.project, look.frame
        masks = {oid: record.mask for oid, record in project.masks.at(frame).items()}
        found = Found.of(look, masks)
        self.proposals.put(frame, found)
        many = len(look.job.frames)
        where = (
            tr("frame {frame}, {place} of {many}", frame=frame, place=look.place + 1, many=many)
            if many > 1
            else tr("frame {frame}", frame=frame)
        )
        self.progressed.emit(
            look.done,
            tr("Looking on {where}: {count} found", where=where, count=len(found.candidates)),
        )
        self.changed.emit()

    def _end(self, end: FindEnd) -> None:
        if end.job is not self._job:
            return
        self._job = None
        if end.lost and self._goes_on(end.job):
            return
        self.ended.emit(
            end.problem or (tr("Cancelled; what was found stays.") if end.cancelled else "")
        )

    def _goes_on(self, job: FindJob) -> bool:
        """Ask the same on the CPU where the GPU was lost; False where it is asked there already."""
        if self._finder is None or self._finder[1] == self._worker.place.device:
            return False
        self._load(self._finder[0], partial(self._ask, job.question, job.frames))
        return True
