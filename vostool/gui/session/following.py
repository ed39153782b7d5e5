"""The canvas goes with the track run, until the person wants to be elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vostool.gui.session.session import Session
from vostool.project.changes import Edit
from vostool.project.history import Step
from vostool.runs.parts import RunSummary

FOLLOW_MS = 60
"""Between two looks at where the run is: more pictures would slow the run down."""
LONGEST_WAIT = 1.0
"""Seconds after which a picture that has not come is waited for no longer."""


class Following(QObject):
    """Moves the playhead to the frame that was tracked last.

    Whatever else moves the playhead, a press on the canvas and an edit end it for the run that
    goes, so that nothing that a person looks at or works on is taken away.

    Args:
        shown: the frame that is on the canvas now; the next one is shown after it has come.

    Signals:
        changed(bool): the canvas follows a run, or does no longer.

    Attributes:
        wanted: runs that a person watches are followed from their begin on.
    """

    changed = pyqtSignal(bool)

    def __init__(self, session: Session, shown: Callable[[], int | None]) -> None:
        super().__init__(session)
        self.wanted = True
        self._session, self._shown = session, shown
        self._on = False
        self._moves = False
        self._moved_at = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(FOLLOW_MS)
        self._timer.timeout.connect(self._go_on)
        session.runs.begun.connect(self._begun)
        session.runs.finished.connect(self._finished)
        session.playhead_moved.connect(self._moved)
        session.document.did.connect(self._did)

    @property
    def on(self) -> bool:
        """True while the canvas follows the run that goes."""
        return self._on

    def want(self, value: bool) -> None:
        """The person's choice, for the run that goes and for later ones."""
        self.wanted = value
        self.follow(value)

    def follow(self, value: bool) -> None:
        """Follow the run that goes, or do no longer; without a run nothing happens."""
        value = value and self._session.is_tracking
        if value == self._on:
            return
        self._on = value
        if value:
            self._timer.start()
            self._go_on()
        else:
            self._timer.stop()
        self.changed.emit(value)

    def leave(self) -> None:
        """The person works where they are."""
        self.follow(False)

    def _begun(self, watched: bool) -> None:
        if self.wanted and watched:
            self.follow(True)

    def _finished(self, summary: RunSummary) -> None:
        if not self._on:
            return
        if not summary.cancelled and summary.last is not None:
            self._go_to(summary.last)
        self.follow(False)

    def _go_on(self) -> None:
        at, here = self._session.runs.at, self._session.playhead
        late = time.monotonic() - self._moved_at > LONGEST_WAIT
        if at is not None and at != here and (late or self._shown() == here):
            self._go_to(at)

    def _go_to(self, frame: int) -> None:
        self._moves = True
        self._moved_at = time.monotonic()
        self._session.go_to(frame)
        self._moves = False

    def _moved(self, _frame: int) -> None:
        if not self._moves:
            self.leave()

    def _did(self, _step: Step, edit: Edit) -> None:
        if edit.changes:  # and not the step that a run begins with
            self.leave()
