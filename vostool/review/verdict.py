"""What became of a stretch that is asked about no more: said only as far as it is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vostool.project.project import Project
from vostool.review.events import ReviewEvent, Stretch
from vostool.review.measures import ObjectRow
from vostool.review.order import Rows
from vostool.words import mark, tr

UNKNOWN = mark(
    "Asked about no more; no new score or agreement says that it is right. Play it, or confirm it."
)


def verdict(project: Project, rows: Rows, event: ReviewEvent) -> str:
    """One sentence on an event that has left the queue.

    "Settled" is said only where each mask that no person gave or confirmed has a score or an
    agreement of two tracks, which speaks for it, as it has left the queue.
    """
    kept = dismissed = confirmed = total = 0
    lowest: list[float] = []
    unknown = False
    for stretch in event.stretches:
        row = rows.get(stretch.object_id)
        there = _there(row, stretch)
        if row is None or not len(there):
            continue
        total += len(there)
        own = row.kept[there]
        kept += int(np.count_nonzero(own))
        confirmed += _confirmed(project, stretch)
        dismissed += int(np.count_nonzero(row.dismissed[there]))
        rest = there[~own & ~row.dismissed[there]]
        known = np.fmin(row.score[rest], row.agreement[rest])  # the one that is known, or the lower
        unknown |= bool(np.isnan(known).any())
        lowest += known.tolist()
    if not total:
        return tr("No masks are left there.")
    if confirmed == total:
        return tr("Confirmed.")
    if dismissed:
        return tr("Dismissed: asked about again when its masks change.")
    if unknown:
        return tr(UNKNOWN)
    if not lowest:
        return tr("Settled: all {total} masks are yours or confirmed.", total=total)
    own_part = tr(", {kept} by you", kept=kept) if kept else ""
    return tr(
        "Settled: the lowest score there is now {lowest:.2f} ({total} masks{own_part}).",
        lowest=min(lowest),
        total=total,
        own_part=own_part,
    )


def _there(row: ObjectRow | None, stretch: Stretch) -> NDArray[np.int64]:
    """The frames of a stretch that have a mask."""
    if row is None:
        return np.empty(0, np.int64)
    frames = np.arange(stretch.first, stretch.last + 1)
    return frames[row.area[frames] >= 0]


def _confirmed(project: Project, stretch: Stretch) -> int:
    row = project.masks.row(stretch.object_id)
    frames = range(stretch.first, stretch.last + 1)
    return sum(1 for frame in frames if (record := row.get(frame)) and record.confirmed)
