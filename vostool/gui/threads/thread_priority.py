"""Letting the window go first where the engine could take every core."""

from __future__ import annotations

import os
import sys
import threading

NICENESS = 5


def yield_to_window() -> None:
    """Lower the calling thread's priority; threads that it starts (OpenMP's, torch's) inherit it.

    Qt's own thread priorities do nothing under Linux' normal scheduling, but there a niceness
    belongs to each thread. Elsewhere `QThread.setPriority` serves, so nothing is done here.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
