"""Keeping the open project stored: autosave, Save, Save as, and moving a draft to its name.

A file goes through: attached (edits go to its autosaver), copying (Save as: edits go to the old
file and are kept for the new one), and detached. Nothing is detached before the person knows what
could not be written: :meth:`Storage.finish` asks, and the window closes after its answer.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from vostool.gui.session.document import Document
from vostool.gui.session.label_memory import is_untouched
from vostool.gui.session.saving_copy import SavingCopy
from vostool.gui.threads.background import Background
from vostool.gui.threads.timers import single_shot
from vostool.io.project.autosave import Autosaver
from vostool.io.project.drafts import is_draft
from vostool.io.project.file import ProjectFile
from vostool.progress import Progress
from vostool.project.changes import Cell, Value
from vostool.words import mark, tr

CLOSE_SECONDS = 5.0
GRACE_MS = 50
"""What a file is given to be written before it is closed without the window."""
NOWHERE = mark("What you did is stored nowhere yet: no place for it could be written.")
SLOW = mark("The disk has not taken everything within {:g} seconds.")


class Storage(QObject):
    """Stores one document's changes in one project file.

    Signals:
        problem(object): a sentence when autosave fails, None when it works again (any thread).
        saved(Path): Save or Save as has finished; further changes go to this file.
        failed(str): Save or Save as has not.
        finished(object): the answer to :meth:`finish`: None, or why not everything is stored.
    """

    problem = pyqtSignal(object)
    saved = pyqtSignal(object)
    failed = pyqtSignal(str)
    finished = pyqtSignal(object)

    def __init__(self, document: Document, file: ProjectFile | None) -> None:
        super().__init__()
        self._document = document
        self._file: ProjectFile | None = None
        self._autosaver: Autosaver | None = None
        self._copy: SavingCopy | None = None
        self._flushing: Background | None = None
        self._asked_to_save = self._asked_to_finish = False
        self._flush_again = False
        self._next_copies: list[Path] = []
        self._patience = single_shot(self, 0, self._copy_hangs)
        self._in_time = True
        self._late: list[tuple[Cell, Value]] = []
        if file is not None:
            self._attach(file)

    @property
    def is_copying(self) -> bool:
        """True while Save as writes."""
        return self._copy is not None

    @property
    def path(self) -> Path | None:
        """The project file, or None for a draft or no file at all."""
        if self._file is None or is_draft(self._file.path):
            return None
        return self._file.path

    @property
    def place(self) -> Path | None:
        """Where changes go: the project file or the draft; None where nothing is stored."""
        return None if self._file is None else self._file.path

    def save(self) -> bool:
        """Write what waits; answers by ``saved`` or ``failed``.

        Returns:
            False where there is no file name yet, so that one has to be asked for.
        """
        if self._copy is not None:  # it is answered when the new file is there
            self._asked_to_save = True
            return True
        if self.path is None or self._autosaver is None:
            return False
        self._asked_to_save = True
        self._flush_aside()
        return True

    def flush(self) -> bool:
        """Write what waits and wait for it, from any thread; False where it could not be stored."""
        return self._autosaver is None or self._autosaver.flush(CLOSE_SECONDS)

    def save_as(self, path: Path) -> None:
        """Store everything under another name, off the GUI thread; answers by a signal."""
        if self._copy is not None:
            self._next_copies.append(path)
            return
        if self._file is not None and path == self._file.path:
            self._asked_to_save = True
            self._flush_aside()
            return
        self._document.settle()
        self._copy = SavingCopy(self._document.project.snapshot(), path)
        self._store_in_both()
        self._copy.finished.connect(self._copied)
        self._copy.start()

    def finish(self) -> None:
        """Have everything stored before the file is given back; answers by ``finished``."""
        self._asked_to_finish = True
        if self._copy is None:
            self._flush_aside()
        else:  # at its end, or when it takes too long
            self._patience.start(round(CLOSE_SECONDS * 1000))

    def close(self) -> bool:
        """Store what waits and give the file back; an untouched draft is removed.

        Returns:
            False where something could not be stored; :meth:`finish` would have told.
        """
        self._patience.stop()
        self._next_copies.clear()
        if self._flushing is not None:
            self._flushing.finished.disconnect(self._flushed)
        if self._copy is not None:
            self._copy.finished.disconnect(self._copied)
            if self._copy.wait(GRACE_MS):
                self._take_copy()
            else:
                self._copy.abandon()
        return self._detach()

    # -- writing what waits --------------------------------------------------------------------

    def _flush_aside(self) -> None:
        """Flush in a thread; what is asked during one is answered by the next.

        The one at work may have failed already, on a disk that has room by now.
        """
        if self._flushing is not None:
            self._flush_again = True
            return

        def work(_progress: Progress) -> None:
            self._in_time = self.flush()

        self._flushing = Background(work)
        self._flushing.finished.connect(self._flushed)
        self._flushing.start()

    def _flushed(self) -> None:
        self._flushing = None
        saver = self._autosaver
        changed = saver is not None and saver.pending and saver.problem is None and self._in_time
        if changed or self._flush_again:
            self._flush_again = False
            self._flush_aside()
            return
        sentence = self._what_is_missing()
        if self._asked_to_save:
            self._asked_to_save = False
            if sentence is None:
                self.saved.emit(self.path)
            else:
                self.failed.emit(sentence)
        if self._asked_to_finish:
            self._asked_to_finish = False
            self.finished.emit(sentence)

    def _what_is_missing(self) -> str | None:
        """Why not everything is stored, or None."""
        if self._autosaver is None:
            return None if is_untouched(self._document.project) else tr(NOWHERE)
        if not self._autosaver.pending:
            return None
        return self._autosaver.problem or tr(SLOW).format(CLOSE_SECONDS)

    # -- Save as -------------------------------------------------------------------------------

    def _store_in_both(self) -> None:
        """While a copy is written, changes go to both: the old file now, the new one after."""
        old = self._autosaver
        self._late.clear()

        def store(values: list[tuple[Cell, Value]]) -> None:
            self._late.extend(values)
            if old is not None:
                old.changed(values)

        self._document.store_changes_with(store)

    def _copied(self) -> None:
        self._patience.stop()
        copy = self._take_copy()
        if copy.file is not None:
            self.saved.emit(copy.file.path)
        else:
            self._asked_to_save = False  # to the new file, which is not there
            self.failed.emit(copy.problem)
        if self._next_copies:
            self.save_as(self._next_copies.pop(0))
        elif self._asked_to_finish or self._asked_to_save:
            self._flush_aside()

    def _copy_hangs(self) -> None:
        if self._asked_to_finish:
            self._asked_to_finish = False
            self.finished.emit(tr(SLOW).format(CLOSE_SECONDS))

    def _take_copy(self) -> SavingCopy:
        """Go over to the file that was written, or stay with the one before."""
        copy, self._copy = self._copy, None
        assert copy is not None
        if copy.file is not None:
            self._detach(drop_draft=True)
            self._attach(copy.file).changed(self._late)
        else:
            old = self._autosaver
            self._document.store_changes_with(None if old is None else old.changed)
        return copy

    # -- the file ------------------------------------------------------------------------------

    def _attach(self, file: ProjectFile) -> Autosaver:
        self._file = file
        self._autosaver = Autosaver(file, on_problem=self.problem.emit)
        self._document.store_changes_with(self._autosaver.changed)
        return self._autosaver

    def _detach(self, drop_draft: bool = False) -> bool:
        self._document.store_changes_with(None)
        file, saver = self._file, self._autosaver
        self._file = self._autosaver = None
        if file is None or saver is None:
            return True
        drop = is_draft(file.path) and (drop_draft or is_untouched(self._document.project))
        stored = saver.close(GRACE_MS / 1000)
        if saver.ended:
            _give_back(file, drop)
            return stored

        def work(_progress: Progress) -> None:  # a disk that hangs must not hold the window up
            saver.close()
            _give_back(file, drop)

        Background(work).start()
        return False


def _give_back(file: ProjectFile, drop: bool) -> None:
    """Close a project file, and remove it where it is a draft of which nothing is left to keep."""
    file.close()
    if drop:
        with contextlib.suppress(OSError):
            file.path.unlink()
