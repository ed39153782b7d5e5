"""What has to be settled before a video is closed: a run that goes, and edits not stored yet.

Closing, quitting and opening another video all come here. Nothing is closed before the run's fate
is decided and everything is on the disk, or the person has said that it may be lost.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMessageBox, QPushButton

from vostool.gui.threads.timers import single_shot
from vostool.gui.widgets import dialogs
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.workspace import Workspace
from vostool.io.project.file import SUFFIX
from vostool.words import tr, trn

Role = QMessageBox.ButtonRole
STOP_MS = 3000
"""What an engine is given to come back from the frame in work when its run is stopped."""


@dataclass
class _Wish:
    """What is to be done once the workspace may be closed.

    Attributes:
        then: does it; the workspace is still open.
        stayed: told where the person stays instead.
        quits: the window closes, so that a run may go on without it.
        asks: a run that goes is asked about, and not stopped at once.
    """

    workspace: Workspace
    then: Callable[[], None]
    stayed: Callable[[], None]
    quits: bool
    asks: bool


class Leaving(QObject):
    """Settles one wish to leave at a time; a newer one takes the place of one that still asks.

    Args:
        told: called with a workspace before it is stored.
    """

    def __init__(self, window: MainWindow, told: Callable[[Workspace], None]) -> None:
        super().__init__()
        self._window, self._told = window, told
        self._wish: _Wish | None = None
        self._box: QMessageBox | None = None
        self._patience = single_shot(self, STOP_MS, self._run_hangs)

    @property
    def busy(self) -> bool:
        """True while a wish to leave is being settled."""
        return self._wish is not None

    @property
    def stopping(self) -> bool:
        """True while the window closes without asking about a run."""
        return self._wish is not None and not self._wish.asks

    def leave(
        self,
        workspace: Workspace | None,
        then: Callable[[], None],
        stayed: Callable[[], None] = lambda: None,
        *,
        quits: bool = False,
        asks: bool = True,
    ) -> None:
        """Call ``then`` as soon as the workspace may be closed, else ``stayed``.

        Args:
            quits: the window closes.
            asks: what becomes of a run that goes is asked; else it stops, and what is done is kept.
        """
        self._drop_box()
        old, self._wish = self._wish, None
        if old is not None:
            self._let_go(old)
            old.stayed()
        if workspace is None:
            then()
            return
        self._wish = _Wish(workspace, then, stayed, quits, asks)
        workspace.storage.finished.connect(self._stored)
        if not asks:
            self._stop_run()
        elif workspace.session.is_tracking:
            self._ask_about_run(workspace)
        else:
            self._store()

    def drop(self) -> None:
        """Settle nothing any more, such as when the program ends by force."""
        self._drop_box()
        if self._wish is not None:
            self._let_go(self._wish)
            self._wish = None

    # -- a run that goes -----------------------------------------------------------------------

    def _ask_about_run(self, workspace: Workspace) -> None:
        assert self._wish is not None
        progress = workspace.session.runs.progress
        far = tr("it is at {place}", place=progress.place) if progress else tr("it has begun")
        more = len(workspace.session.runs.waiting)
        if more:
            far += trn(", and {n:,} run waits", ", and {n:,} runs wait", more)
        box = self._new_box(
            tr("A track run is going on"), tr("A track run is going on: {far}.", far=far)
        )
        later = box.addButton(
            tr("Close when it is done") if self._wish.quits else tr("Open when it is done"),
            Role.AcceptRole,
        )
        now = box.addButton(tr("Stop it and keep what is done"), Role.AcceptRole)
        stay = box.addButton(tr("Stay"), Role.RejectRole)
        self._ask(box, stay, {later: self._wait_for_run, now: self._stop_run, stay: self._stay})

    def _wait_for_run(self) -> None:
        assert self._wish is not None
        session = self._wish.workspace.session
        if not session.is_tracking:
            self._store()
            return
        session.run_ended.connect(self._run_ended)
        if self._wish.quits:
            self._window.hide()
        else:
            self._window.show_status(tr("The next video is opened when the run is done."), 15000)

    def _stop_run(self) -> None:
        assert self._wish is not None
        workspace = self._wish.workspace
        if workspace.session.is_tracking:
            workspace.session.run_ended.connect(self._run_ended)
            self._window.show_status(tr("Stopping…"))
            self._patience.start()
            workspace.session.runs.leave()
        else:
            self._store()

    def _run_ended(self, _text: str) -> None:
        if self._wish is not None and not self._wish.workspace.session.runs.goes_on:
            self._forget_run(self._wish)
            self._store()

    def _run_hangs(self) -> None:
        """The engine does not come back from the frame in work; what was tracked is kept."""
        if self._wish is not None:
            self._forget_run(self._wish)
            self._store()

    def _forget_run(self, wish: _Wish) -> None:
        self._patience.stop()
        with contextlib.suppress(TypeError):  # where it was not waited for
            wish.workspace.session.run_ended.disconnect(self._run_ended)

    # -- edits on their way to the disk --------------------------------------------------------

    def _store(self) -> None:
        wish = self._wish
        if wish is None:
            return

        def store() -> None:
            if self._wish is wish:
                wish.workspace.settle()
                self._told(wish.workspace)
                wish.workspace.storage.finish()

        if wish.workspace.is_busy:
            self._window.show_status(tr("Storing what you did…"), 15000)
        wish.workspace.mask_editor.when_idle(store)

    def _stored(self, sentence: str | None) -> None:
        wish = self._wish
        if wish is None:
            return
        if sentence is not None:
            self._ask_about_edits(sentence)
            return
        self._wish = None
        self._let_go(wish)
        wish.then()

    def _ask_about_edits(self, sentence: str) -> None:
        if not self._window.isVisible():
            self._window.show()  # a run that went on without it cannot be stored
        box = self._new_box(
            tr("What you did last is not stored"),
            tr("What you did last is not stored. {sentence}", sentence=sentence),
        )
        again = box.addButton(tr("Try again"), Role.AcceptRole)
        elsewhere = box.addButton(tr("Save elsewhere…"), Role.AcceptRole)
        lose = box.addButton(tr("Lose these edits"), Role.DestructiveRole)
        stay = box.addButton(tr("Stay"), Role.RejectRole)
        self._ask(
            box, stay,
            {again: self._store, elsewhere: self._elsewhere, lose: self._lose, stay: self._stay},
        )  # fmt: skip

    def _elsewhere(self) -> None:
        wish = self._wish
        if wish is None:
            return
        storage = wish.workspace.storage
        source = wish.workspace.document.project.source.path
        path = dialogs.ask_project_name(self._window, storage.path or source.with_suffix(SUFFIX))
        if path is not None:
            storage.save_as(path)
        storage.finish()  # and asks again where that was not stored either

    def _lose(self) -> None:
        wish, self._wish = self._wish, None
        if wish is not None:
            self._let_go(wish)
            wish.then()

    # -- asking --------------------------------------------------------------------------------

    def _stay(self) -> None:
        wish, self._wish = self._wish, None
        if wish is not None:
            self._let_go(wish)
            wish.stayed()

    def _new_box(self, title: str, text: str) -> QMessageBox:
        self._drop_box()
        return QMessageBox(QMessageBox.Icon.Question, title, text, parent=self._window)

    def _ask(
        self,
        box: QMessageBox,
        stay: QPushButton | None,
        answers: dict[QPushButton | None, Callable[[], None]],
    ) -> None:
        """Show the box without stopping the program: runs and saving go on under it."""

        def answered() -> None:
            clicked = box.clickedButton()
            self._drop_box()
            next((do for button, do in answers.items() if button is clicked), self._stay)()

        self._box = box
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.finished.connect(answered)
        box.open()

    def _drop_box(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            box.finished.disconnect()
            box.close()
            box.deleteLater()

    def _let_go(self, wish: _Wish) -> None:
        wish.workspace.storage.finished.disconnect(self._stored)
        self._forget_run(wish)
