"""The batch window: opens a job file, runs its jobs here or on a cluster, shows each of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QEvent, QThread, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PyQt6.QtWidgets import QDialog, QWidget

from vostool.gui.batch.files import SUFFIX, JobFiles, ask_for_job_file
from vostool.gui.batch.layout import BatchWidgets
from vostool.gui.batch.new_jobs import NewJobsDialog
from vostool.gui.batch.pictures import FirstFrames
from vostool.gui.batch.recent import last_scheduler, remember_scheduler
from vostool.gui.batch.rows import OVER, WHOLE, Row, State
from vostool.gui.batch.run import BatchRun
from vostool.gui.threads.timers import single_shot
from vostool.gui.widgets.dropping import dropped_paths
from vostool.jobs.job import JobProgress, JobResult
from vostool.jobs.job_file import Jobs
from vostool.jobs.local import summary_of
from vostool.jobs.store import is_address
from vostool.words import counted, tr

PICTURES_MS = 80
"""After the rows in sight changed: scrolling on asks for others."""


class BatchWindow(QDialog):
    """Stands beside the window; closed while a batch goes on, it only hides.

    Args:
        rests: see :class:`~vostool.gui.batch.run.BatchRun`.
        device: which device the engines use where the job file names none, asked at each start.
        engine: which one the window uses, proposed for new job files.

    Signals:
        project_wanted(Path): to be opened.
        place_wanted(Place): of the review, to be opened there.
        told(): how far the batch is has changed.
        over(): a run has ended.
    """

    project_wanted = pyqtSignal(object)
    place_wanted = pyqtSignal(object)
    told = pyqtSignal()
    over = pyqtSignal()

    def __init__(
        self,
        rests: threading.Event,
        device: Callable[[], str | None],
        engine: Callable[[], str | None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Batch"))
        self.setAcceptDrops(True)
        self.ui = BatchWidgets(self)
        self.run = BatchRun(rests, self)
        self.jobs: Jobs | None = None
        self._device, self._engine = device, engine
        self.files = JobFiles(self)
        self._pictures = FirstFrames()
        self._pictures_soon = single_shot(self, PICTURES_MS, self._ask_for_pictures)
        self._connect()
        address = last_scheduler()
        self.ui.scheduler.setText(address)
        self.ui.where.setCurrentIndex(int(bool(address)))
        self.ui.rows.show_pictures(self._pictures.pictures)
        self.resize(1000, 640)
        self._update()

    # -- a job file ----------------------------------------------------------------------------

    def open_file(self, path: Path) -> None:
        """Read a job file and show what of it is done; a batch that goes on is not disturbed."""
        if self.run.is_running:
            self.ui.say(tr("A batch is going on; cancel it before opening another one."), "bad")
            return
        self.ui.say(tr("Reading {name}…", name=path.name))
        self.files.open(path)

    def new_jobs(self, videos: Sequence[Path]) -> NewJobsDialog | None:
        """Make a job file of videos, and open it; not while a batch goes on."""
        if self.run.is_running:
            return None
        dialog = NewJobsDialog(videos, self._engine(), self)
        dialog.written.connect(self.open_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _loaded(self, path: Path, jobs: Jobs) -> None:
        self.jobs = jobs
        self.ui.file.setText(str(path))
        self._pictures.pictures.clear()
        self.ui.rows.show_jobs(jobs.jobs)
        self.ui.bar.setValue(0)
        self.ui.details.setPlaceholderText(tr("Select a job to read all that is known of it."))
        self.ui.say("")
        self._update()
        self._pictures_soon.start()

    def _looked(self) -> None:
        self._show_share()
        self._update()
        self._show_review()

    # -- a run ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Do what is not done yet, in a thread."""
        if self.jobs is None or self.run.is_running:
            return
        address = self.ui.scheduler.text().strip() if self.ui.on_cluster else ""
        if self.ui.on_cluster and not address:
            self.ui.say(tr("Type the scheduler's address, such as tcp://host:8786."), "bad")
            self.ui.scheduler.setFocus()
            return
        remember_scheduler(address)
        self.files.stop_looking()
        setup = self.jobs.setup
        if not address:
            setup = replace(setup, device=setup.device or self._device())
        self.ui.rows.wait()
        self.ui.say(tr("Connecting to {address}…", address=address) if address else "")
        priorities = {row.job.name: row.priority for row in self.ui.rows.rows}
        self.run.start(self.jobs.jobs, setup, priorities, address)
        self._show_share()
        self._update()

    def cancel_selected(self) -> None:
        """Stop the selected jobs; what is whole stays."""
        for position in self.ui.table.positions():
            if self.ui.rows.cancel(position):
                self.run.cancel(self.ui.rows.rows[position].job.name)
        self._update()

    def stop(self) -> None:
        """Stop after the frame in work; started again, the batch goes on with what is not done."""
        self.run.cancel_all()
        for position, row in enumerate(self.ui.rows.rows):
            if row.state is State.RUNNING:
                self.ui.rows.cancel(position)
        self.ui.cancel_all_button.setEnabled(False)
        self.ui.say(tr("Stopping after the frames in work…"), "attention")

    def do_next(self) -> None:
        """Let the selected jobs be done before all others, in their order."""
        rows, positions = self.ui.rows, self.ui.table.positions()
        highest = rows.highest() + len(positions)
        for place, position in enumerate(positions):
            rows.set_priority(position, highest - place)

    @property
    def sentence(self) -> str:
        """How far the batch is, for those who do not see its window."""
        rows = self.ui.rows.rows
        over = sum(row.state in OVER for row in rows)
        return tr("{over} of {jobs} are over", over=over, jobs=counted(len(rows), "job"))

    def _progressed(self, progress: Sequence[JobProgress]) -> None:
        self.ui.rows.show_progress(progress)
        self._show_share()

    def _ended(self, results: Sequence[JobResult]) -> None:
        for result in results:
            self.ui.rows.show_result(result)
        self._show_share()
        self._update()

    def _over(self, sentence: str) -> None:
        self.ui.rows.end()
        results = [row.result for row in self.ui.rows.rows if row.result is not None]
        failed = any(row.state is State.FAILED for row in self.ui.rows.rows)
        if sentence:
            self.ui.say(sentence, "bad")
        else:
            self.ui.say(summary_of(results), "attention" if failed else "good")
        self._show_share()
        self._update()
        self._show_review()
        self.over.emit()

    def _show_waiting(self, waits: bool) -> None:
        text = tr("The batch waits for what the window's engine does.") if waits else ""
        self.ui.say(text, "attention" if waits else "")

    def _show_share(self) -> None:
        rows = self.ui.rows.rows
        done = sum(1.0 if row.state in OVER else row.share or 0.0 for row in rows)
        self.ui.bar.setValue(round(1000 * done / len(rows)) if rows else 0)
        self.told.emit()

    # -- what is done --------------------------------------------------------------------------

    def open_selected(self) -> None:
        """Open the project of the selected job."""
        positions = self.ui.table.positions()
        row = self.ui.rows.rows[positions[0]] if positions else None
        if row is None or row.state not in WHOLE or row.project is None:
            return
        if is_address(row.project):
            self.ui.say(
                tr("'{place}' lies at an address; fetch it first.", place=row.project), "attention"
            )
        else:
            self.project_wanted.emit(Path(row.project))

    def _show_review(self) -> None:
        """Look through the projects that are done; those that nobody changed are not read again."""
        places = [row.project for row in self.ui.rows.rows if row.state in WHOLE]
        self.ui.review.show_projects([Path(p) for p in places if p and not is_address(p)])

    def _tab_shown(self, at: int) -> None:
        if at == 1 and not self.ui.review.is_looking:
            self.ui.review.look()

    # -- the window ----------------------------------------------------------------------------

    def close_threads(self) -> None:
        """Before the program ends: everything stops, and no thread is waited for."""
        self.run.close()
        self.files.close()
        self.ui.review.close_threads()
        if self._pictures.isRunning():
            self._pictures.shut_down()

    def reject(self) -> None:
        self.hide()  # a batch goes on without being seen

    def closeEvent(self, event: QCloseEvent | None) -> None:
        if event is not None:
            event.accept()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        if not self._pictures.isRunning():
            self._pictures.start(QThread.Priority.LowestPriority)
        self._pictures_soon.start()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        came = event is not None and event.type() == QEvent.Type.ActivationChange
        if came and self.isActiveWindow():
            self._tab_shown(self.ui.tabs.currentIndex())  # a project may have been worked on

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        if event is not None and dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        paths = dropped_paths(event.mimeData()) if event is not None else []
        if event is None or not paths:
            return
        event.acceptProposedAction()
        files = [path for path in paths if path.suffix.lower() == SUFFIX]
        if files:
            self.open_file(files[0])
        else:
            self.new_jobs(paths)

    def _ask_for_file(self) -> None:
        path = ask_for_job_file(self)
        if path is not None:
            self.open_file(path)

    def _ask_for_pictures(self) -> None:
        jobs = [self.ui.rows.rows[at].job for at in self.ui.table.in_sight()]
        if jobs:
            self._pictures.ask(tuple(jobs))

    def _selected(self) -> list[Row]:
        return [self.ui.rows.rows[at] for at in self.ui.table.positions()]

    def _update(self) -> None:
        ui, running, chosen = self.ui, self.run.is_running, self._selected()
        for widget in (ui.open_button, ui.new_button, ui.recent_button, ui.where):
            widget.setEnabled(not running)
        ui.scheduler.setVisible(ui.on_cluster)
        ui.scheduler.setEnabled(not running)
        ui.start_button.setEnabled(self.jobs is not None and not running)
        ui.bar.setVisible(self.jobs is not None)
        ui.cancel_all_button.setEnabled(running)
        states = {row.state for row in chosen}
        ui.cancel_button.setEnabled(running and bool(states & {State.WAITING, State.RUNNING}))
        ui.first_button.setEnabled(State.WAITING in states)
        ui.project_button.setEnabled(len(chosen) == 1 and chosen[0].state in WHOLE)
        self._show_details(chosen)

    def _show_details(self, chosen: list[Row]) -> None:
        lines = [] if len(chosen) != 1 else [*chosen[0].texts, chosen[0].job.video]
        if len(chosen) == 1 and chosen[0].project is not None:
            lines.append(chosen[0].project)
        text = "\n".join(lines)
        if text != self.ui.details.toPlainText():
            self.ui.details.setPlainText(text)

    def _connect(self) -> None:
        ui = self.ui
        ui.open_button.clicked.connect(self._ask_for_file)
        ui.new_button.clicked.connect(lambda: self.new_jobs([]))
        ui.recent_menu.chosen.connect(self.open_file)
        ui.where.currentIndexChanged.connect(self._update)
        ui.start_button.clicked.connect(self.start)
        ui.cancel_button.clicked.connect(self.cancel_selected)
        ui.cancel_all_button.clicked.connect(self.stop)
        ui.first_button.clicked.connect(self.do_next)
        ui.project_button.clicked.connect(self.open_selected)
        ui.close_button.clicked.connect(self.reject)
        ui.table.activated.connect(self.open_selected)
        ui.tabs.currentChanged.connect(self._tab_shown)
        ui.review.chosen.connect(self.place_wanted)
        ui.review.counted.connect(ui.show_places)
        ui.rows.prioritised.connect(self.run.set_priority)
        chosen, bar = ui.table.selectionModel(), ui.table.verticalScrollBar()
        assert chosen is not None and bar is not None
        chosen.selectionChanged.connect(self._update)
        bar.valueChanged.connect(lambda _: self._pictures_soon.start())
        self.files.loaded.connect(self._loaded)
        self.files.stood.connect(ui.rows.stand)
        self.files.looked.connect(self._looked)
        self.files.failed.connect(lambda sentence: ui.say(sentence, "bad"))
        self._pictures.made.connect(ui.rows.picture_made)
        self.run.progressed.connect(self._progressed)
        self.run.ended.connect(self._ended)
        self.run.waits.connect(self._show_waiting)
        self.run.over.connect(self._over)
