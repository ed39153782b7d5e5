"""Keeps what the window shows of the review queue in step: panel, counts, timeline, notice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, QTimer

from vostool.gui.session.review_work import NOTHING, Review
from vostool.gui.window.main_window import MainWindow
from vostool.gui.window.workspace import Workspace
from vostool.project.changes import Changes
from vostool.project.project_labels import shown_label
from vostool.runs.parts import RunSummary
from vostool.words import counted, tr

MARK_MS = 5
"""Between the marks of one object and of the next on the timeline."""


class ReviewView(QObject):
    """Keeps what the window shows of the queue in step with it."""

    def __init__(self, window: MainWindow, workspace: Workspace) -> None:
        super().__init__()
        self._window, self._workspace = window, workspace
        self._review: Review = workspace.review
        self._panel, self._dock = window.review_dock.panel, window.review_dock
        self._flagged: dict[int, NDArray[np.int64]] = {}
        self._run: RunSummary | None = None
        self._said = ""
        self._said_left = 0
        self._marks = QTimer(self)
        self._marks.setInterval(MARK_MS)
        self._marks.timeout.connect(self._mark_next)
        self._panel.show_review(self._review, workspace.document.project)
        if workspace.source.info.kind != "cvat":  # whose frames cost the network
            self._panel.model.show_pictures_of(workspace.source.clone())
        self._review.changed.connect(self._refresh)
        self._review.went.connect(self._went)
        self._review.settled.connect(self._tell_of_run)
        self._review.done.connect(self._tell_done)
        self._review.said.connect(window.show_status)
        retrack = window.actions_by_id["review_retrack"]
        workspace.retracking.wanted = retrack.isChecked()
        workspace.retracking.began.connect(self._tell_retracking)
        workspace.retracking.stood_alone.connect(self._tell_alone)
        workspace.retracking.lay_outside.connect(self._tell_outside)
        workspace.session.runs.finished.connect(self._run_finished)
        workspace.document.changed.connect(self._follow)
        self._panel.chosen.connect(self._review.go_to)
        self._panel.asked_for.connect(self._ask_for)
        self._refresh()

    def close(self) -> None:
        """Show that nothing is open."""
        self._marks.stop()
        self._workspace.document.changed.disconnect(self._follow)
        self._workspace.session.runs.finished.disconnect(self._run_finished)
        self._review.close()
        self._panel.chosen.disconnect(self._review.go_to)
        self._panel.asked_for.disconnect(self._ask_for)
        self._panel.show_review(None, None)
        self._panel.model.show_pictures_of(None)
        self._dock.show_count(None)

    def _follow(self, changes: Changes) -> None:
        if changes.objects:
            self._panel.show_objects()

    def _refresh(self) -> None:
        self._dock.show_count(self._review.queue.count)
        self._panel.refresh()
        if not self._review.queue.pending:
            self._marks.start()
            if self._review.queue.count != self._said_left:
                self._withdraw()

    def _mark_next(self) -> None:
        """Mark what is flagged of one object; a long video may have very many."""
        for oid, frames in self._review.queue.flagged().items():
            if not np.array_equal(frames, self._flagged.get(oid, ())):
                self._flagged[oid] = frames
                self._window.timeline.set_flagged(oid, frames.tolist())
                return
        self._marks.stop()

    def _went(self) -> None:
        self._withdraw()  # it has been followed
        here = self._review.live
        if here is None or len(here.object_ids) < 2:
            self._workspace.display.compare((), range(0))
        else:
            self._workspace.display.compare(here.object_ids, range(here.first, here.last + 1))
        self._panel.show_current()
        self._dock.reveal()

    def _ask_for(self, only: object, in_time: bool) -> None:
        self._review.ask_for(only, in_time=in_time)  # type: ignore[arg-type]

    def _run_finished(self, summary: RunSummary) -> None:
        self._run = summary
        if not self._review.queue.pending:
            self._tell_of_run()

    def _tell_of_run(self) -> None:
        """Once a run's masks are looked through: what came of one that has no card of its own."""
        summary, self._run = self._run, None
        if summary is None or summary.troubled or summary.watched or summary.begins_again:
            return
        action = self._window.actions_by_id["review_next"]
        key = action.shortcut().toString() or tr("Review > Next")
        text = run_text(summary, self._review.queue.count, key, self._label)
        if text:
            self._said, self._said_left = text, self._review.queue.count
            self._window.show_hint(text)

    def _tell_done(self) -> None:
        masks, kept, dismissed = self._review.queue.answered()
        put_aside = tr(", {masks} dismissed", masks=counted(dismissed, "mask")) if dismissed else ""
        unseen = kept + dismissed < masks
        rest = tr(" The others only passed the automatic checks.") if unseen else ""
        self._window.show_hint(
            tr(
                "Nothing is flagged. {kept} of {masks} are confirmed or yours{put_aside}.",
                kept=kept,
                masks=counted(masks, "mask"),
                put_aside=put_aside,
            )
            + rest
        )
        self._panel.refresh()

    def _tell_retracking(self, frame: int, first: int, last: int) -> None:
        self._window.show_status(
            tr(
                "Tracking frames {first} to {last} again from your correction on frame {frame}.",
                first=first,
                last=last,
                frame=frame,
            )
        )

    def _tell_alone(self, frame: int) -> None:
        self._window.show_status(
            tr(
                "Frame {frame} is corrected; its stretch has no other frame to track again.",
                frame=frame,
            )
        )

    def _tell_outside(self, frame: int) -> None:
        self._window.show_status(
            tr(
                "Frame {frame} lies outside the stretch under review, so only it changes; "
                "Track what was corrected goes on from it.",
                frame=frame,
            )
        )

    def _withdraw(self) -> None:
        """Take back what was said of a run, such as when the run was undone."""
        if self._said and self._window.notice.text.text() == self._said:
            self._window.notice.dismiss()
        self._said = ""

    def _label(self, object_id: int) -> str:
        project = self._workspace.document.project
        shown = project.objects.get(object_id)
        label = f" ({shown_label(project, shown)})" if shown is not None else ""
        return tr("Object {object_id}{label}", object_id=object_id, label=label)


def run_text(summary: RunSummary, left: int, key: str, name: Callable[[int], str]) -> str:
    """What came of a run, and what is left to be done; "" where nothing needs to be said.

    Args:
        left: places in the review queue.
        key: what goes to the next of them.
        name: of an object, by its id.
    """
    if summary.cancelled and not left:
        return ""
    tracked = counted(len(summary.frames), "frame")
    said = [
        tr("Cancelled after {frames}, which stay.", frames=tracked)
        if summary.cancelled
        else tr("Tracked {frames}.", frames=tracked)
    ]
    lost = {oid: len(frames) for oid, frames in summary.empty.items() if frames}
    for oid, frames in lost.items() if len(lost) == 1 else ():
        said.append(
            tr("{name} was not found on {frames}.", name=name(oid), frames=counted(frames, "frame"))
        )
    if len(lost) > 1:
        said.append(tr("{count} objects were not found on some frames.", count=len(lost)))
    said.append(tr("{left} to review: press {key}.", left=left, key=key) if left else tr(NOTHING))
    return " ".join(said)
