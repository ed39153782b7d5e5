"""Letting the window go first where the engine could take every core."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

NICENESS = 5


def yield_to_window() -> None:
    """Lower the calling thread's priority; threads that it starts (OpenMP's, torch's) inherit it.

    Qt's own thread priorities do nothing under Linux' normal scheduling, but there a niceness
    belongs to each thread. Elsewhere `QThread.setPriority` serves, so nothing is done here.
    """
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    # A program that was started with `nice` is lower already, and may not raise itself again; where
    # a sandbox forbids the call, the thread works at the window's priority.
    with contextlib.suppress(OSError):
        if os.getpriority(os.PRIO_PROCESS, thread) < NICENESS:
            os.setpriority(os.PRIO_PROCESS, thread, NICENESS)
