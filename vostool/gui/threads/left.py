"""Threads that are not waited for: a dead network, a library that loads, a file being indexed.

Python and Qt must not lose a thread that still runs, so it is kept here until it ends. What it does
touches nothing of the window any more.
"""

from __future__ import annotations

from PyQt6.QtCore import QThread

_left: set[QThread] = set()


def leave_to_end(thread: QThread) -> None:
    """Keep a thread until it has ended by itself."""
    thread.setParent(None)  # who started it may go before it does
    _left.add(thread)
    thread.finished.connect(lambda: _left.discard(thread))
    if thread.isFinished():
        _left.discard(thread)


def wait_for_left(milliseconds: int) -> bool:
    """Before the program ends: give each thread so long; True where all have ended."""
    for thread in list(_left):
        if thread.wait(milliseconds):
            _left.discard(thread)
    return not _left
