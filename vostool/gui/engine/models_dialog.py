"""The engines: what is installed, fetching a checkpoint with progress, choosing one."""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vostool.gui.engine.network_job import NetworkJob
from vostool.gui.look.tokens import Space
from vostool.gui.widgets.own_html import bold
from vostool.models.registry import engine_statuses, plugin_problems, published
from vostool.models.spec import EngineStatus
from vostool.models.weights.catalog import user_checkpoint_dir
from vostool.models.weights.download import fetch
from vostool.progress import Progress
from vostool.words import mark, tr

STOPPED = mark("Cancelled; the next try goes on from where this one stopped.")
_fetching: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
"""By model: one that was left to end still appends to the same file."""


class ModelsDialog(QDialog):
    """A row for each engine with what can be done about it.

    Signals:
        chosen(str): use this engine.
    """

    chosen = pyqtSignal(str)

    def __init__(self, current: str | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Models"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._current = current
        self._job = NetworkJob(self)
        self._job.progressed.connect(self._progressed)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(Space.XL)
        self._grid.setColumnStretch(1, 1)
        self.note = QLabel(" ".join(plugin_problems()))
        self.note.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.hide()
        self.cancel_button = QPushButton(tr("Cancel download"))
        self.cancel_button.hide()
        self.cancel_button.clicked.connect(self._cancel)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(tr("Larger models are more exact and slower.")))
        layout.addLayout(self._grid)
        for widget in (self.note, self.bar, self.cancel_button, buttons):
            layout.addWidget(widget)
        self.buttons: dict[str, QPushButton] = {}
        self._fill()
        self.resize(720, 420)

    def reject(self) -> None:
        self._job.leave()  # a dead network may hold it for long
        super().reject()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.reject()
        super().closeEvent(event)

    def _fill(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.buttons = {}
        for row, status in enumerate(engine_statuses()):
            title = QLabel()
            bold(title, tr(status.title))
            self._grid.addWidget(title, row, 0)
            self._grid.addWidget(QLabel(_state(status)), row, 1)
            button = self._button(status)
            self.buttons[status.name] = button
            self._grid.addWidget(button, row, 2)

    def _button(self, status: EngineStatus) -> QPushButton:
        if status.usable:
            button = QPushButton(tr("In use") if status.name == self._current else tr("Use"))
            button.setEnabled(status.name != self._current)
            button.clicked.connect(partial(self._choose, status.name))
        elif not status.size:
            button = QPushButton(tr("Not here"))
            button.setEnabled(False)
        else:
            button = QPushButton(tr("Get ({size:.0f} MB)", size=status.size / 1000000.0))
            button.clicked.connect(partial(self._fetch, status.name))
            button.setEnabled(not self._job.is_running)
        return button

    def _choose(self, name: str, _checked: bool = False) -> None:
        self.chosen.emit(name)
        self.accept()

    def fetch(self, name: str) -> None:
        """Begin to fetch a model, as its button does."""
        if not self._job.is_running:
            self._fetch(name)

    def _fetch(self, name: str, _checked: bool = False) -> None:
        spec = published()[name]
        folder = user_checkpoint_dir()

        def work(progress: Progress) -> Path:
            with _alone(name, progress):
                return fetch(spec, folder, progress=progress)

        self.note.setText(
            tr("Fetching {spec_title} to {folder}…", spec_title=spec.title, folder=folder)
        )
        self.bar.setValue(0)
        self.bar.show()
        self.cancel_button.show()
        self._job.start(work, partial(self._fetched, name), self._failed)
        self._fill()

    def _cancel(self) -> None:
        self._job.cancel()
        self.note.setText(tr("Stopping…"))

    def _failed(self, sentence: str) -> None:
        self._ended(tr(STOPPED) if sentence == tr("Cancelled.") else sentence)

    def _progressed(self, done: int, total: int, _what: str) -> None:
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(int(1000 * done / total) if total else 0)
        self.bar.setFormat(
            tr("{done:.0f} of {total:.0f} MB", done=done / 1000000.0, total=total / 1000000.0)
        )

    def _fetched(self, name: str, _path: object) -> None:
        self._ended(tr("{title} is here and in use now.", title=published()[name].title))
        self._current = name
        self._fill()
        self.chosen.emit(name)

    def _ended(self, sentence: str) -> None:
        self.note.setText(sentence)
        self.bar.hide()
        self.cancel_button.hide()
        self._fill()


@contextlib.contextmanager
def _alone(name: str, progress: Progress) -> Iterator[None]:
    """Wait for an earlier fetch of the model that was left to end, unless this one is cancelled."""
    lock = _fetching[name]
    while not lock.acquire(timeout=0.1):
        progress(0, 0, name)
    try:
        yield
    finally:
        lock.release()


def _state(status: EngineStatus) -> str:
    if status.checkpoint is not None and status.usable:
        return tr("installed: {checkpoint}", checkpoint=status.checkpoint)
    if status.usable:
        return tr("built in")
    told = status.problem is not None and (status.checkpoint is not None or not status.size)
    return str(status.problem) if told else tr("not installed")
