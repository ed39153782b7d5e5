"""Looks at a batch while it is being put together: checks and preview, off the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.threads.newest import Newest
from vostool.gui.threads.timers import single_shot
from vostool.io.batch.preview import Preview, preview_batch
from vostool.io.batch.run import Batch, BatchProgress, ProjectCheck, check_project
from vostool.progress import Progress

PAUSE_MS = 250
"""How long a choice must rest before it is looked at."""


@dataclass(frozen=True)
class _Key:
    """What a check depends on; the same key means the same findings."""

    project: object
    name: str
    folder: str
    formats: tuple[str, ...]
    options: str
    merge: bool
    stored: tuple[int, int]


class _Told(QObject):
    """What the thread says: lives as long as its work, where the dialog may be gone."""

    found = pyqtSignal(int, int, object)


class Estimator(QObject):
    """Checks each project and previews the whole; a newer request takes the older one's place.

    Signals (all of the latest request only):
        checked(int, ProjectCheck): one project has been looked at.
        previewed(Preview): every project has been checked, and this would be written.
        failed(str): the batch makes no sense, or cannot be previewed.
    """

    checked = pyqtSignal(int, object)
    previewed = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._batch: Batch | None = None
        self._work = Newest(self)
        self._request = 0
        self._known: dict[_Key, ProjectCheck] = {}
        self._timer = single_shot(self, PAUSE_MS, self._start)

    @property
    def is_busy(self) -> bool:
        """True while something is looked at or is about to be."""
        return self._timer.isActive() or self._work.is_running

    def look(self, batch: Batch) -> None:
        """Look at this batch as soon as the person pauses."""
        self.stop()
        self._batch = batch
        self._timer.start()

    def stop(self) -> None:
        """Forget what is being looked at; nothing more is told of it."""
        self._timer.stop()
        self._request += 1
        self._work.drop()

    def _start(self) -> None:
        batch, request = self._batch, self._request
        assert batch is not None
        told = _Told()
        told.found.connect(self._tell)

        def work(progress: Progress) -> Preview:
            for position in range(len(batch.projects)):
                told.found.emit(request, position, self._check(batch, position, progress))

            def listen(told: BatchProgress) -> None:
                progress(told.done, told.total, told.name)

            return preview_batch(batch, listen)

        self._work.start(work, self.previewed.emit, self.failed.emit)

    def _check(self, batch: Batch, position: int, progress: Progress) -> ProjectCheck:
        """In the thread: what is known already, or a look at the project."""
        progress(0, 0, batch.names()[position])
        key = _key(batch, position)
        if key not in self._known:
            found = check_project(batch, position, progress)
            if not found.ready:
                return found  # what is missing may be put back at any time
            self._known[key] = found
        return self._known[key]

    def _tell(self, request: int, position: int, check: ProjectCheck) -> None:
        if request == self._request:
            self.checked.emit(position, check)


def _key(batch: Batch, position: int) -> _Key:
    project = batch.projects[position]
    try:
        status = project.path.stat()
        stored = (status.st_mtime_ns, status.st_size)
    except OSError:
        stored = (0, 0)
    options = replace(batch.options, overwrite=False)
    return _Key(
        project,
        batch.names()[position],
        str(batch.folders()[position]),
        batch.formats,
        repr(options),
        batch.merge,
        stored,
    )
