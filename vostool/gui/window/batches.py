"""The batch window of one main window: shown when it is wanted, and what it opens in there."""

from __future__ import annotations

from pathlib import Path

from vostool.gui.batch.window import BatchWindow
from vostool.gui.window.beside_dialog import BesideDialog
from vostool.gui.window.workbench import Workbench
from vostool.gui.window.workspace import Workspace
from vostool.jobs.reviewing import Place
from vostool.words import mark


class Batches(BesideDialog[BatchWindow]):
    """The batch window, and the projects and places that are opened from it."""

    ACTIVITY = "batch"
    SHOWN = mark("Batch: {told}")
    GOING = mark("A batch is going on: {told}.")

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._place: Place | None = None
        bench.opened.connect(self._opened)

    def open(self, path: Path) -> None:
        """Open a job file in it."""
        self.show().open_file(path)

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
