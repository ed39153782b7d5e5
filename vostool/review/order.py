"""The order of the review queue: which mask comes next, by risk or in time, of those asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.masks.mask import BoolArray
from vostool.review.measures import ObjectRow
from vostool.review.reasons import REASON_BITS, Reason

Rows = Mapping[int, ObjectRow]
Risks = NDArray[np.float32]
Frames = NDArray[np.int64]


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
        """Frame and object; sorts the queue in time."""
        return self.frame, self.object_id


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Which items are asked for.

    Attributes:
        reason: only those with this reason among theirs; None takes all.
        object_id: only those of this object; None takes all.
    """

    reason: Reason | None = None
    object_id: int | None = None

    def risks(self, rows: Rows) -> dict[int, Risks]:
        """The risks of each object's frames, 0 where the item is not asked for."""
        bit = None if self.reason is None else REASON_BITS[self.reason]
        return {
            oid: row.risk if bit is None else np.where(row.reasons & bit, row.risk, np.float32(0))
            for oid, row in rows.items()
            if self.object_id in (None, oid)
        }


def by_rank(risks: Mapping[int, Risks], limit: int | None) -> list[ReviewItem]:
    """The queue in its order, or as much of it as is asked for."""
    frame, oid, risk = _gathered(risks, lambda risk, there: _worst(risk, there, limit))
    return _items(np.lexsort((oid, frame, -risk))[:limit], frame, oid, risk)


def by_time(risks: Mapping[int, Risks], limit: int | None) -> list[ReviewItem]:
    """The queue by frame and then by object, or as much of it as is asked for."""
    frame, oid, risk = _gathered(risks, lambda _risk, there: there[:limit])
    return _items(np.lexsort((oid, frame))[:limit], frame, oid, risk)


def _gathered(
    risks: Mapping[int, Risks], first: Callable[[Risks, Frames], Frames]
) -> tuple[Frames, Frames, Risks]:
    """Frame, object and risk of all that may be among the first; ``first`` cuts one object's."""
    there = {oid: first(risk, np.flatnonzero(risk)) for oid, risk in risks.items()}
    empty = np.empty(0, np.int64)
    return (
        np.concatenate([empty, *there.values()]),
        np.concatenate([empty, *(np.full(len(f), oid) for oid, f in there.items())]),
        np.concatenate([np.empty(0, np.float32), *(risks[oid][f] for oid, f in there.items())]),
    )


def _items(order: Frames, frame: Frames, oid: Frames, risk: Risks) -> list[ReviewItem]:
    """One item for each place of ``order``; making them is what takes time, so no more."""
    columns = (frame[order].tolist(), oid[order].tolist(), risk[order].tolist())
    return [ReviewItem(*cells) for cells in zip(*columns, strict=True)]


def next_in_rank(risks: Mapping[int, Risks], after: ReviewItem | None) -> ReviewItem | None:
    """The item behind ``after``, which may have left the queue; None at the end."""
    best = None
    for oid, risk in risks.items():
        behind = risk > 0
        if after is not None:
            behind &= _is_behind(risk, oid, after)
        if behind.any():
            frame = int(np.argmax(np.where(behind, risk, 0)))
            item = ReviewItem(frame, oid, float(risk[frame]))
            best = item if best is None or item.rank < best.rank else best
    return best


def previous_in_rank(risks: Mapping[int, Risks], before: ReviewItem) -> ReviewItem | None:
    """The item ahead of ``before``, which may have left the queue; None at the start."""
    best = None
    for oid, risk in risks.items():
        ahead = (risk > 0) & ~_is_behind(risk, oid, before)
        if oid == before.object_id and risk[before.frame] == np.float32(before.risk):
            ahead[before.frame] = False
        if ahead.any():
            backward = np.where(ahead, risk, np.inf)[::-1]
            frame = len(backward) - 1 - int(np.argmin(backward))
            item = ReviewItem(frame, oid, float(risk[frame]))
            best = item if best is None or item.rank > best.rank else best
    return best


def next_in_time(risks: Mapping[int, Risks], frame: int, object_id: int) -> ReviewItem | None:
    """The first item after this place, by frame and then by object id; None at the end."""
    places = []
    for oid, risk in risks.items():
        start = _first_after(frame, oid > object_id)
        later = np.flatnonzero(risk[start:])
        if len(later):
            places.append((start + int(later[0]), oid))
    return _item(risks, min(places, default=None))


def previous_in_time(risks: Mapping[int, Risks], frame: int, object_id: int) -> ReviewItem | None:
    """The last item before this place, by frame and then by object id; None at the start."""
    places = [
        (int(earlier[-1]), oid)
        for oid, risk in risks.items()
        if len(earlier := np.flatnonzero(risk[: max(frame + (oid < object_id), 0)]))
    ]
    return _item(risks, max(places, default=None))


def _worst(risk: Risks, frames: Frames, limit: int | None) -> Frames:
    """The first of the order, unsorted; a whole sort would take as long as many frames."""
    if limit is None or len(frames) <= limit:
        return frames
    values = risk[frames]
    least = np.partition(values, len(values) - limit)[len(values) - limit]
    above = frames[values > least]
    return np.concatenate([above, frames[values == least][: limit - len(above)]])


def _item(risks: Mapping[int, Risks], place: tuple[int, int] | None) -> ReviewItem | None:
    return None if place is None else ReviewItem(*place, float(risks[place[1]][place[0]]))


def _is_behind(risk: Risks, object_id: int, item: ReviewItem) -> BoolArray:
    """Where an object's items come after ``item`` in the queue's order."""
    own = np.float32(item.risk)
    tied = risk == own
    tied[: _first_after(item.frame, object_id > item.object_id)] = False
    behind: BoolArray = (risk < own) | tied
    return behind


def _first_after(frame: int, includes_frame: bool) -> int:
    return max(frame if includes_frame else frame + 1, 0)
