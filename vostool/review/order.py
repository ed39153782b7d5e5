"""The masks of the review queue in the order of their risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.review.measures import ObjectRow

Rows = Mapping[int, ObjectRow]
Risks = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One mask to look at.

    Attributes:
        risk: in 0..1, comparable within one queue only.
    """

    frame: int
    object_id: int
    risk: float

    @property
    def rank(self) -> tuple[float, int, int]:
        """Sorts the queue: the highest risk first, then by frame and object."""
        return -self.risk, self.frame, self.object_id

    @property
    def place(self) -> tuple[int, int]:
        """Frame and object."""
        return self.frame, self.object_id


def by_rank(rows: Rows) -> list[ReviewItem]:
    """Every mask that is likely wrong, the worst first."""
    items = [
        ReviewItem(frame, oid, float(row.risk[frame]))
        for oid, row in rows.items()
        for frame in np.flatnonzero(row.risk).tolist()
    ]
    return sorted(items, key=lambda item: item.rank)
