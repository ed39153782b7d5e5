"""Every thread of the window, kept from its start until it has ended by itself.

Python and Qt must not lose a thread that still runs: Qt ends the process where one is destroyed.
Who starts one may go at any time, with a dialog, a video or the window, and none is waited for: a
dead network, a library that loads, a file being indexed. So the threads keep themselves here. What
one does after that touches nothing of the window any more.
"""

from __future__ import annotations

from PyQt6 import sip
from PyQt6.QtCore import QThread

_running: set[QThread] = set()


def leave_to_end(thread: QThread) -> None:
    """Keep a thread that begins until it has ended by itself; it belongs to nobody else."""
    thread.setParent(None)
    _running.add(thread)
    thread.finished.connect(_let_go)


def _let_go() -> None:
    for thread in list(_running):
        if sip.isdeleted(thread) or thread.isFinished():
            _running.discard(thread)


def wait_for_left(milliseconds: int) -> bool:
    """Before the program ends: give each thread so long; True where all have ended."""
    for thread in list(_running):
        if not sip.isdeleted(thread):
            thread.wait(milliseconds)
    _let_go()
    return not _running
