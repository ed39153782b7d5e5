"""The workbench: opens and closes workspaces, and asks for what a person has to choose."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, QThread, QTimer

from vostool.gui.canvas.gestures import Gestures
from vostool.gui.engine.worker import EngineWorker
from vostool.gui.export.dialog import ExportDialog
from vostool.gui.export.places import open_project_row
from vostool.gui.imports.dialog import ImportDialog
from vostool.gui.session import collector
from vostool.gui.session.label_memory import begin_with_labels
from vostool.gui.settings import preferences
from vostool.gui.threads.background import Background
from vostool.gui.threads.left import leave_to_end, wait_for_left
from vostool.gui.widgets import dialogs
from vostool.gui.window import program
from vostool.gui.window.drops import Drops
from vostool.gui.window.engine_choice import EngineChoice
from vostool.gui.window.handlers.table import make_handlers
from vostool.gui.window.leaving import Leaving
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.opening import Opened, SourceWanted, opening
from vostool.gui.window.recent import recent_paths
from vostool.gui.window.tour import Tour
from vostool.gui.window.views import Views
from vostool.gui.window.workspace import Workspace
from vostool.io.project.file import SUFFIX

OPEN_FIRST = "Open a video (Ctrl+O) or a folder of images (Ctrl+U), or drop one here."
LABELS_NEED_VIDEO = "Open the video first, then import its labels."
CLOSE_MS = 100
"""What a thread is given to end before the window goes without it."""
FORGET_AFTER_MS = 2_000
"""After a video was closed; by then the next one is on the screen, or nobody waits."""


class Workbench(QObject):
    """Owns the window, the engine's thread and at most one workspace."""

    def __init__(self) -> None:
        super().__init__()
        self.workspace: Workspace | None = None
        self.window = MainWindow(make_handlers(self))
        self.worker = EngineWorker()
        self.engine = EngineChoice(self.worker, self.window)
        self._views: Views | None = None
        self._gestures: Gestures | None = None
        self._opening: Background | None = None
        self._left_opening: Background | None = None
        self._next_opening: tuple[Path, Path | None] | None = None
        self._place = Path()
        self._arrival: Iterator[None] | None = None
        self._arrivals = QTimer(self)
        self._arrivals.setInterval(0)
        self._arrivals.timeout.connect(self._arrive_on)
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.setInterval(FORGET_AFTER_MS)
        self._forget.timeout.connect(collector.forget_closed)
        self.tour = Tour(self)
        self.window.canvas.show_message(OPEN_FIRST)
        self.window.start_page.show_recent(recent_paths())
        self.drops = Drops(self)
        self.window.paths_dropped.connect(self.drops.take)
        self.window.path_chosen.connect(self.open_path)
        program.use_stored_keys(self.window)
        self.leaving = Leaving(self.window)
        self.window.closing.connect(self.quit)
        self.worker.start(QThread.Priority.LowPriority)
        self.engine.use_default()

    def show(self) -> None:
        """Show the window, where it was the last time."""
        if not preferences.restore_window(self.window):
            self.window.resize(1280, 800)
        self.window.show()
        self.window.start_page.buttons["open"].setFocus()  # and no tool that needs a video

    def report(self, sentence: str) -> None:
        """One sentence for the person, without stopping them."""
        self.window.show_hint(sentence)

    # -- opening and closing -------------------------------------------------------------------

    def open_path(self, path: str | Path, source_path: Path | None = None) -> None:
        """Open a video, a folder or a project; what is open stays until that has worked.

        Args:
            source_path: where the project's video lies now, when it was moved.
        """
        self._stop_opening()
        self._finish_arrival()
        place = Path(path).absolute()
        # One process can hold a project once, so the same one is let go before it is opened again.
        if self.workspace is not None and self.workspace.is_of(place):
            self.leaving.leave(self.workspace, partial(self._reopen, place, source_path))
            return
        self._begin_opening(place, source_path)

    def _reopen(self, place: Path, source_path: Path | None) -> None:
        self.close_workspace()
        self._begin_opening(place, source_path)

    def _begin_opening(self, place: Path, source_path: Path | None) -> None:
        if self._left_opening is not None:
            # It may hold the same project, and gives it back when it has ended.
            self._next_opening = (place, source_path)
            return
        job = Background(opening(place, source_path), self)
        self._opening = job
        self._place = place
        job.progressed.connect(self._opening_progressed)
        job.succeeded.connect(self._opened)
        job.failed.connect(self._open_failed)
        job.finished.connect(self._opening_ended)
        self.window.notice.dismiss()
        self.window.activity.begin("opening", f"Opening {place.name}")
        job.start()

    def quit(self) -> None:
        """Close the window as soon as what goes on is settled and everything is stored."""
        self._stop_opening()
        self._finish_arrival()
        self.leaving.leave(self.workspace, self._quit, quits=True)

    def _quit(self) -> None:
        preferences.remember_window(self.window)
        self.close()

    def close(self) -> None:
        """Stop everything at once, with what is done stored; :meth:`quit` asks first."""
        self.leaving.drop()
        self.window.may_close = True
        self.window.close()
        self._stop_opening()
        self.close_workspace()
        self._forget.stop()
        self.engine.close()
        self.worker.shut_down()
        leave_to_end(self.worker)
        wait_for_left(CLOSE_MS)

    def _stop_opening(self) -> None:
        """Open nothing any more; what the thread still brings is given back when it comes."""
        if self._opening is not None:
            job, self._opening = self._opening, None
            job.cancel()
            leave_to_end(job)
            self._left_opening = job
            self._hide_opening()
        self._next_opening = None

    def _opened(self, result: object) -> None:
        if self.sender() is not self._opening:
            if isinstance(result, Opened):
                result.close()
            return
        self._opening = None
        if isinstance(result, SourceWanted):
            path = dialogs.ask_for_source(self.window, result.sentence)
            if path is not None:
                self.open_path(result.project_path, path)
            return
        assert isinstance(result, Opened)
        self.leaving.leave(self.workspace, partial(self._begin_arrival, result), result.close)

    def _begin_arrival(self, result: Opened) -> None:
        self.close_workspace()
        self._arrival = self._arrive(result)
        self._arrivals.start()

    def _arrive(self, result: Opened) -> Iterator[None]:
        """Show what was opened, piece by piece, so that the event loop goes on in between."""
        workspace = Workspace(result, self.window.canvas, self.worker)
        begin_with_labels(workspace.document)
        workspace.tracking.scope = self.window.scope.value
        workspace.session.solo = self.window.actions_by_id["solo"].isChecked()
        workspace.selection.loop = self.window.actions_by_id["loop"].isChecked()
        yield
        self._views = Views(self.window, workspace)
        yield from self._views.show()
        self._gestures = Gestures(self.window.canvas, workspace)
        self.window.view_side.open(workspace)
        yield
        workspace.display.refresh()  # now that all who look at its first frame are there
        self.workspace = workspace
        self.tour.opened()
        self.window.start_page.hide()
        self.window.canvas.setFocus()  # not the button that the start page leaves behind
        info = result.source.info
        summary = f"{info.frame_count} frames, {info.width}x{info.height}, {info.rate:.5g} a second"
        self.window.show_status(" ".join([*result.notes, summary]), 15000)
        self.drops.opened(self._place)

    def _arrive_on(self) -> None:
        if self._arrival is not None and next(self._arrival, self) is self:
            self._arrival = None
            self._arrivals.stop()

    def _finish_arrival(self) -> None:
        """Whoever cannot wait for the pieces of what was opened takes them all at once."""
        while self._arrival is not None:
            self._arrive_on()

    def _open_failed(self, sentence: str) -> None:
        self._opening = None
        self.window.show_problem("This cannot be opened", sentence, f"Place: {self._place}")

    def _opening_ended(self) -> None:
        if self.sender() is self._left_opening:
            self._left_opening = None
            if self._next_opening is not None:
                self._begin_opening(*self._next_opening)
        elif self._opening is None:
            self._hide_opening()

    def _hide_opening(self) -> None:
        self.window.opening_bar.hide()
        self.window.activity.end("opening")

    def _opening_progressed(self, done: int, total: int, what: str) -> None:
        bar = self.window.opening_bar
        bar.setRange(0, 1000 if total else 0)
        bar.setValue(int(1000 * done / total) if total else 0)
        bar.setFormat(what or "%p%")
        bar.show()

    def close_workspace(self) -> None:
        """Store what is open and let go of it."""
        self._finish_arrival()
        workspace, self.workspace = self.workspace, None
        if workspace is None:
            return
        if self._gestures is not None and self._views is not None:
            self._gestures.close()
            self._views.close()
        self._gestures = self._views = None
        self.window.view_side.close()
        workspace.close()
        self._forget.start()
        self.window.start_page.show_recent(recent_paths())
        self.window.start_page.show()

    # -- what the person asks for --------------------------------------------------------------

    def ask_open(self) -> None:
        """Ask for a video or a project and open it."""
        path = dialogs.ask_for_file(self.window)
        if path is not None:
            self.open_path(path)

    def ask_open_folder(self) -> None:
        """Ask for a folder of images and open it."""
        path = dialogs.ask_for_folder(self.window)
        if path is not None:
            self.open_path(path)

    def save(self) -> None:
        """Write what waits; ask for a name first where there is none."""
        if self.workspace is None:
            return
        if not self.workspace.storage.save():
            self.save_as()

    def save_as(self) -> None:
        """Ask for a project file and store everything there from now on."""
        if self.workspace is None:
            return
        source = self.workspace.document.project.source.path
        current = self.workspace.storage.path
        path = dialogs.ask_project_name(self.window, current or source.with_suffix(SUFFIX))
        if path is not None:
            self.workspace.storage.save_as(path)

    def ask_import(self) -> None:
        """Ask for a label file and bring it in."""
        path = dialogs.ask_for_labels(self.window) if self.workspace is not None else None
        if path is not None:
            self.import_labels(path)

    def ask_import_folder(self) -> None:
        """Ask for a folder of labels and bring it in."""
        path = dialogs.ask_for_labels_folder(self.window) if self.workspace is not None else None
        if path is not None:
            self.import_labels(path)

    def import_labels(self, path: Path) -> None:
        """Show what a label file brings, apply it as one step, and track from it if wanted."""
        workspace = self.workspace
        if workspace is None:
            self.report(LABELS_NEED_VIDEO)
            return
        if workspace.session.is_tracking:
            self.report("A track run is going on; cancel it with Esc before importing labels.")
            return
        dialog = ImportDialog(workspace.document, workspace.source, path, self.window)
        dialog.exec()
        if dialog.summary is not None:
            workspace.session.take_import(dialog.summary, ask=not dialog.track_wanted)
            if dialog.track_wanted:
                workspace.tracking.imported()
        self.window.canvas.setFocus()  # or the frame's number would take the next keys
        dialog.deleteLater()

    def export(self) -> None:
        """Show the export dialog, with what is labelled now as its first row."""
        workspace = self.workspace
        rows = []
        if workspace is not None:
            path = workspace.storage.path
            rows = [open_project_row(workspace.document, workspace.source, path)]
        dialog = ExportDialog(rows, self.window)
        dialog.exec()
        dialog.deleteLater()  # or its snapshot would stay as long as the window
