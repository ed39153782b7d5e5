"""The projects of a batch: add, drop, remove, and what was found in the selected one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vostool.errors import UsageError
from vostool.gui.export.project_table import ProjectTable
from vostool.gui.export.rows import Row, Rows
from vostool.gui.threads.background import Background
from vostool.gui.widgets import dialogs
from vostool.gui.widgets.exact_row import select_exactly
from vostool.gui.widgets.own_html import bold
from vostool.io.batch.run import BatchProject, find_projects
from vostool.io.project.file import SUFFIX
from vostool.progress import Progress
from vostool.words import mark, tr, trn

EMPTY = mark("Drop projects (*.vos) or folders that hold some here, or add them with the buttons.")


class ProjectsPanel(QWidget):
    """The table with its buttons.

    Signals:
        told(str): a sentence for the person.
    """

    told = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.rows = Rows(self)
        self.table = ProjectTable(self.rows)
        self.details = QPlainTextEdit()
        self.add_button = QPushButton(tr("&Add projects…"))
        self.folder_button = QPushButton(tr("Add f&older…"))
        self.video_button = QPushButton(tr("Find &video…"))
        self.remove_button = QPushButton(tr("&Remove"))
        self._jobs: list[Background] = []
        self._locked = False
        self._set_up()
        self._lay_out()
        self._selected()

    def add_places(self, places: Sequence[Path]) -> None:
        """Add project files, and those in folders; folders are searched off the GUI thread."""
        wrong = [p for p in places if not p.is_dir() and p.suffix.lower() != SUFFIX]
        if wrong:
            self.told.emit(
                tr(
                    "'{name}' is no project; projects end in {suffix}.",
                    name=wrong[0].name,
                    suffix=SUFFIX,
                )
            )
        right = [place for place in places if place not in wrong]
        if not right or self._locked:
            return

        def work(progress: Progress) -> tuple[BatchProject, ...]:
            return _found(right, progress)

        job = Background(work)
        self._jobs.append(job)
        job.succeeded.connect(self._add)
        job.failed.connect(self.told)
        job.finished.connect(self._ended)
        job.start()

    def _ended(self) -> None:
        self._jobs = [job for job in self._jobs if not job.isFinished()]

    def remove_selected(self) -> None:
        """Take the selected projects out of the table."""
        if not self._locked:
            self.rows.remove(self._positions())
            self._selected()

    def lock(self, locked: bool) -> None:
        """While a run goes, nothing is added or removed."""
        self._locked = locked
        for button in (self.add_button, self.folder_button):
            button.setEnabled(not locked)
        self._selected()

    def cancel_jobs(self) -> None:
        """Stop searching at the next report."""
        for job in self._jobs:
            job.cancel()

    def current(self) -> Row | None:
        """The row that the details are of."""
        position = self.table.currentIndex().row()
        return self.rows.rows[position] if 0 <= position < len(self.rows.rows) else None

    # -- helpers -------------------------------------------------------------------------------

    def _set_up(self) -> None:
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setFixedHeight(76)
        self.details.setPlaceholderText(tr(EMPTY))
        self.details.setAccessibleName(tr("What was found in the selected project"))
        self.add_button.clicked.connect(self._ask_for_files)
        self.folder_button.clicked.connect(self._ask_for_folder)
        self.video_button.clicked.connect(self._ask_for_video)
        self.remove_button.clicked.connect(self.remove_selected)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.table)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self.remove_selected)
        selection = self.table.selectionModel()
        assert selection is not None
        selection.selectionChanged.connect(self._selected)
        selection.currentChanged.connect(self._selected)
        self.rows.dataChanged.connect(self._selected)
        self.rows.modelReset.connect(self._select_first)
        self.rows.rowsInserted.connect(self._select_first)

    def _lay_out(self) -> None:
        title = QLabel()
        bold(title, tr("Projects"))
        title.setBuddy(self.table)
        top = QHBoxLayout()
        top.addWidget(title, 1)
        for button in (self.add_button, self.folder_button, self.video_button, self.remove_button):
            button.setAutoDefault(False)
            top.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.details)

    def _positions(self) -> list[int]:
        selection = self.table.selectionModel()
        return [index.row() for index in selection.selectedRows()] if selection else []

    def _select_first(self) -> None:
        if self.rows.rows and not self.table.currentIndex().isValid():
            select_exactly(self.table, 0)
        self._selected()

    def _selected(self) -> None:
        row = self.current()
        self.remove_button.setEnabled(bool(self._positions()) and not self._locked)
        self.video_button.setEnabled(row is not None and row.needs_video and not self._locked)
        lines = [] if row is None else [*row.texts, row.place]
        text = "\n".join(lines)
        if text != self.details.toPlainText():
            self.details.setPlainText(text)

    def _add(self, projects: tuple[BatchProject, ...]) -> None:
        if not self._locked:
            left = len(projects) - self.rows.add(projects)
            if left:
                self.told.emit(
                    trn(
                        "{n} of the projects is in the table already.",
                        "{n} of the projects are in the table already.",
                        left,
                    )
                )

    def _ask_for_files(self) -> None:
        self.add_places(dialogs.ask_for_projects(self))

    def _ask_for_folder(self) -> None:
        place = dialogs.ask_for_projects_folder(self)
        if place is not None:
            self.add_places([place])

    def _ask_for_video(self) -> None:
        row = self.current()
        if row is None or row.check is None:
            return
        place = dialogs.ask_for_source(self, row.check.error)
        if place is not None:
            position = self.rows.rows.index(row)
            self.rows.use(position, replace(row.project, video=place.absolute()))


def _found(places: Iterable[Path], progress: Progress) -> tuple[BatchProject, ...]:
    """The projects in all of these places.

    Raises:
        UsageError: none holds a project.
    """
    found: list[BatchProject] = []
    reasons: list[str] = []
    for place in places:
        progress(0, 0, place.name)
        try:
            found += find_projects([place])
        except UsageError as error:
            reasons.append(str(error))
    if reasons and not found:
        raise UsageError(reasons[0])
    return tuple(found)
