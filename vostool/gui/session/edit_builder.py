"""Edits of very many cells are put together in a thread, so that the event loop goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.errors import VosToolError
from vostool.gui.session.document import Document
from vostool.gui.threads.background import Background
from vostool.progress import Progress
from vostool.project.changes import Edit
from vostool.project.effect import Effect
from vostool.project.project import Project

Build = Callable[[Project], Edit]

MANY = 5_000
"""Cells above which an edit is built in a thread; fewer take a few milliseconds."""


Apply = Callable[[Edit], object]


@dataclass(frozen=True)
class _Wanted:
    build: Build
    apply: Apply
    nothing: str
    revision: int


class EditBuilder(QObject):
    """Builds one edit at a time, and applies it as one undo step.

    Signals:
        problem(str): one sentence about an edit that cannot be made or changes nothing.
    """

    problem = pyqtSignal(str)

    def __init__(self, document: Document, apply: Apply) -> None:
        """Build for a document; ``apply`` does what is built."""
        super().__init__()
        self._document = document
        self._apply = apply
        self._job: tuple[Background, _Wanted] | None = None

    def do(
        self, build: Build, cells: int, nothing: str = "", *, apply: Apply | None = None
    ) -> None:
        """Apply what ``build`` makes of the project.

        Args:
            build: pure; it may run in another thread, on a snapshot, and may run twice.
            cells: about how many cells the edit has; decides where it is built.
            nothing: the sentence for an edit without changes; empty says nothing.
            apply: does what was built, in place of the builder's own.
        """
        self.settle()
        document = self._document
        wanted = _Wanted(build, apply or self._apply, nothing, document.revision)
        if cells <= MANY:
            self._build_here(wanted)
            return
        snapshot = document.snapshot()

        def work(_progress: Progress) -> Edit:
            edit = build(snapshot).look_through()
            Effect.of(edit)
            return edit

        job = Background(work)
        self._job = (job, wanted)
        job.succeeded.connect(self._built)
        job.failed.connect(self._failed)
        job.start()

    def settle(self) -> None:
        """Wait for the edit that is being built, and apply it."""
        if self._job is not None:
            (job, wanted), self._job = self._job, None
            job.wait()
            self._build_here(wanted)

    def _built(self, edit: object) -> None:
        if self._job is None or self.sender() is not self._job[0]:
            return  # settle() was faster
        assert isinstance(edit, Edit)
        (_, wanted), self._job = self._job, None
        if self._document.revision == wanted.revision:
            self._finish(wanted, edit)
        else:  # something else was done meanwhile
            self._build_here(wanted)

    def _failed(self, sentence: str) -> None:
        if self._job is not None and self.sender() is self._job[0]:
            self._job = None
            self.problem.emit(sentence)

    def _build_here(self, wanted: _Wanted) -> None:
        try:
            edit = wanted.build(self._document.project)
        except VosToolError as error:
            self.problem.emit(str(error))
        else:
            self._finish(wanted, edit)

    def _finish(self, wanted: _Wanted, edit: Edit) -> None:
        if edit.changes:
            wanted.apply(edit)
        elif wanted.nothing:
            self.problem.emit(wanted.nothing)
