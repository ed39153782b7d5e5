"""The workbench: opens videos and projects and closes them, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication, QDialog

from vostool.gui.engine.worker import EngineWorker
from vostool.gui.session.label_memory import begin_with_labels
from vostool.gui.settings import preferences
from vostool.gui.threads import collector
from vostool.gui.threads.background import Background
from vostool.gui.threads.left import wait_for_left
from vostool.gui.threads.timers import single_shot
from vostool.gui.widgets import dialogs
from vostool.gui.window.beside import Beside
from vostool.gui.window.engine_choice import EngineChoice
from vostool.gui.window.leaving import Leaving
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.neighbours import Doorbell, bring_to_front
from vostool.gui.window.start.opening import Opened, OpenElsewhere, SourceWanted, opening
from vostool.gui.window.start.recent import recent_paths
from vostool.gui.window.workspace import Workspace
from vostool.words import mark, shortened, tr

OPEN_FIRST = mark("Open a video (Ctrl+O) or a folder of images (Ctrl+U), or drop one here.")
CLOSE_MS = 100
"""What a thread is given to end before the window goes without it."""
DIALOG_MS = 50
"""Between two looks at a dialog that has to stop its work before it closes."""
FORGET_AFTER_MS = 2_000
"""After a video was closed; by then the next one is on the screen, where there is one."""


class WorkspaceViews(Protocol):
    """What shows one workspace in the window."""

    def show(self) -> Iterator[None]:
        """Fill the window piece by piece; the event loop runs in between."""
        ...

    def remind(self) -> None:
        """Offer what was left undone when the video was closed or the process ended."""
        ...

    def close(self) -> None:
        """Follow the workspace no more, and show that nothing is open."""
        ...


class Workbench(QObject):
    """Owns the window, the engine's thread and at most one workspace.

    Args:
        engine: which engine the worker uses.
        make_views: what shows a workspace that was opened.

    Signals:
        opened(Workspace): a video is open and all views show it.
        left(Workspace): it is about to be stored for the last time.
        ended: a wish to quit came through: everything is stored and given back.

    Attributes:
        workspace: what is open; None while nothing is, or while it is still being shown.
        place: the video, folder or project that was asked for last.
        beside: long work that goes on whatever is open, asked about before quitting.
    """

    opened = pyqtSignal(object)
    left = pyqtSignal(object)
    ended = pyqtSignal()

    def __init__(
        self,
        window: MainWindow,
        worker: EngineWorker,
        engine: EngineChoice,
        make_views: Callable[[Workspace], WorkspaceViews],
    ) -> None:
        super().__init__()
        self.window, self.worker, self.engine = window, worker, engine
        self.workspace: Workspace | None = None
        self.place = Path()
        self._make_views = make_views
        self._views: WorkspaceViews | None = None
        self._opening: Background | None = None
        self._left_openings: dict[Background, Path] = {}
        self._next_opening: tuple[Path, Path | None] | None = None
        self._arrival: Iterator[None] | None = None
        self._arrivals = QTimer(self)
        self._arrivals.setInterval(0)
        self._arrivals.timeout.connect(self._arrive_on)
        self._forget = single_shot(self, FORGET_AFTER_MS, collector.forget_closed)
        window.canvas.show_message(tr(OPEN_FIRST))
        window.start_page.show_recent(recent_paths())
        window.path_chosen.connect(self.open_path)
        self.leaving = Leaving(window, self.left.emit)
        self.beside = Beside(window)
        self._doorbell = Doorbell(window)
        window.closing.connect(self.quit)

    def show(self) -> None:
        """Show the window, where it was the last time."""
        if preferences.restore_window(self.window):
            self.window.dock_sizes.take(*preferences.dock_sizes())
        else:
            self.window.resize(1280, 800)
        self.window.show()
        if left_out := preferences.what_was_left_out():
            self.report(left_out)
        self.window.start_page.buttons["open"].setFocus()  # and no tool that needs a video

    def report(self, sentence: str) -> None:
        """One sentence for the person, without stopping them."""
        self.window.show_hint(sentence)

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

    def close_workspace(self) -> None:
        """Store what is open and let go of it."""
        self._finish_arrival()
        workspace, self.workspace = self.workspace, None
        if workspace is None:
            return
        self._doorbell.listen(None)
        self.left.emit(workspace)
        if self._views is not None:
            self._views.close()
        self._views = None
        workspace.close()
        self._forget.start()
        self.window.start_page.show_recent(recent_paths())
        self.window.start_page.show()

    def quit(self) -> None:
        """Close the window as soon as what goes on is settled and everything is stored."""
        busy = self.leaving.busy or self.beside.busy
        if not busy and self._closes_dialog(self.quit):
            return
        self._stop_opening()
        self._finish_arrival()
        self.beside.leave(partial(self._leave, asks=True))

    def stop(self) -> None:
        """As :meth:`quit`, but a run is stopped without a question, for Ctrl+C in a terminal.

        Nobody may be looking at the window, or it was hidden until its run is done. What the run
        has tracked is kept, and the rest is offered when the project is opened again.
        """
        busy = self.leaving.busy or self.beside.busy
        if self.leaving.stopping or (not busy and self._closes_dialog(self.stop)):
            return
        self._stop_opening()
        self._finish_arrival()
        self.beside.leave(partial(self._leave, asks=False), asks=False)

    def _leave(self, *, asks: bool) -> None:
        """Nothing goes on beside the video any more."""
        self.leaving.leave(self.workspace, self._quit, quits=True, asks=asks)

    def _closes_dialog(self, then: Callable[[], None]) -> bool:
        """Close what lies over the window, as its own button does; ``then`` is called after that.

        A person cannot reach the window below, but Ctrl+C in a terminal and a session's end do.
        """
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog):
            return False
        dialog.close()  # one that writes stops first, and is asked again
        QTimer.singleShot(DIALOG_MS if dialog.isVisible() else 0, then)
        return True

    def _quit(self) -> None:
        preferences.remember_window(self.window)
        preferences.remember_dock_sizes(*self.window.dock_sizes.dragged)
        self.close()
        self.ended.emit()

    def close(self) -> None:
        """Stop everything at once, with what is done stored; :meth:`quit` asks first."""
        self.leaving.drop()
        self.beside.close()
        self.window.may_close = True
        self.window.close()
        self._stop_opening()
        self.close_workspace()
        self._forget.stop()
        self.engine.close()
        self.worker.shut_down()
        wait_for_left(CLOSE_MS)

    # -- how opening goes ----------------------------------------------------------------------

    def _reopen(self, place: Path, source_path: Path | None) -> None:
        self.close_workspace()
        self._begin_opening(place, source_path)

    def _begin_opening(self, place: Path, source_path: Path | None) -> None:
        if place in self._left_openings.values():
            # It may hold the same project, and gives it back when it has ended.
            self._next_opening = (place, source_path)
            return
        job = Background(opening(place, source_path))
        self._opening = job
        self.place = place
        job.progressed.connect(self.window.status.show_opening)
        job.succeeded.connect(self._opening_succeeded)
        job.failed.connect(self._open_failed)
        job.finished.connect(self._opening_ended)
        self.window.notice.dismiss()
        self.window.status.activity.begin(
            "opening", tr("Opening {place_name}", place_name=shortened(place.name, 40))
        )
        job.start()

    def _stop_opening(self) -> None:
        """Open nothing any more; what the thread still brings is given back when it comes."""
        if self._opening is not None:
            job, self._opening = self._opening, None
            job.cancel()
            self._left_openings[job] = self.place
            self._hide_opening()
        self._next_opening = None

    def _opening_succeeded(self, result: object) -> None:
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
        if isinstance(result, OpenElsewhere):
            self._say_open_elsewhere(result)
            return
        assert isinstance(result, Opened)
        self.leaving.leave(self.workspace, partial(self._begin_arrival, result), result.close)

    def _say_open_elsewhere(self, result: OpenElsewhere) -> None:
        """The window that has it comes to the front; what is open here stays."""
        if bring_to_front(result.project_path):
            more = tr("That window is in front now.")
        else:
            more = tr("Close it there first, so that two do not write to one project.")
        self.window.show_problem(tr("Open elsewhere"), f"{result.sentence} {more}")

    def _open_failed(self, sentence: str) -> None:
        if self.sender() is not self._opening:
            return  # of an opening that was left: nobody waits for it any more
        self._opening = None
        self.window.show_problem(
            tr("This cannot be opened"), sentence, tr("Place: {place}", place=self.place)
        )

    def _opening_ended(self) -> None:
        job = self.sender()
        if isinstance(job, Background) and job in self._left_openings:
            del self._left_openings[job]
            wish, self._next_opening = self._next_opening, None
            if wish is not None:
                self._begin_opening(*wish)
        elif self._opening is None:
            self._hide_opening()

    def _hide_opening(self) -> None:
        self.window.status.opening_bar.hide()
        self.window.status.activity.end("opening")

    # -- what was opened arrives in the window -------------------------------------------------

    def _begin_arrival(self, result: Opened) -> None:
        self.close_workspace()
        self._arrival = self._arrive(result)
        self._arrivals.start()

    def _arrive(self, result: Opened) -> Iterator[None]:
        """Show what was opened, piece by piece, so that the event loop goes on in between."""
        workspace = Workspace(result, self.window.canvas, self.worker)
        begin_with_labels(workspace.document)
        yield
        self._views = self._make_views(workspace)
        yield from self._views.show()
        self.workspace = workspace
        self.opened.emit(workspace)
        self.window.start_page.hide()
        self.window.canvas.setFocus()  # not the button that the start page leaves behind
        info = result.source.info
        summary = tr(
            "{frame_count} frames, {width}x{height}, {rate:.5g} a second",
            frame_count=info.frame_count,
            width=info.width,
            height=info.height,
            rate=info.rate,
        )
        self.window.show_status(" ".join([*result.notes, summary]), 15000)
        self._doorbell.listen(workspace.storage.place)
        workspace.storage.saved.connect(self._doorbell.listen)
        workspace.session.ask_unanswered()
        self._views.remind()
        if result.unstored:
            self.window.show_problem(tr("Nothing is stored"), result.unstored)

    def _arrive_on(self) -> None:
        if self._arrival is not None and next(self._arrival, self) is self:
            self._arrival = None
            self._arrivals.stop()

    def _finish_arrival(self) -> None:
        """Take the pieces that are left of what was opened all at once."""
        while self._arrival is not None:
            self._arrive_on()
