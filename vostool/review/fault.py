"""Which of two objects that overlap is likelier wrong.

The overlap itself says nothing about that: it is the same for both. What does are, in this order, a
mask of a person during the overlap (which is right), how much each changed since the frame before
it, the model's score, and the size: what has spread is large. Rules of thumb, as the weights are.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

import numpy as np

from vostool.review.measures import ObjectRow
from vostool.review.order import ReviewItem, Rows
from vostool.review.reasons import AREA_FACTOR, OVERLAP, SHARED, SHIFT
from vostool.words import mark

FARTHEST = 300
"""Frames that are looked back on for the beginning of an overlap."""
CHANGE_APART = 0.25
"""Less of a difference between two changes tells nothing; 1 would be a jump in one frame."""
SCORE_APART = 0.03


class Why(enum.Enum):
    """Why one of the two is held to be wrong; in words."""

    KEPT = mark("It is likelier wrong: the other is yours.")
    CHANGED = mark("It is likelier wrong: it changed more.")
    SCORE = mark("It is likelier wrong: its score is lower.")
    LARGER = mark("It may be the wrong one: it is larger.")


@dataclass(frozen=True, slots=True)
class Fault:
    """Who is held to be wrong of two objects that overlap on a frame."""

    object_id: int
    why: Why


def fault_of(rows: Rows, frame: int, object_id: int) -> Fault | None:
    """Who is likelier wrong there; None where the object overlaps with none that is known."""
    row = rows.get(object_id)
    if row is None or not int(row.reasons[frame]) & int(SHARED):
        return None
    rival = int(row.rival[frame])
    other = rows.get(rival)
    if other is None:
        return None
    since = _frame_before(row, frame)
    during = slice(since + 1, frame + 1)
    mine, theirs = bool(row.kept[during].any()), bool(other.kept[during].any())
    if mine != theirs:
        wrong, why = (rival if mine else object_id), Why.KEPT
    else:
        is_mine, why = _compared(row, other, frame, since)
        wrong = object_id if is_mine else rival
    return Fault(wrong, why)


def likelier(rows: Rows, worst: ReviewItem) -> ReviewItem:
    """The same mask, or that of the other object there, where that one is as likely wrong by the
    queue's reasons and likelier by :func:`fault_of`.
    """
    fault = fault_of(rows, worst.frame, worst.object_id)
    if fault is None or fault.object_id == worst.object_id:
        return worst
    risk = float(rows[fault.object_id].risk[worst.frame])
    return ReviewItem(worst.frame, fault.object_id, risk) if risk >= worst.risk else worst


def _compared(row: ObjectRow, other: ObjectRow, frame: int, since: int) -> tuple[bool, Why]:
    """True for the first of two that are both tracked."""
    if since >= 0:
        change = _change(row, frame, since) - _change(other, frame, since)
        if abs(change) >= CHANGE_APART:
            return change > 0, Why.CHANGED
    score = float(row.score[frame] - other.score[frame])
    if abs(score) >= SCORE_APART:  # not where one is unknown, a NaN
        return score < 0, Why.SCORE
    return bool(row.area[frame] >= other.area[frame]), Why.LARGER


def _frame_before(row: ObjectRow, frame: int) -> int:
    """The last frame before the overlap that ``frame`` is in; -1 where it began with the video."""
    first = max(frame - FARTHEST, 0)
    apart = np.flatnonzero(row.overlap[first:frame] <= OVERLAP[0])
    return first + int(apart[-1]) if len(apart) else first - 1


def _change(row: ObjectRow, frame: int, since: int) -> float:
    """How much a mask grew or moved between two frames, in thresholds of a jump."""
    before, after = int(row.area[since]), int(row.area[frame])
    if before <= 0 or after <= 0:
        return 0.0
    grown = abs(math.log(after / before)) / math.log(AREA_FACTOR[0])
    old, new = row.box[since].astype(np.float64), row.box[frame].astype(np.float64)
    moved = float(np.linalg.norm(new[:2] + new[2:] / 2 - old[:2] - old[2:] / 2))
    size = math.sqrt(max(old[2] * old[3], new[2] * new[3], 1.0))
    return max(grown, moved / size / SHIFT[0])
