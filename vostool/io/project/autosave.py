"""Autosave: what changed is on the disk within a second, without the window waiting for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from vostool.errors import ProjectFileError
from vostool.io.project.file import ProjectFile
from vostool.project.changes import Cell, Value
from vostool.words import tr

INTERVAL_SECONDS = 0.5
_RETRY_SECONDS = 2.0

Problem = Callable[[str | None], None]
"""Called with a sentence when saving fails, and with None when it works again."""

_log = logging.getLogger(__name__)


def _unheard(sentence: str | None) -> None:
    """The problem callback of a caller that gave none."""


class Autosaver:
    """Writes changed cells to a project file from a thread of its own.

    A first change is written at once, further ones together at most every ``interval`` seconds.
    What could not be written (a full disk) is kept and tried again for as long as the process
    lives. The project file must not be closed before the autosaver is.
    """

    def __init__(
        self,
        project_file: ProjectFile,
        interval: float = INTERVAL_SECONDS,
        on_problem: Problem = _unheard,
    ) -> None:
        """Start the thread.

        Args:
            interval: seconds between two transactions.
            on_problem: called from the autosave thread, once for each new problem.
        """
        self._file = project_file
        self._interval = interval
        self._on_problem = on_problem
        self._wake = threading.Condition()
        self._pending: dict[Cell, Value] = {}
        self._writing = False
        self._closing = False
        self._flushes = 0
        self._attempts = self._needed = 0
        self._problem: str | None = None
        self._thread = threading.Thread(target=self._run, name="autosave", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str | None:
        """The sentence of the last failed attempt; None while saving works."""
        with self._wake:
            return self._problem

    @property
    def pending(self) -> bool:
        """True while something is not stored yet."""
        with self._wake:
            return bool(self._pending) or self._writing

    @property
    def ended(self) -> bool:
        """True once the thread has ended, so that the file may be closed."""
        return not self._thread.is_alive()

    def changed(self, values: Iterable[tuple[Cell, Value]]) -> None:
        """Take note of cells and their values (None: deleted); returns at once."""
        with self._wake:
            self._pending.update(values)
            self._wake.notify_all()

    def flush(self, timeout: float | None = None) -> bool:
        """Write everything now and wait for it.

        Returns:
            True where all is stored; False where an attempt that began after this call failed (see
            :attr:`problem`) or took longer than ``timeout`` seconds. Nothing is lost either way.
        """
        with self._wake:
            # The attempt at work may fail by what has been mended since.
            needed = self._attempts + self._writing + 1
            self._needed = max(self._needed, needed)
            self._flushes += 1
            self._wake.notify_all()

            def settled() -> bool:
                failed = self._attempts >= needed and self._problem is not None
                stored = not self._pending and not self._writing
                return stored or failed or not self._thread.is_alive()

            self._wake.wait_for(settled, timeout)
            self._flushes -= 1
            return not self._pending and not self._writing

    def close(self, timeout: float | None = None) -> bool:
        """Write what waits and end the thread. The project file stays open.

        Returns:
            True where all is stored. False where that failed or took longer than ``timeout``
            seconds: what is not stored then goes with the process, so a caller that can still ask
            the person flushes first.
        """
        with self._wake:
            self._closing = True
            self._wake.notify_all()
        self._thread.join(timeout)
        return not self.pending

    @property
    def _in_a_hurry(self) -> bool:
        """A flush waits, and no attempt for it has failed yet."""
        return self._flushes > 0 and (self._problem is None or self._attempts < self._needed)

    def _run(self) -> None:
        last = -self._interval
        while True:
            with self._wake:
                self._wake.wait_for(lambda: bool(self._pending) or self._closing)
                pause = self._interval if self._problem is None else _RETRY_SECONDS
                due = last + pause - time.monotonic()
                self._wake.wait_for(lambda: self._in_a_hurry or self._closing, max(due, 0.0))
                if not self._pending:
                    return
                closing = self._closing
                batch, self._pending = self._pending, {}
                self._writing = True
            self._settle(batch, self._attempt(batch))
            last = time.monotonic()
            if closing:
                return

    def _attempt(self, batch: dict[Cell, Value]) -> str | None:
        """Write a batch; the sentence of what went wrong, or None."""
        try:
            self._file.write(batch.items())
        except ProjectFileError as error:
            return str(error)
        except Exception as error:
            # The thread has to live on: it holds the only copy of what is not stored yet.
            _log.exception("autosave failed")
            return tr(
                "Saving to '{path}' failed ({error}); it is tried again.",
                path=self._file.path,
                error=error,
            )
        return None

    def _settle(self, batch: dict[Cell, Value], problem: str | None) -> None:
        with self._wake:
            if problem is not None:
                self._pending = {**batch, **self._pending}
            news = problem != self._problem
            self._problem = problem
            self._attempts += 1
            self._writing = False
            self._wake.notify_all()
        if news:
            try:
                self._on_problem(problem)
            except Exception:  # the thread holds the only copy of what is not stored yet
                _log.exception("telling of a problem failed")
