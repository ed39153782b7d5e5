"""Edits of very many cells are put together in a thread, so that the event loop goes on."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.changes import Edit
from vostool.gui.background import Background
from vostool.gui.document import Document
from vostool.project import Project

Build = Callable[[Project], Edit]

MANY = 5_000
"""Cells above which an edit is built in a thread; fewer take a few milliseconds."""


class EditBuilder(QObject):
    """Builds one edit at a time, and applies it as one undo step.

    Signals:
        problem(str): one sentence about an edit that came to nothing.
    """

    problem = pyqtSignal(str)

    def __init__(self, document: Document, apply: Callable[[Edit], object]) -> None:
        """Build for a document; ``apply`` does what is built."""
        super().__init__()
        self._document = document
        self._do = apply
        self._build: Build | None = None
        self._nothing = ""
        self._revision = 0
        self._job: Background | None = None

    def do(self, build: Build, cells: int, nothing: str = "") -> None:
        """Apply what ``build`` makes of the project.

        Args:
            build: pure; it may run in another thread, on a snapshot, and may run twice.
            cells: about how many cells the edit has; decides where it is built.
            nothing: the sentence for an edit without changes; empty says nothing.
        """
        self.settle()
        document = self._document
        if cells <= MANY:
            self._apply(build(document.project), nothing)
            return
        snapshot = document.snapshot()
        self._build, self._nothing, self._revision = build, nothing, document.revision
        self._job = Background(lambda _progress: build(snapshot), self)
        self._job.succeeded.connect(self._built)
        self._job.failed.connect(self.problem)
        self._job.start()

    def settle(self) -> None:
        """Wait for the edit that is being built, and apply it."""
        job, build = self._job, self._build
        if job is not None and build is not None:
            self._job = self._build = None
            job.wait()
            self._apply(build(self._document.project), self._nothing)

    def _built(self, edit: object) -> None:
        if self._job is None or self.sender() is not self._job or self._build is None:
            return
        assert isinstance(edit, Edit)
        build, document = self._build, self._document
        self._job = self._build = None
        if document.revision != self._revision:  # something else was done meanwhile
            edit = build(document.project)
        self._apply(edit, self._nothing)

    def _apply(self, edit: Edit, nothing: str) -> None:
        if edit.changes:
            self._do(edit)
        elif nothing:
            self.problem.emit(nothing)
