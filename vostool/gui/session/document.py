"""The project as the window sees it: applies edits, keeps history, tells views what changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vostool.project.changes import Cell, Changes, Edit, Table, Value
from vostool.project.history import History, Step
from vostool.project.project import Project

Store = Callable[[list[tuple[Cell, Value]]], None]

LARGE = 2_000
"""Cells of a step that is applied in parts: more would hold the event loop up."""
PART = 250
"""Cells of one part; with what the views do about them about 1 ms."""
SECONDS_A_TURN = 0.004


class Document(QObject):
    """One project with its history. Lives on the GUI thread and is the only writer.

    A large step is applied in parts, between which the event loop runs. Whatever is asked for
    before the last part finds it done: the rest is applied at once first.

    Attributes:
        revision: a number that grows with every change.

    Signals:
        changed(Changes): cells of the project changed; views repaint what concerns them.
        did(Step, Edit): a step was done by :meth:`do`; not by undo, redo or a run's next frames.
        history_changed(): the titles of undo and redo changed.
        settled(Changes): the last part of a large undo or redo was applied; all but its masks.
    """

    changed = pyqtSignal(object)
    did = pyqtSignal(object, object)
    history_changed = pyqtSignal()
    settled = pyqtSignal(object)

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = project
        self.history = History(project)
        self.revision = 0
        self._store: Store | None = None
        self._parts: Iterator[Changes] | None = None
        self._reports = False
        self._gathered: set[Cell] = set()
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._take_turn)

    def store_changes_with(self, store: Store | None) -> None:
        """Hand every changed value on to ``store`` (the autosaver), as soon as it changes."""
        self._store = store

    def do(self, edit: Edit) -> Step:
        """Apply an edit as one undo step."""
        self.settle()
        if len(edit.changes) > LARGE:
            step, parts = self.history.do_in_parts(edit, PART)
            self._begin(parts, reports=False)
        else:
            step, changes = self.history.do(edit)
            self._announce(changes)
        self.did.emit(step, edit)
        return step

    def extend(self, step: Step, edit: Edit) -> None:
        """Apply an edit as part of an earlier step."""
        self.settle()
        self._announce(self.history.extend(step, edit))

    def note(self, edit: Edit) -> None:
        """Apply an edit that is no undo step, such as noting what a server holds."""
        self.settle()
        self._announce(self.project.apply(edit))

    def undo(self) -> Changes:
        """Take the last step back; of a large one :attr:`settled` says what changed."""
        self.settle()
        if self.history.next_undo_size > LARGE:
            return self._begin(self.history.undo_in_parts(PART), reports=True)
        return self._announce(self.history.undo())

    def redo(self) -> Changes:
        """Bring the last undone step back; of a large one :attr:`settled` says what changed."""
        self.settle()
        if self.history.next_redo_size > LARGE:
            return self._begin(self.history.redo_in_parts(PART), reports=True)
        return self._announce(self.history.redo())

    def discard_if_empty(self, step: Step) -> None:
        """Forget a step that came to nothing."""
        self.settle()
        self.history.discard_if_empty(step)
        self.history_changed.emit()

    @property
    def is_applying(self) -> bool:
        """True while parts of a large step are still to be applied."""
        return self._parts is not None

    def settle(self) -> None:
        """Apply what is left of a large step now."""
        while self._parts is not None:
            self._next_part()

    def snapshot(self) -> Project:
        """A copy of the project for another thread, with every step done."""
        self.settle()
        return self.project.snapshot()

    # -- large steps in parts ------------------------------------------------------------------

    def _begin(self, parts: Iterator[Changes], *, reports: bool) -> Changes:
        self._parts, self._reports = parts, reports
        self._gathered.clear()
        self._timer.start()
        self._next_part()  # objects and settings, which the caller may need at once
        return Changes()

    def _take_turn(self) -> None:
        end = time.perf_counter() + SECONDS_A_TURN
        while self._parts is not None:
            self._next_part()
            if time.perf_counter() >= end:
                return

    def _next_part(self) -> None:
        assert self._parts is not None
        changes = next(self._parts, None)
        if changes is None:
            self._parts = None
            self._timer.stop()
            if self._reports:
                self.settled.emit(Changes.of(self._gathered))
            return
        self._gathered.update(cell for cell in changes.cells if cell.table is not Table.MASKS)
        self._announce(changes)

    def _announce(self, changes: Changes) -> Changes:
        if changes:
            self.revision += 1
            if self._store is not None:
                self._store([(cell, self.project.value(cell)) for cell in changes.cells])
            self.changed.emit(changes)
        self.history_changed.emit()
        return changes
