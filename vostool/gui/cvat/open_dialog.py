"""Choosing a job of a CVAT server: log in, list the jobs with their states, open one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vostool.errors import ServerError
from vostool.gui.engine.network_job import NetworkJob
from vostool.gui.widgets.choices import add_choices, chosen_name
from vostool.gui.widgets.exact_row import select_exactly
from vostool.io.cvat_server.connections import log_in, session_for
from vostool.io.cvat_server.credentials import (
    Credentials,
    default_server,
    keep_credentials,
    remember_server,
    server_address,
)
from vostool.io.cvat_server.frame_store import folder_of
from vostool.io.cvat_server.job import JobSummary
from vostool.io.cvat_server.project import JobProject, pull_job
from vostool.progress import Progress
from vostool.words import mark, tr, trn

COLUMNS = (
    mark("Job"),
    mark("Task"),
    mark("State"),
    mark("Stage"),
    mark("Frames"),
    mark("Assignee"),
)
TOKEN, PASSWORD = mark("Access token"), mark("User and password")


@dataclass(frozen=True)
class Listing:
    """What a server answered.

    Attributes:
        note: a sentence for the person, or empty.
    """

    url: str
    jobs: list[JobSummary]
    note: str = ""


class CvatOpenDialog(QDialog):
    """Modal; after it was accepted, ``chosen`` is the job's project.

    Args:
        before_pull: told the job's folder and whether its project is made anew, before anything
            is done; False where the job is open already and stays as it is.
    """

    def __init__(self, before_pull: Callable[[Path, bool], bool], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Open CVAT job"))
        self.chosen: JobProject | None = None
        self._before_pull = before_pull
        self._url: str | None = None
        self.job = NetworkJob(self)
        self.server = QLineEdit(default_server() or "")
        self.method = QComboBox()
        self.user, self.secret = QLineEdit(), QLineEdit()
        self.keep = QCheckBox(tr("Keep the login in the system's keyring"))
        self.connect_button = QPushButton(tr("Connect"))
        self.filter = QLineEdit()
        self.table = QTableWidget(0, len(COLUMNS))
        self.anew = QCheckBox(tr("Pull anew, dropping changes here that were not pushed"))
        self.note = QLabel()
        self.bar = QProgressBar()
        self.open_button = QPushButton(tr("Open job"))
        self._set_up()
        self._lay_out()
        self._update()
        if self.server.text():
            self.connect_to_server()

    def connect_to_server(self) -> None:
        """List the jobs, with the login that is typed or, where none is, the one that is kept."""
        address, keep = self.server.text(), self.keep.isChecked()
        typed: Credentials | None = None
        if self.secret.text():
            named = chosen_name(self.method) == PASSWORD
            typed = Credentials(self.user.text().strip() if named else "", self.secret.text())
            if named and not typed.user:
                self.say(tr("Type the user name, too."))
                return

        def work(progress: Progress) -> Listing:
            return _list_jobs(address, typed, keep)

        self.say(tr("Connecting…"))
        self.job.start(work, self._listed, self.say)

    def open_selected(self) -> None:
        """Bring the selected job into its project."""
        number, url = self.selected_job(), self._url
        if number is None or url is None or self.job.is_running:
            return
        anew = self.anew.isChecked()
        if not self._before_pull(folder_of(url, number), anew):
            self.say(tr("Job {number} is open already.", number=number))
            return
        self.say(tr("Pulling job {number}…", number=number))
        self.job.start(
            lambda progress: pull_job(session_for(url), number, discard=anew),
            self._pulled,
            self.say,
        )

    def selected_job(self) -> int | None:
        """The number of the selected row's job."""
        row = self.table.currentRow()
        item = self.table.item(row, 0) if row >= 0 else None
        return None if item is None else int(item.text())

    def say(self, sentence: str) -> None:
        """Show a sentence."""
        self.note.setText(sentence)

    def done(self, result: int) -> None:
        self.job.leave()
        super().done(result)

    def _listed(self, listing: Listing) -> None:
        self._url = listing.url
        self.server.setText(listing.url)
        self.secret.clear()
        self.table.setRowCount(len(listing.jobs))
        for row, job in enumerate(listing.jobs):
            cells = (job.id, f"{job.task_name} ({job.task_id})", job.state, job.stage,
                     job.frames, job.assignee)  # fmt: skip
            for column, value in enumerate(cells):
                item = QTableWidgetItem()
                item.setData(Qt.ItemDataRole.DisplayRole, value)
                self.table.setItem(row, column, item)
        count = len(listing.jobs)
        self.say(
            listing.note or trn("{n} job on {url}.", "{n} jobs on {url}.", count, url=listing.url)
        )
        if listing.jobs:
            select_exactly(self.table, 0)
            self.table.setFocus()
        self._apply_filter(self.filter.text())

    def _pulled(self, made: JobProject) -> None:
        self.chosen = made
        self.accept()

    def _apply_filter(self, text: str) -> None:
        for row in range(self.table.rowCount()):
            items = (self.table.item(row, column) for column in range(len(COLUMNS)))
            shown = any(text.lower() in item.text().lower() for item in items if item is not None)
            self.table.setRowHidden(row, not shown)
        self._update()

    def _update(self) -> None:
        busy = self.job.is_running
        self.bar.setVisible(busy)
        self.connect_button.setEnabled(not busy and bool(self.server.text().strip()))
        row = self.table.currentRow()
        can_open = row >= 0 and not self.table.isRowHidden(row)
        self.open_button.setEnabled(not busy and can_open)
        by_name = chosen_name(self.method) == PASSWORD
        self.user.setEnabled(by_name)
        self.secret.setPlaceholderText(tr("leave empty to use the login that is kept"))

    def _set_up(self) -> None:
        self.server.setPlaceholderText("https://app.cvat.ai")
        add_choices(self.method, (TOKEN, PASSWORD))
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.filter.setPlaceholderText(tr("Filter jobs"))
        self.keep.setChecked(True)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.note.setWordWrap(True)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table.setHorizontalHeaderLabels(map(tr, COLUMNS))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setAccessibleName(tr("Jobs"))
        rows, columns = self.table.verticalHeader(), self.table.horizontalHeader()
        assert rows is not None and columns is not None
        rows.hide()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.connect_button.clicked.connect(self.connect_to_server)
        self.open_button.clicked.connect(self.open_selected)
        self.table.doubleClicked.connect(self.open_selected)
        self.filter.textChanged.connect(self._apply_filter)
        self.server.textChanged.connect(self._update)
        self.method.currentTextChanged.connect(self._update)
        self.table.itemSelectionChanged.connect(self._update)
        self.job.started.connect(self._update)
        self.job.ended.connect(self._update)

    def _lay_out(self) -> None:
        form = QFormLayout()
        top = QHBoxLayout()
        top.addWidget(self.server, 1)
        top.addWidget(self.connect_button)
        form.addRow(tr("Server"), top)
        form.addRow(tr("Log in with"), self.method)
        form.addRow(tr("User"), self.user)
        form.addRow(tr("Token or password"), self.secret)
        form.addRow("", self.keep)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.open_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        for widget in (self.filter, self.table, self.anew, self.note, self.bar, buttons):
            layout.addWidget(widget)
        self.connect_button.setAutoDefault(True)
        self.open_button.setAutoDefault(True)
        self.resize(720, 560)


def _list_jobs(address: str, typed: Credentials | None, keep: bool) -> Listing:
    url = server_address(address)
    note = ""
    session = session_for(url) if typed is None else log_in(url, typed)
    jobs = session.jobs()
    remember_server(url)
    if typed is not None and keep:
        try:
            keep_credentials(url, typed)
        except ServerError as error:
            note = str(error)
    return Listing(url, jobs, note)
