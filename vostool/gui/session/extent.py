"""Part or whole: which of the engine's three masks answers the click that was just made."""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.session.session import Session
from vostool.models.engine import SegmentReply, SegmentRequest
from vostool.project import edits
from vostool.project.changes import Changes, FrameObject
from vostool.project.history import Step
from vostool.project.prompts import CHOICES, Prompts
from vostool.words import mark, tr

TITLE = mark("Choose part or whole")
NAMES = (mark("Part"), mark("More"), mark("Whole"))
"""Of the choices, the smallest mask first."""


class Extent(QObject):
    """Switches the mask of a lone click, as long as nothing else is done at another place.

    Attributes:
        place: (frame, object id) of the click, or None where nothing can be chosen.

    Signals:
        changed(): there is another choice, or none any more.
    """

    changed = pyqtSignal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.place: FrameObject | None = None
        self._session = session
        self._best: int | None = None
        self._step: Step | None = None
        session.clicks.answered.connect(self._answered)
        session.object_selected.connect(self._selected)
        session.playhead_moved.connect(self.leave)
        session.run_progressed.connect(self.leave)
        session.document.changed.connect(self._follow)

    @property
    def prompts(self) -> Prompts | None:
        """The click's prompts, while there is something to choose."""
        place = self.place
        found = self._session.document.project.prompts.get(place) if place is not None else None
        return found if found is not None and found.is_lone_click else None

    @property
    def choice(self) -> int | None:
        """Which mask is shown: 0 the smallest to 2 the largest; None where that is not known, or
        where it is none of them.
        """
        prompts = self.prompts
        if prompts is None:
            return None
        return self._best if prompts.choice is None else prompts.choice

    def cycle(self) -> None:
        """Show the next larger mask; after the whole comes the part."""
        now = self.choice
        self.choose(0 if now is None else (now + 1) % CHOICES)

    def choose(self, choice: int) -> None:
        """Show this mask. Choices that follow each other are one undo step."""
        prompts, place = self.prompts, self.place
        if prompts is None or place is None or choice == prompts.choice:
            return
        session = self._session
        wanted = replace(prompts, choice=choice)
        edit = edits.set_prompts(session.document.project, *place, wanted, tr(TITLE))
        step = self._step
        if step is not None and session.document.history.last is step:
            session.document.extend(step, edit)
        else:
            step = self._step = session.document.do(edit)
        learned = session.document.project.learned.get(place[1])
        session.clicks.ask(SegmentRequest(*place, wanted, learned=learned), step)
        self.changed.emit()

    def leave(self, *_: object) -> None:
        """There is nothing to choose."""
        if self.place is not None:
            self.place = self._best = self._step = None
            self.changed.emit()

    def _answered(self, request: SegmentRequest, reply: SegmentReply) -> None:
        place = (request.frame, request.object_id)
        here = (self._session.playhead, self._session.current_object)
        if place != here:
            return
        prompts, info = request.prompts, self._session.worker.info
        chooses = info is not None and info.chooses
        if not chooses or not prompts.is_lone_click or len(prompts.points) != 1:
            self.leave()  # a further click has said what is meant
            return
        if prompts.choice is None:
            self._best = reply.choice
        elif self.place != place:
            self._best = None
        self.place = place
        self.changed.emit()

    def _selected(self, object_id: int | None) -> None:
        if self.place is not None and self.place[1] != object_id:
            self.leave()

    def _follow(self, changes: Changes) -> None:
        if self.place is not None and self.place in changes.prompts:
            if self.prompts is None:
                self.leave()
            else:
                self.changed.emit()
