"""Sending a job's changes back: what will change, what changed there meanwhile, and the push."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.engine.network_job import NetworkJob
from vostool.gui.session.document import Document
from vostool.io.cvat_server.baseline import Baseline
from vostool.io.cvat_server.connections import session_for
from vostool.io.cvat_server.diff import push_plan
from vostool.io.cvat_server.job import Job
from vostool.io.cvat_server.plan import OnConflict, Plan
from vostool.io.cvat_server.push import begin_edit, carry_out, end_edit
from vostool.progress import Progress
from vostool.words import mark, tr

COLUMNS = (mark("Frame"), mark("In CVAT"), mark("Added"), mark("Replaced"), mark("Removed"))
_SHOWN_CONFLICTS = 6


class CvatPushDialog(QDialog):
    """Modal. Compares with the server when it is shown; sends only after Push was pressed.

    Args:
        store: writes what the document holds to the disk, from any thread.
    """

    def __init__(
        self, document: Document, job: Job, store: Callable[[], object], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Push to CVAT: job {id}", id=job.id))
        self._document, self._job, self._store = document, job, store
        self._plan: Plan | None = None
        self.work = NetworkJob(self)
        self.summary, self.note = QLabel(), QLabel()
        self.table = QTableWidget(0, len(COLUMNS))
        self.conflicts = QGroupBox(tr("The job changed on the server since it was pulled"))
        self.conflict_text = QLabel()
        self.mine = QRadioButton(
            tr("Push mine: where both changed the same object, mine replaces it")
        )
        self.theirs = QRadioButton(
            tr("Keep theirs: leave out the frames that changed on the server")
        )
        self.bar = QProgressBar()
        self.push_button = QPushButton(tr("Push"))
        self.close_button = QPushButton(tr("Close"))
        self._set_up()
        self._lay_out()
        self.compare()

    @property
    def on_conflict(self) -> OnConflict:
        """What the person chose."""
        if self.mine.isChecked():
            return OnConflict.MINE
        return OnConflict.THEIRS if self.theirs.isChecked() else OnConflict.REFUSE

    def compare(self) -> None:
        """Fetch the server's annotations and show what a push would change."""
        if self.work.is_running:
            return
        project, job, chosen = self._document.snapshot(), self._job, self.on_conflict
        known = self._plan.annotations if self._plan is not None else None

        def work(progress: Progress) -> Plan:
            found = known if known is not None else session_for(job.url).annotations(job.id)
            plan = push_plan(project, found, chosen)
            # Worked out here, so that pressing Push does not wait for it.
            progress(len(plan.pending.created), 0)
            return plan

        self.note.setText(tr("Comparing with the server…"))
        self.bar.setRange(0, 0)
        self.work.start(work, self._compared, self._failed)

    def push(self) -> None:
        """Send the plan that is shown."""
        plan = self._plan
        if plan is None or self.work.is_running:
            return
        self._document.note(begin_edit(self._document.project, plan))
        store, url = self._store, self._job.url

        def work(progress: Progress) -> Baseline:
            store()
            return carry_out(session_for(url), plan, progress)

        self.note.setText(tr("Sending…"))
        self.work.start(work, self._pushed, self._push_failed)

    def reject(self) -> None:
        """Stop a push between two requests; close where none goes on."""
        if self.work.is_running and self._plan is not None and self.push_button.isHidden():
            self.note.setText(tr("Stopping after this request…"))
            self.work.cancel()
            return
        self.work.leave()
        super().reject()

    def _compared(self, plan: Plan) -> None:
        self._plan = plan
        rows = list(plan.by_frame().items())
        self.table.setRowCount(len(rows))
        for row, (number, counts) in enumerate(rows):
            for column, value in enumerate((plan.job.index[number], number, *counts.values())):
                item = QTableWidgetItem(str(value) if value or column < 2 else "")
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        counts = plan.counts()
        tracks = (
            tr(", {count} tracks replaced by masks", count=len(plan.tracks)) if plan.tracks else ""
        )
        self.summary.setText(
            tr(
                "{added} shapes added, {replaced} replaced, {removed} removed "
                "on {frames} frames{tracks}.",
                added=counts["added"],
                replaced=counts["replaced"],
                removed=counts["removed"],
                frames=len(rows),
                tracks=tracks,
            )
            if not plan.is_empty
            else tr("The server holds what is here; there is nothing to push.")
        )
        self.note.setText("\n".join(plan.warnings))
        shown = [str(conflict) for conflict in plan.conflicts[:_SHOWN_CONFLICTS]]
        more = len(plan.conflicts) - len(shown)
        self.conflict_text.setText(
            "\n".join([*shown, *([tr("and {more} more", more=more)] if more > 0 else [])])
        )
        self.conflicts.setVisible(bool(plan.conflicts))
        self._update()

    def _pushed(self, baseline: Baseline) -> None:
        plan = self._plan
        assert plan is not None
        self._document.note(end_edit(self._document.project, baseline))
        counts = plan.counts()
        self._plan = None
        self.table.setRowCount(0)
        self.conflicts.hide()
        self.summary.setText(
            tr(
                "Pushed: {added} shapes added, {replaced} replaced, {removed} removed.",
                added=counts["added"],
                replaced=counts["replaced"],
                removed=counts["removed"],
            )
        )
        self.note.setText("")
        self._update()

    def _push_failed(self, sentence: str) -> None:
        self._failed(
            tr(
                "{sentence} Nothing is lost; the next push goes on where this one stopped.",
                sentence=sentence,
            )
        )

    def _failed(self, sentence: str) -> None:
        self._plan = None  # what the server holds now has to be looked at again
        self.table.setRowCount(0)
        self.conflicts.hide()
        self.summary.setText("")
        self.note.setText(sentence)
        self.push_button.setText(tr("Compare again"))
        self._update()

    def _pressed(self) -> None:
        if self._plan is None:
            self.push_button.setText(tr("Push"))
            self.compare()
        else:
            self.push()

    def _decided(self) -> None:
        if self._plan is not None and self._plan.on_conflict is not self.on_conflict:
            self.compare()

    def _progressed(self, done: int, total: int, _what: str) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.bar.setFormat(tr("%v of %m shapes"))

    def _update(self) -> None:
        busy, plan = self.work.is_running, self._plan
        self.bar.setVisible(busy)
        undecided = plan is not None and plan.conflicts and plan.on_conflict is OnConflict.REFUSE
        again = plan is None and self.push_button.text() != tr("Push")
        can = again or (plan is not None and not plan.is_empty and not undecided)
        self.push_button.setEnabled(bool(can) and not busy)
        self.push_button.setHidden(busy)
        self.close_button.setText(tr("Cancel") if busy else tr("Close"))
        for choice in (self.mine, self.theirs):
            choice.setEnabled(not busy)

    def _set_up(self) -> None:
        for label in (self.summary, self.note, self.conflict_text):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table.setHorizontalHeaderLabels(map(tr, COLUMNS))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setAccessibleName(tr("Changes by frame"))
        rows, columns = self.table.verticalHeader(), self.table.horizontalHeader()
        assert rows is not None and columns is not None
        rows.hide()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.conflicts.hide()
        choices = QButtonGroup(self)
        for choice in (self.mine, self.theirs):
            choices.addButton(choice)
        choices.buttonClicked.connect(self._decided)
        self.push_button.clicked.connect(self._pressed)
        self.close_button.clicked.connect(self.reject)
        self.work.progressed.connect(self._progressed)
        self.work.started.connect(self._update)
        self.work.ended.connect(self._update)

    def _lay_out(self) -> None:
        inside = QVBoxLayout(self.conflicts)
        for widget in (self.conflict_text, self.mine, self.theirs):
            inside.addWidget(widget)
        buttons = QDialogButtonBox()
        buttons.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.addButton(self.push_button, QDialogButtonBox.ButtonRole.ActionRole)
        layout = QVBoxLayout(self)
        for part in (self.summary, self.table, self.conflicts, self.note, self.bar, buttons):
            layout.addWidget(part)
        self.push_button.setDefault(True)
        self.resize(560, 520)
