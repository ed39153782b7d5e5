"""Keeping the open project stored: autosave, Save, Save as, and moving a draft to its name."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.session.document import Document
from vostool.gui.session.label_memory import is_untouched
from vostool.gui.threads.background import Background
from vostool.io.project import file as project_file
from vostool.io.project.autosave import Autosaver
from vostool.io.project.drafts import is_draft
from vostool.io.project.file import ProjectFile
from vostool.progress import Progress
from vostool.project.changes import Cell, Value
from vostool.project.project import Project

CLOSE_SECONDS = 5.0


class Storage(QObject):
    """Stores one document's changes in one project file.

    Signals:
        problem(object): a sentence when autosave fails, None when it works again (any thread).
        saved(Path): Save as has finished; further changes go to this file.
        failed(str): Save as has not.
    """

    problem = pyqtSignal(object)
    saved = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, document: Document, file: ProjectFile | None) -> None:
        super().__init__()
        self._document = document
        self._file: ProjectFile | None = None
        self._autosaver: Autosaver | None = None
        self._job: Background | None = None
        self._late: list[tuple[Cell, Value]] = []
        if file is not None:
            self._attach(file)

    @property
    def path(self) -> Path | None:
        """The project file, or None for a draft or no file at all."""
        if self._file is None or is_draft(self._file.path):
            return None
        return self._file.path

    def save(self) -> bool:
        """Write what waits; False where there is no file name yet, so that one has to be asked."""
        if self.path is None or self._autosaver is None:
            return False
        self._autosaver.flush(timeout=0)
        return True

    def flush(self) -> bool:
        """Write what waits and wait for it, from any thread; False where it could not be stored."""
        return self._autosaver is None or self._autosaver.flush(CLOSE_SECONDS)

    def save_as(self, path: Path) -> None:
        """Store everything under another name, off the GUI thread; answers by a signal."""
        if self._job is not None:
            return
        if self._file is not None and path == self._file.path:
            self.save()
            self.saved.emit(path)
            return
        snapshot = self._document.project.snapshot()
        self._store_in_both()
        self._job = Background(lambda progress: _write_all(snapshot, path, progress), self)
        self._job.succeeded.connect(self._saved_as)
        self._job.failed.connect(self._save_failed)
        self._job.start()

    def close(self) -> None:
        """Store what waits and give the file back; an untouched draft is removed."""
        if self._job is not None:
            self._job.wait()
            self._job = None
        self._detach()

    # -- helpers -------------------------------------------------------------------------------

    def _attach(self, file: ProjectFile) -> Autosaver:
        self._file = file
        self._autosaver = Autosaver(file, on_problem=self.problem.emit)
        self._document.store_changes_with(self._autosaver.changed)
        return self._autosaver

    def _store_in_both(self) -> None:
        """While a copy is written, changes go to both: the old file now, the new one after."""
        old = self._autosaver
        self._late.clear()

        def store(values: list[tuple[Cell, Value]]) -> None:
            self._late.extend(values)
            if old is not None:
                old.changed(values)

        self._document.store_changes_with(store)

    def _saved_as(self, file: ProjectFile) -> None:
        self._job = None
        self._detach(drop_draft=True)
        self._attach(file).changed(self._late)
        self.saved.emit(file.path)

    def _save_failed(self, sentence: str) -> None:
        self._job = None
        old = self._autosaver
        self._document.store_changes_with(None if old is None else old.changed)
        self.failed.emit(sentence)

    def _detach(self, drop_draft: bool = False) -> None:
        self._document.store_changes_with(None)
        if self._autosaver is not None:
            self._autosaver.close(CLOSE_SECONDS)
            self._autosaver = None
        if self._file is None:
            return
        path = self._file.path
        self._file.close()
        self._file = None
        if is_draft(path) and (drop_draft or is_untouched(self._document.project)):
            with contextlib.suppress(OSError):
                path.unlink()


def _write_all(snapshot: Project, path: Path, progress: Progress) -> ProjectFile:
    progress(0, 1, path.name)
    return project_file.create(path, snapshot, overwrite=True)
