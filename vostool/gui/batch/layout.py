"""The widgets of the batch window and how they lie."""

from __future__ import annotations

from PyQt6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.batch.files import RecentJobs
from vostool.gui.batch.review_all import ReviewAll
from vostool.gui.batch.rows import Rows
from vostool.gui.batch.table import JobTable
from vostool.gui.look.tokens import Space
from vostool.gui.widgets import theme
from vostool.gui.widgets.elided_label import ElidedLabel
from vostool.words import mark, tr

EMPTY = mark(
    "Open a job file or drop one here, or make one from videos: each video becomes a project, "
    "labelled by itself."
)


class BatchWidgets:
    """What the window shows.

    Args:
        owner: the window that they are laid out in.
    """

    def __init__(self, owner: QWidget) -> None:
        self.rows = Rows(owner)
        self.table = JobTable(self.rows)
        self.review = ReviewAll()
        self.open_button = QPushButton(tr("&Open job file…"))
        self.new_button = QPushButton(tr("&New from videos…"))
        self.recent_button = QPushButton(tr("&Recent"))
        self.recent_menu = RecentJobs(owner)
        self.recent_button.setMenu(self.recent_menu)
        self.file = ElidedLabel()
        self.where = QComboBox()
        self.scheduler = QLineEdit()
        self.start_button = QPushButton(tr("&Start"))
        self.details = QPlainTextEdit()
        self.message = QLabel()
        self.bar = QProgressBar()
        self.project_button = QPushButton(tr("Open pro&ject"))
        self.first_button = QPushButton(tr("Do ne&xt"))
        self.cancel_button = QPushButton(tr("Cancel jo&b"))
        self.cancel_all_button = QPushButton(tr("Cancel &all"))
        self.close_button = QPushButton(tr("Close"))
        self.tabs = QTabWidget()
        self._set_up()
        self._lay_out(owner)

    def say(self, sentence: str, tone: str = "") -> None:
        """One sentence; ``tone`` as :func:`vostool.gui.widgets.theme.tone` takes it, or ""."""
        theme.say(self.message, sentence, tone)

    def show_places(self, count: int) -> None:
        """How many places are left to be reviewed in all projects."""
        text = tr("Review all ({count})", count=count) if count else tr("Review all")
        self.tabs.setTabText(1, text)

    @property
    def on_cluster(self) -> bool:
        """True where a scheduler's address is wanted."""
        return self.where.currentIndex() == 1

    def _set_up(self) -> None:
        self.where.addItems([tr("This computer"), tr("A Dask cluster")])
        self.where.setAccessibleName(tr("Where the batch runs"))
        self.scheduler.setPlaceholderText("tcp://host:8786")
        self.scheduler.setAccessibleName(tr("Address of the scheduler"))
        self.scheduler.setMinimumWidth(180)
        self.file.setAccessibleName(tr("Job file"))
        self.message.setWordWrap(True)
        self.message.setAccessibleName(tr("What the batch says"))
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setFixedHeight(64)
        self.details.setPlaceholderText(tr(EMPTY))
        self.details.setAccessibleName(tr("What is known of the selected job"))
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(tr("How far the batch is"))
        for button in (
            self.open_button, self.new_button, self.recent_button, self.start_button,
            self.project_button, self.first_button, self.cancel_button, self.cancel_all_button,
            self.close_button,
        ):  # fmt: skip
            button.setAutoDefault(False)

    def _lay_out(self, owner: QWidget) -> None:
        top = QHBoxLayout()
        for button in (self.open_button, self.new_button, self.recent_button):
            top.addWidget(button)
        top.addSpacing(Space.M)
        top.addWidget(self.file, 1)
        run = QHBoxLayout()
        label = QLabel(tr("Run &on"))
        label.setBuddy(self.where)
        for widget in (label, self.where, self.scheduler):
            run.addWidget(widget)
        run.addWidget(self.start_button)
        run.addWidget(self.bar, 1)
        run.addWidget(self.cancel_all_button)
        jobs = QWidget()
        column = QVBoxLayout(jobs)
        column.setContentsMargins(0, Space.S, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.details)
        self.tabs.addTab(jobs, tr("Jobs"))
        self.tabs.addTab(self.review, tr("Review all"))
        below = QHBoxLayout()
        for button in (self.project_button, self.first_button, self.cancel_button):
            below.addWidget(button)
        below.addWidget(self.message, 1)
        below.addWidget(self.close_button)
        layout = QVBoxLayout(owner)
        for part in (top, run):
            layout.addLayout(part)
        layout.addWidget(self.tabs, 1)
        layout.addLayout(below)
