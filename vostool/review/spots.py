"""Where to look when nothing is flagged.

A track that is wrong from its first answer on, or that drifts without a jump, gives no sign, and
errors grow with the distance from what is known.
"""

from __future__ import annotations

import numpy as np

from vostool.review.gain import distances
from vostool.review.measures import ObjectRow
from vostool.review.order import ReviewItem, Rows


def farthest(rows: Rows) -> ReviewItem | None:
    """The tracked mask that lies the most frames from those of its object that a person gave,
    confirmed or dismissed; None where there is no other. Of equally far ones the first.

    So one who follows halves the widest stretch that nobody has looked at (as spread annotation
    does). An object without any such mask is left out: nothing says that it is wanted.
    """
    found = [(item, far) for oid, row in rows.items() for item, far in _of(oid, row)]
    best = max(found, key=lambda each: (each[1], -each[0].frame, -each[0].object_id), default=None)
    return None if best is None else best[0]


def _of(oid: int, row: ObjectRow) -> list[tuple[ReviewItem, int]]:
    """An object's farthest mask and how far it is, or nothing."""
    there = row.area >= 0
    seen = np.flatnonzero(there & (row.kept | row.dismissed))
    left = np.flatnonzero(there & ~row.kept & ~row.dismissed)
    if not len(seen) or not len(left):
        return []
    far = distances(seen, left, len(row.area))
    place = int(far.argmax())
    return [(ReviewItem(int(left[place]), oid, 0.0), int(far[place]))]
