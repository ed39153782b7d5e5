"""Keeps what the window shows of track runs in step: bar, timeline, following, queue and card."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import QObject

from vostool.gui.canvas.tools.events import Phase, PointerEvent
from vostool.gui.settings import preferences
from vostool.gui.timeline.run_mark import RunMark
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.workspace import Workspace
from vostool.project.project_labels import shown_label
from vostool.runs.gaps import gap_words
from vostool.runs.parts import RunProgress, RunSummary
from vostool.words import tr

MOST_GAPS = 2
"""Objects with gaps that the card names one by one."""


class RunView(QObject):
    """The connections between one window and the runs of one workspace."""

    def __init__(self, window: MainWindow, workspace: Workspace) -> None:
        super().__init__()
        self._window, self._workspace = window, workspace
        self._ended: list[RunSummary] = []
        session, review = workspace.session, workspace.review
        self._following = workspace.following
        self._following.wanted = preferences.follows_runs()
        self._connections = (
            (session.run_progressed, self._progressed),
            (session.run_ended, self._run_ended),
            (session.runs.queue_changed, self._show_queue),
            (session.runs.finished, self._finished),
            (self._following.changed, self._show_following),
            (review.changed, self._show_left),
            (review.settled, self._show_left),
            (workspace.document.history_changed, self._forget_undone),
            (window.canvas.pointer.acted, self._acted),
            (window.run_card.closed, self._close_card),
            (window.run_card.review_wanted, self._review),
        )
        for signal, slot in self._connections:
            signal.connect(slot)
        self._show_following()

    def close(self) -> None:
        """Follow the workspace no more, and show that nothing runs."""
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._following.leave()
        self._close_card()
        self._window.run_bar.finish()
        self._window.status.activity.end("run")

    def _progressed(self, progress: RunProgress) -> None:
        self._window.run_bar.show_progress(progress)
        self._window.timeline.content.show_run(RunMark.of(progress))
        what = tr("Tracking paused at") if progress.paused else tr("Tracking")
        if progress.stopping:
            what = tr("Stopping the run at")
        self._window.status.activity.begin("run", f"{what} {progress.place}")

    def _run_ended(self, summary: str) -> None:
        self._window.run_bar.finish()
        self._window.timeline.content.show_run(None)
        self._window.status.activity.end("run")
        self._window.show_status(summary)
        self._show_following()

    def _show_queue(self) -> None:
        runs, project = self._workspace.session.runs, self._workspace.document.project
        self._window.run_bar.queue.show_waiting(
            [(run.said(project), partial(runs.drop, run)) for run in runs.waiting]
        )

    def _show_following(self, _on: bool = False) -> None:
        goes = self._workspace.session.is_tracking
        checked = self._following.on if goes else self._following.wanted
        self._window.actions_by_id["follow_run"].setChecked(checked)

    def _acted(self, event: PointerEvent) -> None:
        if event.phase is Phase.PRESS:
            self._following.leave()

    # -- the card ------------------------------------------------------------------------------

    def _finished(self, summary: RunSummary) -> None:
        if summary.watched and summary.frames:
            self._ended.append(summary)
            self._show_card()

    def _show_card(self) -> None:
        ids = self._ended[-1].objects if self._ended else ()
        left_open = gap_words(self._workspace.document.project, ids, self._name)
        if len(left_open) > MOST_GAPS:
            left_open = [
                tr(
                    "{count} objects have frames between that are not tracked yet.",
                    count=len(left_open),
                )
            ]
        self._window.run_card.show_runs(self._ended, self._name, left_open)
        self._show_left()

    def _show_left(self) -> None:
        queue = self._workspace.review.queue
        if self._ended:
            self._window.run_card.show_left(queue.count, queue.pending > 0)

    def _forget_undone(self) -> None:
        holds = self._workspace.document.history.holds
        left = [run for run in self._ended if run.step is not None and holds(run.step)]
        if len(left) != len(self._ended):
            self._ended = left
            self._show_card()

    def _close_card(self) -> None:
        self._ended.clear()
        self._window.run_card.show_runs((), self._name)

    def _review(self) -> None:
        self._close_card()
        self._workspace.review.next()

    def _name(self, object_id: int) -> str:
        project = self._workspace.document.project
        shown = project.objects.get(object_id)
        label = f" ({shown_label(project, shown)})" if shown is not None else ""
        return tr("Object {object_id}{label}", object_id=object_id, label=label)
