"""Python's garbage collector, kept from stopping the window.

A full collection looks at every container that lives. With the masks of a long video, a million and
more of them, it takes half a second, in whichever thread it falls, and nothing else runs then.
What is in no cycle is freed without it, and a project's values are in none.
"""

from __future__ import annotations

import gc

THRESHOLDS = (2_000, 5, 1_000)
"""Containers more than freed until a young collection; young ones until a middle, those until a
full one. A middle one looks at 10,000 at most, a few milliseconds; a full one is very rare."""


def keep_pauses_short() -> None:
    """Make full collections rare, and middle ones small."""
    gc.set_threshold(*THRESHOLDS)


def forget_closed() -> None:
    """Free what a closed video leaves behind in cycles; takes a quarter of a second with torch."""
    gc.collect()
