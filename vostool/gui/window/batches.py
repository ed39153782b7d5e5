"""The batch window of one main window: shown when it is wanted, and what it opens in there."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.batch.window import BatchWindow
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace
from vostool.jobs.reviewing import Place
from vostool.words import tr

ACTIVITY = "batch"


class Batches(QObject):
    """Makes the batch window when it is first wanted; a batch goes on when that is closed.

    Signals:
        over(): a batch has ended.

    Attributes:
        dialog: the batch window; None before it was wanted.
    """

    over = pyqtSignal()

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self.dialog: BatchWindow | None = None
        self._place: Place | None = None
        bench.opened.connect(self._opened)
        bench.beside.add(self)

    def show(self) -> BatchWindow:
        """Bring the batch window to the front."""
        if self.dialog is None:
            self.dialog = self._made()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        return self.dialog

    def open(self, path: Path) -> None:
        """Open a job file in it."""
        self.show().open_file(path)

    # -- work beside the open video ------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """True while a batch goes on."""
        return self.dialog is not None and self.dialog.run.is_running

    @property
    def sentence(self) -> str:
        """How far it is."""
        told = self.dialog.sentence if self.dialog is not None else ""
        return tr("A batch is going on: {told}.", told=told)

    def stop(self) -> None:
        """Stop after the frames in work; what is whole stays."""
        if self.dialog is not None:
            self.dialog.cancel_all()

    def close(self) -> None:
        """The program ends."""
        if self.dialog is not None:
            self.dialog.close_threads()
            self.dialog.close()

    # -- helpers -------------------------------------------------------------------------------

    def _made(self) -> BatchWindow:
        worker, engine, window = self._bench.worker, self._bench.engine, self._bench.window
        made = BatchWindow(
            worker.rests, lambda: worker.place.device, lambda: engine.current, window
        )
        made.project_wanted.connect(self._open_project)
        made.place_wanted.connect(self._open_place)
        made.told.connect(self._show_activity)
        made.over.connect(self._over)
        return made

    def _open_project(self, path: Path) -> None:
        self._place = None
        self._show_window()
        if not self._is_open(path):
            self._bench.open_path(path)

    def _open_place(self, place: Place) -> None:
        """Go to a place of the review, in its project."""
        self._show_window()
        workspace = self._bench.workspace
        if workspace is not None and self._is_open(place.project):
            _go(workspace, place)
        else:
            self._place = place
            self._bench.open_path(place.project)

    def _opened(self, workspace: Workspace) -> None:
        place, self._place = self._place, None
        if place is not None and workspace.is_of(place.project):
            _go(workspace, place)

    def _is_open(self, path: Path) -> bool:
        workspace = self._bench.workspace
        return workspace is not None and workspace.is_of(path)

    def _show_window(self) -> None:
        self._bench.window.raise_()
        self._bench.window.activateWindow()

    def _show_activity(self) -> None:
        if self.dialog is not None and self.dialog.run.is_running:
            told = tr("Batch: {told}", told=self.dialog.sentence)
            self._bench.window.status.activity.begin(ACTIVITY, told)

    def _over(self) -> None:
        self._bench.window.status.activity.end(ACTIVITY)
        self.over.emit()


def _go(workspace: Workspace, place: Place) -> None:
    """Show the mask now, and its stretch of the review as soon as its masks are looked through."""
    session, review = workspace.session, workspace.review
    session.select(place.object_id)
    session.go_to(place.frame)

    def settled() -> None:
        review.settled.disconnect(settled)
        event = review.queue.event_at(place.frame, place.object_id)
        if event is not None:
            review.go_to(event)

    if review.queue.pending:
        review.settled.connect(settled)
    elif (event := review.queue.event_at(place.frame, place.object_id)) is not None:
        review.go_to(event)
