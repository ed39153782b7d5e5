"""The review queue over all projects of a batch: what is likely wrong in any of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from vostool.errors import Cancelled, VosToolError
from vostool.gui.threads.newest import Newest
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.gui.widgets import theme
from vostool.gui.widgets.plain_table import set_up_rows, size_columns
from vostool.jobs.reviewing import Place, places_of
from vostool.progress import Progress
from vostool.words import counted, mark, tr

COLUMNS = (mark("Project"), mark("Frames"), mark("Objects"), mark("Why"), mark("Masks"))
PROJECT, FRAMES, OBJECTS, WHY, MASKS = range(len(COLUMNS))
WIDTHS = (200, 110, 180, 0, 70)
ROW = 24
NOTHING_DONE = mark("No project is done yet; what they leave to be reviewed is listed here.")
NOTHING = mark("Nothing is flagged in any of them; the checks do not find every error.")


class Places(QAbstractTableModel):
    """One row a stretch of masks, the most urgent first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.places: list[Place] = []

    def show_places(self, places: list[Place]) -> None:
        """Show these, sorted already."""
        self.beginResetModel()
        self.places = places
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.places)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        wanted = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return tr(COLUMNS[section]) if wanted else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place, column = self.places[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(place, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            whole = [_text(place, each) for each in (OBJECTS, WHY)]
            return "\n".join([str(place.project), *whole])
        return None


class ReviewAll(QWidget):
    """Reads the projects in a thread, and lists what is likely wrong in them.

    Signals:
        chosen(Place): to be opened.
        counted(int): how many places there are now.
    """

    chosen = pyqtSignal(object)
    counted = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.model = Places(self)
        self.table = QTableView()
        self.note = QLabel(tr(NOTHING_DONE))
        self.note.setWordWrap(True)
        self.again_button = QPushButton(tr("Look again"))
        self._projects: tuple[Path, ...] = ()
        self._known: dict[Path, tuple[object, list[Place]]] = {}
        self._work = Newest(self)
        self._lay_out()
        self.again_button.clicked.connect(self.look)
        self.table.activated.connect(self._activated)

    @property
    def is_looking(self) -> bool:
        """True while projects are read."""
        return self._work.is_running

    def show_projects(self, projects: Sequence[Path]) -> None:
        """Look at these projects; those that are as they were at the last look are not read."""
        self._projects = tuple(projects)
        self.look()

    def look(self) -> None:
        """Read what has changed since the last look."""
        projects, known = self._projects, dict(self._known)
        self.again_button.setEnabled(bool(projects))
        if not projects:
            self._work.drop()
            self._show({}, [])
            return
        theme.say(self.note, tr("Looking through {n}…", n=counted(len(projects), "project")))
        self._work.start(
            lambda progress: _looked(projects, known, progress),
            lambda found: self._show(*found),
            lambda sentence: theme.say(self.note, sentence, "bad"),
        )

    def close_threads(self) -> None:
        """Stop reading; the thread ends by itself."""
        self._work.drop()

    def _show(self, known: dict[Path, tuple[object, list[Place]]], problems: list[str]) -> None:
        self._known = known
        places = [place for _, found in known.values() for place in found]
        self.model.show_places(sorted(places, key=lambda place: place.rank))
        self.counted.emit(len(places))
        if problems:
            theme.say(self.note, problems[0], "bad")
        elif not self._projects:
            theme.say(self.note, tr(NOTHING_DONE))
        elif not places:
            theme.say(self.note, tr(NOTHING))
        else:
            theme.say(
                self.note,
                tr(
                    "{places} in {projects} to review, the most urgent first. A double click opens "
                    "the project there.",
                    places=counted(len(places), "place"),
                    projects=counted(sum(bool(found) for _, found in known.values()), "project"),
                ),
            )

    def _activated(self, index: QModelIndex) -> None:
        self.chosen.emit(self.model.places[index.row()])

    def _lay_out(self) -> None:
        across = set_up_rows(self.table, self.model, tr("Left to review in all projects"), ROW)
        self.table.setAlternatingRowColors(True)
        self.table.setTextElideMode(Qt.TextElideMode.ElideRight)
        size_columns(across, WIDTHS)
        self.again_button.setAutoDefault(False)
        self.again_button.setEnabled(False)
        below = QHBoxLayout()
        below.addWidget(self.note, 1)
        below.addWidget(self.again_button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.table, 1)
        layout.addLayout(below)


def _looked(
    projects: Sequence[Path], known: dict[Path, tuple[object, list[Place]]], progress: Progress
) -> tuple[dict[Path, tuple[object, list[Place]]], list[str]]:
    """In the thread: the places of each project by its file's stamp, and what cannot be read."""
    yield_to_window()
    found: dict[Path, tuple[object, list[Place]]] = {}
    problems: list[str] = []
    for number, path in enumerate(projects):
        progress(number, len(projects), path.stem)
        stamp = _stamp(path)
        if path in known and known[path][0] == stamp:
            found[path] = known[path]
            continue
        try:
            found[path] = stamp, places_of(path, progress)
        except Cancelled:
            raise
        except VosToolError as error:
            problems.append(str(error))
    return found, problems


def _stamp(path: Path) -> object:
    """Changes with what the project holds, also while another one writes to it."""
    stamps = []
    for place in (path, path.with_name(f"{path.name}-wal")):
        try:
            facts = place.stat()
            stamps.append((facts.st_mtime_ns, facts.st_size))
        except OSError:
            stamps.append((0, 0))
    return tuple(stamps)


def _text(place: Place, column: int) -> str:
    if column == PROJECT:
        return place.project.stem
    if column == FRAMES:
        one = place.first == place.last
        return str(place.first) if one else f"{place.first}–{place.last}"
    if column == OBJECTS:
        return ", ".join(place.objects)
    if column == WHY:
        return ", ".join(tr(reason.value) for reason in place.reasons)
    return f"{place.masks:,}"
