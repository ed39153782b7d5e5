"""The project as the window sees it: applies edits, keeps history, tells views what changed."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.changes import Cell, Changes, Edit, Value
from vostool.history import History, Step
from vostool.project import Project

Store = Callable[[list[tuple[Cell, Value]]], None]


class Document(QObject):
    """One project with its history. Lives on the GUI thread and is the only writer.

    Signals:
        changed(Changes): cells of the project changed; views repaint what concerns them.
        history_changed(): the titles of undo and redo changed.
    """

    changed = pyqtSignal(object)
    history_changed = pyqtSignal()

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = project
        self.history = History(project)
        self._store: Store | None = None

    def store_changes_with(self, store: Store | None) -> None:
        """Hand every changed value on to ``store`` (the autosaver), as soon as it changes."""
        self._store = store

    def do(self, edit: Edit) -> Step:
        """Apply an edit as one undo step."""
        step, changes = self.history.do(edit)
        self._announce(changes)
        return step

    def extend(self, step: Step, edit: Edit) -> None:
        """Apply an edit as part of an earlier step."""
        self._announce(self.history.extend(step, edit))

    def note(self, edit: Edit) -> None:
        """Apply an edit that nobody did and nobody can take back, such as what a server holds."""
        self._announce(self.project.apply(edit))

    def undo(self) -> Changes:
        """Take the last step back."""
        return self._announce(self.history.undo())

    def redo(self) -> Changes:
        """Bring the last undone step back."""
        return self._announce(self.history.redo())

    def discard_if_empty(self, step: Step) -> None:
        """Forget a step that came to nothing."""
        self.history.discard_if_empty(step)
        self.history_changed.emit()

    def _announce(self, changes: Changes) -> Changes:
        if changes:
            if self._store is not None:
                self._store([(cell, self.project.value(cell)) for cell in changes.cells])
            self.changed.emit(changes)
        self.history_changed.emit()
        return changes
