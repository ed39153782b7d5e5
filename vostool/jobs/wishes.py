"""What a person wants of jobs while they go: some cancelled, some earlier than others."""

from __future__ import annotations

import threading


class Wishes:
    """Asked by the run, changed by any other thread; the run follows as soon as it looks.

    A job that is cancelled before its turn is not begun. One that goes on stops after the frame in
    work, and nothing of it is stored.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled: set[str] = set()
        self._priorities: dict[str, int] = {}

    def cancel(self, name: str) -> None:
        """The job of this name is not wanted any more."""
        with self._lock:
            self._cancelled.add(name)

    def is_cancelled(self, name: str) -> bool:
        """True once :meth:`cancel` was called for it."""
        with self._lock:
            return name in self._cancelled

    def set_priority(self, name: str, priority: int) -> None:
        """Give a job another priority than its file does; no matter once it has begun."""
        with self._lock:
            self._priorities[name] = priority

    def priority(self, name: str, usual: int) -> int:
        """A job's priority; ``usual`` where nothing else is wanted."""
        with self._lock:
            return self._priorities.get(name, usual)
