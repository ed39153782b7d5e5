"""Stretches of the review: masks in the queue that lie close together are one event.

A mask that is likely wrong is seldom alone: a cup behind a hand has a low score for twenty frames.
Such masks of one object make a stretch, and stretches of objects that cover each other at the same
time are one event, because one look answers both.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vostool.review.fault import likelier
from vostool.review.gain import doubts, gains
from vostool.review.measures import ObjectRow
from vostool.review.order import ReviewItem, Risks, Rows
from vostool.review.reasons import REASON_BITS, SHARED, WEIGHTS, Reason

GAP_SECONDS = 0.5
"""Masks this close together are one stretch, whatever lies between."""
LEAST_GAP, LARGEST_GAP = 2, 30
"""In frames; pictures of a folder may claim any rate."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames ``first``..``last`` inclusive of one object.

    Where the object is gone at its end, it goes on for as long as the object stays away.
    """

    object_id: int
    first: int
    last: int

    def __contains__(self, place: object) -> bool:
        """True for a (frame, object id) inside."""
        return (
            isinstance(place, tuple)
            and place[1] == self.object_id
            and self.first <= place[0] <= self.last
        )


@dataclass(frozen=True, slots=True)
class ReviewEvent:
    """What is looked at, played, confirmed or dismissed as one.

    Attributes:
        stretches: of its objects, by object and frame.
        worst: the mask to look at, where a correction would mend most (:func:`gains`).
        gain: how much that is.
        asked: the last frame that anything was said of; behind it the object is only away.
        bits: the reasons of all its masks.
        masks: how many of its masks are in the queue.
    """

    stretches: tuple[Stretch, ...]
    worst: ReviewItem
    gain: float
    asked: int
    bits: int
    masks: int

    @property
    def first(self) -> int:
        """The first frame."""
        return min(s.first for s in self.stretches)

    @property
    def last(self) -> int:
        """The last frame."""
        return max(s.last for s in self.stretches)

    @property
    def object_ids(self) -> tuple[int, ...]:
        """Its objects, ascending."""
        return tuple(sorted({s.object_id for s in self.stretches}))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it may be wrong, what weighs most first."""
        return tuple(r for r in _BY_WEIGHT if int(REASON_BITS[r]) & self.bits)

    @property
    def rank(self) -> tuple[float, int, int]:
        """Sorts events: where most is to be mended first, then by frame and object."""
        return -self.gain, *self.worst.place

    @property
    def place(self) -> tuple[int, int]:
        """Sorts events in time."""
        return self.first, self.stretches[0].object_id

    def __len__(self) -> int:
        return self.last - self.first + 1

    def stretch_at(self, frame: int, object_id: int) -> Stretch | None:
        """The stretch of the object that the frame lies in, or None."""
        return next((s for s in self.stretches if (frame, object_id) in s), None)

    def holds(self, frame: int) -> bool:
        """True for a frame inside."""
        return self.first <= frame <= self.last

    def meets(self, other: ReviewEvent) -> bool:
        """True where both have a frame of an object in common."""
        return any(_meet(a, b) for a in self.stretches for b in other.stretches)


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Which events are asked for.

    Attributes:
        reason: only those with this reason among theirs; None takes all.
        object_id: only those of this object; None takes all.
    """

    reason: Reason | None = None
    object_id: int | None = None

    def takes(self, event: ReviewEvent) -> bool:
        """True where the event is asked for."""
        wanted = self.reason is None or bool(event.bits & int(REASON_BITS[self.reason]))
        return wanted and self.object_id in (None, *event.object_ids)


_BY_WEIGHT = sorted(Reason, key=lambda reason: -WEIGHTS[reason])


def gap_of(rate: float) -> int:
    """How many frames apart two masks of one stretch may lie, at so many frames a second."""
    return int(min(max(round(rate * GAP_SECONDS), LEAST_GAP), LARGEST_GAP))


def stretches_of(oid: int, row: ObjectRow, risk: Risks, gap: int) -> list[ReviewEvent]:
    """One object's events, in time; ``risk`` is 0 where a mask is not asked for."""
    frames = np.flatnonzero(risk)
    if not len(frames):
        return []
    starts = np.concatenate(([0], np.flatnonzero(np.diff(frames) > gap) + 1))
    ends = np.append(starts[1:], len(frames))
    bits = np.bitwise_or.reduceat(row.reasons[frames], starts)
    found = []
    for start, end, some in zip(starts.tolist(), ends.tolist(), bits.tolist(), strict=True):
        there = frames[start:end]
        limit = int(frames[end]) if end < len(frames) else len(risk)
        asked = int(there[-1])
        stretch = Stretch(oid, int(there[0]), _end_of_absence(row, asked, limit))
        worst, gain = _looked_at(stretch, row, risk, gap)
        found.append(ReviewEvent((stretch,), worst, gain, asked, some, end - start))
    return found


def _looked_at(stretch: Stretch, row: ObjectRow, risk: Risks, gap: int) -> tuple[ReviewItem, float]:
    """The mask of a stretch where a correction would mend most, and how much."""
    doubt = doubts(row, risk, stretch.first, stretch.last + 1)
    places = np.flatnonzero(doubt)
    gain = gains(row, risk, stretch.first + places, gap)
    best = int(gain.argmax())
    place = int(places[best])
    item = ReviewItem(stretch.first + place, stretch.object_id, float(doubt[place]))
    return item, float(gain[best])


def joined(events: Sequence[ReviewEvent], rows: Rows) -> list[ReviewEvent]:
    """Events of objects that cover each other at the same time become one.

    Args:
        events: of one object each, those of an object in time.
    """
    by_object: dict[int, tuple[list[int], list[int]]] = {}
    for number, event in enumerate(events):
        numbers, ends = by_object.setdefault(event.worst.object_id, ([], []))
        numbers.append(number)
        ends.append(event.asked)
    parent = list(range(len(events)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for number, event in enumerate(events):
        for other in _partners(event, rows):
            numbers, ends = by_object.get(other, ([], []))
            for near in numbers[bisect_left(ends, event.first) :]:
                if events[near].first > event.asked:
                    break
                parent[root(near)] = root(number)
    groups: dict[int, list[ReviewEvent]] = {}
    for number, event in enumerate(events):
        groups.setdefault(root(number), []).append(event)
    return [_union(group, rows) for group in groups.values()]


def _partners(event: ReviewEvent, rows: Rows) -> set[int]:
    """The objects that the event's one object covers somewhere in it."""
    if not event.bits & int(SHARED):
        return set()
    row = rows[event.worst.object_id]
    places = np.arange(event.first, event.asked + 1)
    places = places[(row.reasons[places] & SHARED) > 0]
    return {*row.rival[places].tolist(), *row.twin[places].tolist()} - {0}


def _union(group: Sequence[ReviewEvent], rows: Rows) -> ReviewEvent:
    if len(group) == 1:
        return group[0]
    stretches = sorted((s for e in group for s in e.stretches), key=_place)
    worst = min(group, key=lambda event: event.rank)
    return replace(
        worst,
        worst=likelier(rows, worst.worst),
        stretches=tuple(stretches),
        asked=max(event.asked for event in group),
        bits=int(np.bitwise_or.reduce([event.bits for event in group])),
        masks=sum(event.masks for event in group),
    )


def _place(stretch: Stretch) -> tuple[int, int]:
    return stretch.object_id, stretch.first


def _end_of_absence(row: ObjectRow, last: int, limit: int) -> int:
    """The last frame of an object's absence that ``last`` is in, before ``limit``."""
    if row.area[last] != 0:
        return last
    away: NDArray[np.bool_] = (row.area[last:limit] == 0) & ~row.kept[last:limit]
    return last + (len(away) if away.all() else int(np.argmin(away))) - 1


def _meet(a: Stretch, b: Stretch) -> bool:
    return a.object_id == b.object_id and a.first <= b.last and b.first <= a.last
