"""The table's model: one row a project, with what was found and how far it is."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PyQt6.QtCore import QModelIndex, Qt, pyqtSignal
from PyQt6.QtGui import QBrush

from vostool.gui.widgets import theme
from vostool.gui.widgets.progress_cell import PROGRESS_ROLE
from vostool.gui.widgets.row_table import RowTable
from vostool.io.batch.run import (
    BatchProgress,
    BatchProject,
    Phase,
    ProjectCheck,
    ProjectResult,
    ProjectState,
)
from vostool.words import mark, tr

COLUMNS = (
    mark("Project"),
    mark("Frames"),
    mark("Objects"),
    mark("Masks"),
    mark("State"),
    mark("Found"),
)
STATE, FOUND = COLUMNS.index("State"), COLUMNS.index("Found")
NUMBERS = range(1, STATE)


class State(enum.Enum):
    """How it stands with a project; the value is what the person reads."""

    LOOKING = mark("Checking…")
    READY = mark("Ready")
    BLOCKED = mark("Not possible")
    WAITING = mark("Waiting")
    WRITING = mark("Writing")
    WRITTEN = mark("Written")
    FAILED = mark("Failed")
    CANCELLED = mark("Cancelled")


ENDED = {
    ProjectState.WRITTEN: State.WRITTEN,
    ProjectState.FAILED: State.FAILED,
    ProjectState.CANCELLED: State.CANCELLED,
}
TONES = {
    State.BLOCKED: "bad",
    State.FAILED: "bad",
    State.CANCELLED: "attention",
    State.WRITTEN: "good",
    State.READY: "good",
}


@dataclass
class Row:
    """One project of the table."""

    project: BatchProject
    state: State = State.LOOKING
    check: ProjectCheck | None = None
    done: float | None = None
    texts: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Its file for a person; one that is open may have none yet."""
        path = self.project.path
        if self.project.held is not None and not path.is_file():
            return tr("Draft; not saved as a project yet")
        return str(path)

    @property
    def needs_video(self) -> bool:
        """Its video is not where it was, so that the person may say where it lies."""
        kinds = [problem.kind.value for problem in self.check.problems] if self.check else []
        return "source" in kinds


class Rows(RowTable[Row]):
    """The projects in the order in which they are written.

    Signals:
        edited(): projects were added, removed or moved to another video.
    """

    edited = pyqtSignal()
    columns, numbers = COLUMNS, NUMBERS

    # -- the projects --------------------------------------------------------------------------

    def projects(self) -> tuple[BatchProject, ...]:
        """All of them, in order."""
        return tuple(row.project for row in self.rows)

    def replace(self, projects: Iterable[BatchProject]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self.rows = [Row(project) for project in projects]
        self.endResetModel()
        self.edited.emit()

    def add(self, projects: Sequence[BatchProject]) -> int:
        """Add those that are not there yet; returns how many were."""
        known = {row.project.path.resolve() for row in self.rows}
        new = [project for project in projects if project.path.resolve() not in known]
        if new:
            first = len(self.rows)
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            self.rows += [Row(project) for project in new]
            self.endInsertRows()
            self.edited.emit()
        return len(new)

    def remove(self, positions: Iterable[int]) -> None:
        """Take projects out of the table; their files stay."""
        gone = sorted(set(positions), reverse=True)
        for position in gone:
            self.beginRemoveRows(QModelIndex(), position, position)
            del self.rows[position]
            self.endRemoveRows()
        if gone:
            self.edited.emit()

    def use(self, position: int, project: BatchProject) -> None:
        """Put another entry in a project's place."""
        self.rows[position] = Row(project)
        self._changed(position)
        self.edited.emit()

    # -- what is told of them ------------------------------------------------------------------

    def look_again(self) -> None:
        """What was found holds no more; the counts stay until there are new ones."""
        for row in self.rows:
            row.state, row.done = State.LOOKING, None
        self._changed_all()

    def show_check(self, position: int, check: ProjectCheck) -> None:
        """A project has been looked at."""
        row = self.rows[position]
        row.check, row.state = check, State.READY if check.ready else State.BLOCKED
        row.texts = [problem.text for problem in check.problems]
        self._changed(position)

    def show_failure(self, position: int, text: str) -> None:
        """The preview found that a project which looks well cannot be written like this."""
        row = self.rows[position]
        if row.state is State.READY:
            row.state = State.BLOCKED
            row.texts.insert(0, text)
            self._changed(position)

    def wait(self) -> None:
        """A run begins."""
        for row in self.rows:
            row.state, row.done = State.WAITING, None
        self._changed_all()

    def show_progress(self, progress: BatchProgress) -> None:
        """A project is being looked at or written."""
        row = self.rows[progress.position]
        if progress.phase is Phase.WRITING:
            row.state = State.WRITING
            row.done = progress.done / progress.total if progress.total else 0.0
        else:
            row.state, row.done = State.LOOKING, None
        self._changed(progress.position)

    def show_result(self, position: int, result: ProjectResult) -> None:
        """A project has ended."""
        row = self.rows[position]
        row.check, row.state, row.done = result.check, ENDED[result.state], None
        row.texts = [text for text in (result.error, *result.warnings) if text]
        self._changed(position)

    # -- Qt ------------------------------------------------------------------------------------

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join([row.place, *row.texts])
        if role == Qt.ItemDataRole.ForegroundRole and column == STATE and row.state in TONES:
            return QBrush(theme.tone(TONES[row.state]))
        if role == PROGRESS_ROLE:
            return row.done
        return None


def _text(row: Row, column: int) -> str:
    if column == 0:
        open_here = tr(" (open)") if row.project.held is not None else ""
        return row.project.name + open_here
    if column == STATE:
        done = "" if row.done is None else f" {row.done:.0%}"
        return tr(row.state.value) + done
    if column == FOUND:
        more = tr("  (+{count} more)", count=len(row.texts) - 1) if len(row.texts) > 1 else ""
        return row.texts[0] + more if row.texts else ""
    check = row.check
    if check is None or not (check.frames or check.ready):
        return "–"
    return f"{(check.frames, check.objects, check.masks)[column - 1]:,}"
