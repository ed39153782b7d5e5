"""Going to any step of the history, one step a turn of the event loop."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from vostool.gui.session.session import Session
from vostool.gui.threads.timers import single_shot
from vostool.project.changes import Edit
from vostool.project.history import Step

TURN_MS = 1


class HistoryWalk(QObject):
    """Undoes or redoes until the wanted step is the last one that is done.

    An edit that is made meanwhile ends it: the person has begun something else.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._wanted: int | None = None
        self._turns = single_shot(self, TURN_MS, self._turn)
        session.document.did.connect(self._did)
        session.run_ended.connect(self._turn)

    @property
    def goes(self) -> bool:
        """True until it is there."""
        return self._wanted is not None

    def go_to(self, done: int) -> None:
        """Let so many steps, from the first on, be done, and the others not."""
        self._wanted = done
        self._turn()

    def _turn(self) -> None:
        session, history = self._session, self._session.document.history
        wanted = self._wanted
        if wanted is None:
            return
        if session.document.is_applying:
            self._turns.start()
            return
        before = history.done
        if before > wanted:
            session.undo()  # of a run that goes: it ends first, and the walk goes on then
        elif before < min(wanted, len(history.steps)):
            session.redo()
        else:
            self._wanted = None
            return
        if history.done != before:
            self._turns.start()

    def _did(self, _step: Step, edit: Edit) -> None:
        self._wanted = None
