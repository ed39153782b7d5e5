"""Python's garbage collector, kept from stopping the window.

A full collection looks at every container that lives. With the masks of a long video, a million and
more of them, it takes half a second, in whichever thread it falls, and nothing else runs then.
What is not in a cycle is freed without it, and a project's values are in none.
"""

from __future__ import annotations

import atexit
import gc
from typing import Any

THRESHOLDS = (2_000, 5, 1_000)
"""Containers more than freed until a young collection; young ones until a middle, those until a
full one. A middle one looks at 10,000 at most, a few milliseconds."""


def keep_pauses_short() -> None:
    """Make full collections rare, and let each look only at what came after the one before."""
    gc.set_threshold(*THRESHOLDS)
    if _freeze_survivors not in gc.callbacks:
        gc.callbacks.append(_freeze_survivors)
        # Or libraries written in C++ find their objects alive at the end, and say so on stderr.
        atexit.register(as_it_was)


def leave_alone_what_lives() -> None:
    """Take everything there is out of the collections to come; after a project was opened."""
    gc.freeze()


def look_at_everything_again() -> None:
    """Give back what :func:`leave_alone_what_lives` took out; after a project was closed."""
    gc.unfreeze()


def as_it_was() -> None:
    """Collect as Python does by itself again."""
    if _freeze_survivors in gc.callbacks:
        gc.callbacks.remove(_freeze_survivors)
    gc.unfreeze()


def _freeze_survivors(phase: str, info: dict[str, Any]) -> None:
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()
