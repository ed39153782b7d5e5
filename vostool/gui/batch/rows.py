"""The table's model: one row a video, with how it stands and how far it is."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PyQt6.QtCore import QModelIndex, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QBrush, QImage

from vostool.gui.batch.pictures import no_picture
from vostool.gui.widgets import theme
from vostool.gui.widgets.progress_cell import PROGRESS_ROLE
from vostool.gui.widgets.row_table import RowTable
from vostool.jobs.job import Job, JobProgress, JobResult, JobState
from vostool.words import counted, duration, mark, tr

COLUMNS = (
    mark("Video"),
    mark("State"),
    mark("Frames"),
    mark("Rate"),
    mark("Time left"),
    mark("Worker"),
    mark("Priority"),
)
VIDEO, STATE, FRAMES, RATE, LEFT, WORKER, PRIORITY = range(len(COLUMNS))
NUMBERS = (FRAMES, RATE, LEFT, PRIORITY)
HERE = mark("this computer")
BEGUN = mark("It has begun already, so its priority changes nothing any more.")


class State(enum.Enum):
    """How it stands with a job; the value is what the person reads."""

    LOOKING = mark("Checking…")
    WAITING = mark("Waiting")
    RUNNING = mark("Running")
    STOPPING = mark("Stopping…")
    DONE = mark("Done")
    BEFORE = mark("Done before")
    FAILED = mark("Failed")
    STOPPED = mark("Stopped")


ENDED = {
    JobState.DONE: State.DONE,
    JobState.BEFORE: State.BEFORE,
    JobState.FAILED: State.FAILED,
    JobState.STOPPED: State.STOPPED,
}
TONES = {
    State.DONE: "good",
    State.BEFORE: "good",
    State.FAILED: "bad",
    State.STOPPED: "attention",
    State.STOPPING: "attention",
}
WHOLE = (State.DONE, State.BEFORE)
OVER = (*WHOLE, State.FAILED, State.STOPPED)


@dataclass
class Row:
    """One job of the table."""

    job: Job
    priority: int
    state: State = State.LOOKING
    progress: JobProgress | None = None
    result: JobResult | None = None
    texts: list[str] = field(default_factory=list)

    @property
    def project(self) -> str | None:
        """Where its project lies, once it is whole."""
        return self.result.project if self.result is not None else None

    @property
    def share(self) -> float | None:
        """Done of it, 0 to 1, while it goes on and this is known."""
        now = self.progress
        if self.state is not State.RUNNING or now is None or not now.total:
            return None
        return min(now.done / now.total, 1.0)


class Rows(RowTable[Row]):
    """The jobs in the order of their file.

    Signals:
        prioritised(str, int): the person gave a job that waits another priority.
    """

    prioritised = pyqtSignal(str, int)
    columns, numbers = COLUMNS, NUMBERS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._at: dict[str, int] = {}
        self._pictures: Mapping[str, QImage] = {}
        self._no_picture = no_picture()

    # -- what is told of them ------------------------------------------------------------------

    def show_jobs(self, jobs: Iterable[Job]) -> None:
        """Show these, of which nothing is known yet."""
        self.beginResetModel()
        self.rows = [Row(job, job.priority) for job in jobs]
        self._at = {row.job.name: at for at, row in enumerate(self.rows)}
        self.endResetModel()

    def stand(self, name: str, result: JobResult | None) -> None:
        """A look before the run has found this; None: still to be done."""
        row = self.rows[self._at[name]]
        if row.state is State.LOOKING:
            if result is None:
                row.state = State.WAITING
            else:
                self._take(row, result)
            self._changed(self._at[name])

    def wait(self) -> None:
        """A run begins: whatever is not whole waits for its turn."""
        for row in self.rows:
            if row.state not in WHOLE:
                row.state, row.progress, row.result, row.texts = State.WAITING, None, None, []
        self._changed_all()

    def show_progress(self, progress: Sequence[JobProgress]) -> None:
        """What was told lately of the jobs that go on."""
        for each in progress:
            row = self.rows[self._at[each.name]]
            row.progress = each
            if row.state is not State.STOPPING:
                row.state = State.RUNNING
            self._changed(self._at[each.name])

    def show_result(self, result: JobResult) -> None:
        """A job has ended."""
        at = self._at[result.name]
        self._take(self.rows[at], result)
        self._changed(at)

    def cancel(self, position: int) -> bool:
        """The person wants a job no more; False where there is nothing to be cancelled."""
        row = self.rows[position]
        if row.state not in (State.WAITING, State.RUNNING):
            return False
        row.state = State.STOPPED if row.state is State.WAITING else State.STOPPING
        self._changed(position)
        return True

    def end(self) -> None:
        """The run is over; what has not ended by itself was stopped with it."""
        for row in self.rows:
            if row.state in (State.WAITING, State.RUNNING, State.STOPPING):
                row.state, row.progress = State.STOPPED, None
        self._changed_all()

    def show_pictures(self, pictures: Mapping[str, QImage]) -> None:
        """Small pictures by the jobs' names, which are read again whenever one is painted."""
        self._pictures = pictures
        self._changed_all()

    def picture_made(self) -> None:
        """Another picture is there."""
        if self.rows:
            ends = self.index(0, VIDEO), self.index(len(self.rows) - 1, VIDEO)
            self.dataChanged.emit(*ends, [Qt.ItemDataRole.DecorationRole])

    def highest(self) -> int:
        """The highest priority of all."""
        return max((row.priority for row in self.rows), default=0)

    def _take(self, row: Row, result: JobResult) -> None:
        row.state, row.result, row.progress = ENDED[result.state], result, None
        row.texts = [text for text in (result.error, *result.problems) if text]

    # -- Qt ------------------------------------------------------------------------------------

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and index.column() == PRIORITY and self._waits(index.row()):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: QModelIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            return False
        return self.set_priority(index.row(), int(value))

    def set_priority(self, position: int, priority: int) -> bool:
        """Give a job that waits another priority; False where that changes nothing."""
        row = self.rows[position]
        if not self._waits(position) or row.priority == priority:
            return False
        row.priority = priority
        self._changed(position)
        self.prioritised.emit(row.job.name, priority)
        return True

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _TEXTS[column](row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(row, column)
        if column == STATE:
            return _of_state(row, role)
        if column == VIDEO and role == Qt.ItemDataRole.DecorationRole:
            return self._pictures.get(row.job.name, self._no_picture)
        return row.priority if column == PRIORITY and role == Qt.ItemDataRole.EditRole else None

    def _waits(self, position: int) -> bool:
        return self.rows[position].state in (State.WAITING, State.LOOKING)


def _of_state(row: Row, role: int) -> Any:
    """The colour of a state, and the bar that stands in its place while a job goes on."""
    if role == Qt.ItemDataRole.ForegroundRole and row.state in TONES:
        return QBrush(theme.tone(TONES[row.state]))
    return row.share if role == PROGRESS_ROLE else None


def _state(row: Row) -> str:
    if row.state is State.RUNNING and row.progress is not None:
        return tr(row.progress.what).capitalize()
    first = row.texts[0] if row.texts and row.state is State.FAILED else ""
    return f"{tr(row.state.value)}: {first}" if first else tr(row.state.value)


def _frames(row: Row) -> str:
    if row.progress is not None and row.progress.total:
        return f"{row.progress.done:,} / {row.progress.total:,}"
    return f"{row.result.frames:,}" if row.result is not None and row.result.frames else ""


def _rate(row: Row) -> str:
    """Lately of one that goes on; of one that is done over all of its time, with storing."""
    if row.progress is not None:
        return f"{row.progress.rate:.1f}" if row.progress.rate else ""
    ended = row.result
    if ended is None or row.state is not State.DONE or not ended.seconds:
        return ""
    return f"{ended.frames / ended.seconds:.1f}"


def _left(row: Row) -> str:
    left = row.progress.seconds_left if row.progress is not None else None
    return "" if left is None else duration(left)


def _worker(row: Row) -> str:
    told = row.result or row.progress
    if told is None or row.state in (State.WAITING, State.LOOKING, State.BEFORE):
        return ""
    return told.worker.rpartition("//")[2] or tr(HERE)


_TEXTS: tuple[Callable[[Row], str], ...] = (
    lambda row: row.job.name, _state, _frames, _rate, _left, _worker, lambda row: str(row.priority),
)  # fmt: skip
"""Of the columns."""


def _tip(row: Row, column: int) -> str:
    if column == PRIORITY:
        waits = row.state in (State.WAITING, State.LOOKING)
        return tr("The highest goes first; a double click changes it.") if waits else tr(BEGUN)
    lines = [row.job.video, *row.texts]
    if (ended := row.result) is not None and row.state in WHOLE:
        objects, masks = counted(ended.objects, "object"), counted(ended.masks, "mask")
        lines.append(tr("{objects}, {masks}", objects=objects, masks=masks))
    return "\n".join(lines)
