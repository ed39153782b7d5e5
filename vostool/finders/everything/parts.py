"""Which candidates are parts of others: a wheel of a car."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vostool.finders.choice import INSIDE, Overlaps
from vostool.finders.finder import Candidate

_SMALLER = 0.8
"""A part has at most this share of its whole's area; what has more is the same thing again."""
_GROUND = 0.6
"""Share of the picture beyond which a mask is what things stand before, and not their whole."""


def with_wholes(candidates: Sequence[Candidate], overlaps: Overlaps) -> tuple[Candidate, ...]:
    """The candidates, each telling the smallest other one that it lies in."""
    areas, inside = overlaps.areas, overlaps.inside
    may = (
        (inside >= INSIDE)
        & (areas[:, None] <= _SMALLER * areas[None])
        & (areas[None] <= _GROUND * overlaps.picture)
    )
    told = []
    for index, candidate in enumerate(candidates):
        wholes = np.flatnonzero(may[index])
        whole = int(wholes[areas[wholes].argmin()]) if len(wholes) else None
        told.append(replace(candidate, whole=whole))
    return tuple(told)
