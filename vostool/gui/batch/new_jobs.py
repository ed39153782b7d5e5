"""Making a job file without writing one: videos, what to begin from, the engine and the exports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QPalette
from PyQt6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.look.tokens import Space
from vostool.gui.threads.newest import Newest
from vostool.gui.widgets import theme
from vostool.gui.widgets.dialogs import VIDEOS
from vostool.gui.widgets.dropping import dropped_paths
from vostool.io.exports.exporters import FORMATS
from vostool.jobs.writing import Begin, NewJobs, write_job_file
from vostool.models.registry import FALLBACK, engine_statuses
from vostool.words import tr

LOWEST, HIGHEST = 1, 10_000
HINTS = {Begin.TEXT: "person. dog", Begin.LABELS: "first/{name}.xml"}
NAME = Qt.ItemDataRole.UserRole


class NewJobsDialog(QDialog):
    """Writes a job file; what is missing is said in place.

    Signals:
        written(Path): the job file is there.
    """

    written = pyqtSignal(object)

    def __init__(self, videos: Sequence[Path], engine: str | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("New batch"))
        self.setAcceptDrops(True)
        self.videos = QListWidget()
        self.add_button, self.folder_button = QPushButton(tr("&Add videos…")), QPushButton()
        self.folder_button.setText(tr("Add folder of &pictures…"))
        self.remove_button = QPushButton(tr("&Remove"))
        self.begin, self.words, self.every = QComboBox(), QLineEdit(), QSpinBox()
        self.engine, self.formats = QComboBox(), QListWidget()
        self.projects, self.out, self.file = QLineEdit(), QLineEdit(), QLineEdit()
        self.message = QLabel()
        self.save_button = QPushButton(tr("&Save job file"))
        self._work = Newest(self)
        self._set_up(engine)
        self._lay_out()
        self._connect()
        self.add_videos(videos)
        self._begin_changed()

    def add_videos(self, paths: Sequence[Path]) -> None:
        """Add videos and folders of pictures, each once; the first one proposes the folders."""
        known = set(self._paths())
        for path in paths:
            if path not in known:
                known.add(path)
                item = QListWidgetItem(path.name)
                item.setData(NAME, str(path))
                item.setToolTip(str(path))
                self.videos.addItem(item)
        if self.videos.count():
            folder = self._paths()[0].parent
            for field, name in (
                (self.projects, "labels"), (self.out, "exported"), (self.file, "jobs.toml"),
            ):  # fmt: skip
                if not field.isModified():
                    field.setText(str(folder / name))
        self._update()

    def wanted(self) -> NewJobs:
        """What is chosen now."""
        out = self.out.text().strip()
        return NewJobs(
            tuple(self._paths()),
            Begin(self.begin.currentData()),
            Path(self.projects.text().strip()),
            str(self.engine.currentData()),
            self.words.text(),
            self.every.value(),
            self._formats(),
            Path(out) if out else None,
        )

    def save(self) -> None:
        """Write the job file, off the GUI thread; asks before another one is replaced."""
        path = Path(self.file.text().strip())
        if self._work.is_running or not self.save_button.isEnabled():
            return
        if path.exists() and not self._may_replace(path):
            return
        wanted = self.wanted()
        self.save_button.setEnabled(False)

        def failed(sentence: str) -> None:
            theme.say(self.message, sentence, "bad")
            self._update()

        self._work.start(
            lambda _progress: write_job_file(wanted, path), lambda _: self._saved(path), failed
        )

    def done(self, result: int) -> None:
        self._work.drop()
        super().done(result)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        if event is not None and dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        if event is not None and (paths := dropped_paths(event.mimeData())):
            event.acceptProposedAction()
            self.add_videos(paths)

    # -- helpers -------------------------------------------------------------------------------

    def _saved(self, path: Path) -> None:
        self.accept()
        self.written.emit(path)

    def _may_replace(self, path: Path) -> bool:
        answer = QMessageBox.question(
            self,
            tr("Replace the job file?"),
            tr("There is a '{name}' already. Replace it?", name=path.name),
        )
        return answer == QMessageBox.StandardButton.Yes

    def _paths(self) -> list[Path]:
        items = (self.videos.item(at) for at in range(self.videos.count()))
        return [Path(item.data(NAME)) for item in items if item is not None]

    def _formats(self) -> tuple[str, ...]:
        items = (self.formats.item(at) for at in range(self.formats.count()))
        on = Qt.CheckState.Checked
        return tuple(i.data(NAME) for i in items if i is not None and i.checkState() == on)

    def _begin_changed(self) -> None:
        begin = Begin(self.begin.currentData())
        self.words.setEnabled(begin is not Begin.EVERYTHING)
        self.words.setPlaceholderText(HINTS.get(begin, ""))
        self.every.setEnabled(begin is not Begin.LABELS)

    def _update(self) -> None:
        places = (self.projects.text().strip(), self.file.text().strip())
        self.save_button.setEnabled(self.videos.count() > 0 and all(places))
        self.remove_button.setEnabled(bool(self.videos.selectedItems()))
        self.out.setEnabled(bool(self._formats()))

    def _ask_for_videos(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self, tr("Add videos"), "", tr("Videos ({endings});;All files (*)", endings=VIDEOS)
        )
        self.add_videos([Path(name) for name in names])

    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Add a folder of pictures"))
        self.add_videos([Path(name)] if name else [])

    def _remove(self) -> None:
        for item in self.videos.selectedItems():
            self.videos.takeItem(self.videos.row(item))
        self._update()

    def _set_up(self, engine: str | None) -> None:
        for begin in Begin:
            self.begin.addItem(tr(begin.value), begin)
        for status in engine_statuses():
            if status.usable:
                self.engine.addItem(tr(status.title), status.name)
        self.engine.setCurrentIndex(max(self.engine.findData(engine or FALLBACK), 0))
        for name, entry in FORMATS.items():
            item = QListWidgetItem(tr(entry.title), self.formats)
            item.setData(NAME, name)
            item.setCheckState(Qt.CheckState.Unchecked)
        room = self.formats.viewport()
        if room is not None and self.palette().color(QPalette.ColorRole.Base).lightness() < 128:
            room.setBackgroundRole(QPalette.ColorRole.Button)  # or empty boxes would not be seen
        self.videos.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.every.setRange(LOWEST, HIGHEST)
        self.every.setValue(NewJobs.every)
        self.message.setWordWrap(True)
        for widget, name in (
            (self.videos, tr("Videos")), (self.begin, tr("Begin from")), (self.words, tr("What")),
            (self.every, tr("Look every so many frames")), (self.engine, tr("Engine")),
            (self.formats, tr("Exports")), (self.projects, tr("Folder of the projects")),
            (self.out, tr("Folder of the exports")), (self.file, tr("Job file")),
        ):  # fmt: skip
            widget.setAccessibleName(name)

    def _connect(self) -> None:
        self.add_button.clicked.connect(self._ask_for_videos)
        self.folder_button.clicked.connect(self._ask_for_folder)
        self.remove_button.clicked.connect(self._remove)
        self.save_button.clicked.connect(self.save)
        self.begin.currentIndexChanged.connect(self._begin_changed)
        self.videos.itemSelectionChanged.connect(self._update)
        self.formats.itemChanged.connect(self._update)
        for field in (self.projects, self.file):
            field.textChanged.connect(self._update)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for button in (self.add_button, self.folder_button, self.remove_button):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch(1)
        form = QFormLayout()
        form.addRow(tr("Begin from"), self.begin)
        form.addRow(tr("What"), self.words)
        form.addRow(tr("Look every so many frames"), self.every)
        form.addRow(tr("Engine"), self.engine)
        form.addRow(tr("Exports"), self.formats)
        form.addRow(tr("Folder of the exports"), self.out)
        form.addRow(tr("Folder of the projects"), self.projects)
        form.addRow(tr("Job file"), self.file)
        self.formats.setFixedHeight(6 * self.fontMetrics().lineSpacing() + 2 * Space.M)
        below = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        below.addButton(self.save_button, QDialogButtonBox.ButtonRole.AcceptRole)
        below.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(tr("Videos and folders of pictures, a project for each:")))
        layout.addWidget(self.videos, 1)
        layout.addLayout(buttons)
        layout.addLayout(form)
        layout.addWidget(self.message)
        layout.addWidget(below)
        self.resize(640, 640)
