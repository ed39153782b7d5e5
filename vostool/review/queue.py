"""The review queue: stretches of tracked masks by how likely they are wrong, with their reasons.

It follows the project by its changes. What changed is marked at once and measured in short pieces
of time, so that even a change to every mask of a long video never holds the caller up; the count
and the order are those of what is measured so far. Masks that a person confirmed, prompted, drew or
imported are never in it, nor those that were dismissed as they are now.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Collection, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from vostool.project.changes import Cell, Changes, Edit, FrameObject, Table
from vostool.project.mask_notes import DISMISSED, note_cell, note_value, parse_note
from vostool.project.pending_edit import PendingEdit
from vostool.project.project import Project
from vostool.review import order as review_order
from vostool.review.events import ReviewEvent, ReviewFilter, gap_of, joined, stretches_of
from vostool.review.fault import fault_of
from vostool.review.measures import Measures
from vostool.review.order import ReviewItem
from vostool.review.reasons import (
    BEYOND_SCORE,
    REASON_BITS,
    WEIGHTS,
    Finding,
    Reason,
    absence,
    findings,
    rate,
)
from vostool.review.spots import farthest
from vostool.review.verdict import verdict
from vostool.words import tr

UPDATE_SECONDS = 0.004
"""As long as :meth:`ReviewQueue.update` may work at once; the rest waits for ``work``."""
_PIECE = 2
"""Frames measured between two looks at the clock."""
_BATCH = 256
"""Frames measured before they are rated: rating many at once costs little more than one."""
_MARKED = 1000
"""Changed cells that are read between two looks at the clock."""
EVERYTHING = ReviewFilter()


class ReviewQueue:
    """The queue of one project. Belongs to the thread that owns the project.

    What is looked at are events (:mod:`vostool.review.events`): stretches of such masks.

    Attributes:
        gap: how many frames apart two masks of one stretch may lie.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._size = (project.source.height, project.source.width)
        self._measures = Measures(project)
        self._waiting = np.zeros(project.source.frame_count, np.bool_)
        self._count = 0
        self._unread: deque[Iterator[int]] = deque(map(self._frames_of, [*project.objects]))
        self._steps: Iterator[None] | None = None
        self.gap = gap_of(project.source.rate)
        self._stretches: dict[int, list[ReviewEvent]] = {}
        self._unsorted: set[int] = set()
        self._events: list[ReviewEvent] | None = None

    @property
    def count(self) -> int:
        """Events left to look at, as far as is measured."""
        return len(self._joined())

    @property
    def masks(self) -> int:
        """Masks that are likely wrong, as far as is measured."""
        return self._count

    @property
    def pending(self) -> int:
        """Frames that are known to wait for being measured; 0 when the queue is complete."""
        busy = bool(self._unread) or self._steps is not None
        return max(int(np.count_nonzero(self._waiting)), int(busy))

    def count_of(self, only: ReviewFilter) -> int:
        """Events left to look at of those asked for."""
        return sum(map(only.takes, self._joined()))

    def update(self, changes: Changes, seconds: float = UPDATE_SECONDS) -> None:
        """Follow the project; what takes longer than a moment is left for :meth:`work`."""
        for oid in changes.objects:
            if oid not in self._project.objects:
                row = self._measures.rows.get(oid)
                self._count -= 0 if row is None else int(np.count_nonzero(row.risk))
                self._wait(self._measures.forget(oid))
                self._stretches.pop(oid, None)
                self._events = None
        self._unread.append(self._frames_in(changes.cells))
        self.work(seconds)

    def work(self, seconds: float) -> bool:
        """Measure what waits, for about so long; True when nothing waits any more."""
        end = time.monotonic() + seconds
        while True:
            if self._steps is None:
                self._steps = self._make_steps()
            if next(self._steps, self) is self:
                self._steps = None
                if not self._unread and not self._waiting.any():
                    return True
            if time.monotonic() >= end:
                return False

    def findings(self, frame: int, object_id: int) -> tuple[Finding, ...]:
        """Why the mask may be wrong, what weighs most first; empty when it is not in the queue.

        For an object that stays away, of which only the frame of its going is in the queue, when
        it went.
        """
        row = self._measures.rows.get(object_id)
        if row is None or not (0 <= frame < len(row.risk)):
            return ()
        if row.risk[frame] == 0:
            return absence(row, frame)
        return findings(row, object_id, frame, self._size, self._name)

    def reasons(self, frame: int, object_id: int) -> tuple[Reason, ...]:
        """The reasons alone, in the order of their weights; cheaper than :meth:`findings`."""
        row = self._measures.rows.get(object_id)
        if row is None or not (0 <= frame < len(row.reasons)):
            return ()
        bits = row.reasons[frame]
        return tuple(
            r for r in sorted(REASON_BITS, key=lambda r: -WEIGHTS[r]) if REASON_BITS[r] & bits
        )

    def item(self, frame: int, object_id: int) -> ReviewItem | None:
        """The item of a mask, or None when it is not in the queue."""
        row = self._measures.rows.get(object_id)
        if row is None or not (0 <= frame < len(row.risk)) or row.risk[frame] == 0:
            return None
        return ReviewItem(frame, object_id, float(row.risk[frame]))

    def flagged(self) -> dict[int, NDArray[np.int64]]:
        """By object, the frames in the queue for more than a low score (which is seen without
        it), ascending.
        """
        rows = self._measures.rows.items()
        return {oid: np.flatnonzero(row.reasons & BEYOND_SCORE) for oid, row in rows}

    def items(self) -> list[ReviewItem]:
        """Every mask of the queue, the worst first."""
        return review_order.by_rank(self._measures.rows)

    def events(
        self, only: ReviewFilter = EVERYTHING, *, in_time: bool = False
    ) -> list[ReviewEvent]:
        """What to look at, the worst first (or in time), as far as it is measured."""
        found = [event for event in self._joined() if only.takes(event)]
        return sorted(found, key=(lambda e: e.place) if in_time else (lambda e: e.rank))

    def spot(self) -> ReviewItem | None:
        """Where to look when there is no event: :func:`vostool.review.spots.farthest`."""
        return farthest(self._measures.rows)

    def event_at(self, frame: int, object_id: int) -> ReviewEvent | None:
        """The event that a mask is in, asked about or not; None where it is in none."""
        place = (frame, object_id)
        events = (e for e in self._joined() if any(place in s for s in e.stretches))
        return next(events, None)

    def like(self, event: ReviewEvent) -> ReviewEvent | None:
        """What an event that was looked at before has become: the worst that it shares a frame
        of an object with; None where nothing is asked about there any more.
        """
        found = [other for other in self._joined() if other.meets(event)]
        return min(found, key=lambda other: other.rank, default=None)

    def places(self, event: ReviewEvent) -> list[FrameObject]:
        """The masks of the queue in an event's stretches."""
        rows = self._measures.rows
        return [
            (stretch.first + int(at), stretch.object_id)
            for stretch in event.stretches
            if (row := rows.get(stretch.object_id)) is not None
            for at in np.flatnonzero(row.risk[stretch.first : stretch.last + 1])
        ]

    def blamed(self, event: ReviewEvent) -> str:
        """Where two objects overlap, why the one is held to be wrong; else ""."""
        rows, (frame, oid) = self._measures.rows, event.worst.place
        fault = fault_of(rows, frame, oid)
        if fault is None or fault.object_id != oid:
            return ""
        return tr(fault.why.value)

    def verdict(self, event: ReviewEvent) -> str:
        """One sentence on what became of an event that is asked about no more."""
        return verdict(self._project, self._measures.rows, event)

    def answered(self) -> tuple[int, int, int]:
        """How many masks there are, and of these: confirmed or given by a person, dismissed."""
        masks = kept = dismissed = 0
        for row in self._measures.rows.values():
            there = row.area >= 0
            masks += int(np.count_nonzero(there))
            kept += int(np.count_nonzero(there & row.kept))
            dismissed += int(np.count_nonzero(there & row.dismissed))
        return masks, kept, dismissed

    def _joined(self) -> list[ReviewEvent]:
        if self._events is None:
            apart = [event for events in self._stretches.values() for event in events]
            self._events = joined(apart, self._measures.rows)
        return self._events

    def _frames_of(self, object_id: int) -> Iterator[int]:
        # A row may change before its turn comes; a list of its frames costs a millisecond.
        yield from list(self._project.masks.row(object_id))

    def _frames_in(self, cells: Iterable[Cell]) -> Iterator[int]:
        for table, key in cells:
            if table in (Table.MASKS, Table.PROMPTS) and isinstance(key, tuple):
                yield key[0]
            elif table is Table.SETTINGS and isinstance(key, str):
                yield from self._measures.note([key])

    def _wait(self, frames: Iterable[int]) -> None:
        places = np.fromiter(frames, np.int64)
        self._waiting[places[(places >= 0) & (places < len(self._waiting))]] = True

    def _make_steps(self) -> Iterator[None]:
        """Read what changed, measure some of it and rate it; pauses wherever it can."""
        while self._unread:
            frames = list(itertools.islice(self._unread[0], _MARKED))
            self._wait(frames)
            if len(frames) < _MARKED:
                self._unread.popleft()
            yield
        for oid in self._measures.without_row():
            self._measures.add_row(oid)
            yield
        batch = np.flatnonzero(self._waiting)[:_BATCH]
        for start in range(0, len(batch), _PIECE):
            piece = batch[start : start + _PIECE]
            self._waiting[piece] = False
            self._measures.measure(piece.tolist())
            yield
        # Reasons look at the frame before and, where that is corrected, at the one behind.
        frames_to_rate = np.unique(np.add.outer(batch, np.arange(-1, 3)))
        inside = (frames_to_rate >= 0) & (frames_to_rate < len(self._waiting))
        for oid in list(self._measures.rows):
            self._rate(oid, frames_to_rate[inside])
            yield
        while self._unsorted and not self._unread and not self._waiting.any():
            self._sort(self._unsorted.pop())
            yield

    def _rate(self, object_id: int, frames: NDArray[np.int64]) -> None:
        row = self._measures.rows.get(object_id)
        if row is not None and len(frames):
            risk, reasons = rate(row, frames, self._size)
            self._count += int(np.count_nonzero(risk)) - int(np.count_nonzero(row.risk[frames]))
            row.risk[frames], row.reasons[frames] = risk, reasons
            self._unsorted.add(object_id)

    def _sort(self, object_id: int) -> None:
        """Find an object's stretches anew."""
        row = self._measures.rows.get(object_id)
        if row is not None:
            found = stretches_of(object_id, row, row.risk, self.gap)
            self._stretches[object_id], self._events = found, None

    def _name(self, object_id: int) -> str:
        shown = self._project.objects.get(object_id)
        return (
            f"{object_id} {shown.label}"
            if shown is not None
            else tr("Object {object_id}", object_id=object_id)
        )


def dismiss(project: Project, places: Collection[FrameObject]) -> Edit:
    """Take masks out of the queue for as long as they stay as they are."""
    pending = PendingEdit(project)
    for frame, oid in places:
        record = project.masks.get(frame, oid)
        if record is not None:
            pending.put(note_cell(DISMISSED, frame, oid), note_value(record.mask, True))
    return pending.edit(tr("Dismiss"))


def bring_back_dismissed(project: Project, object_ids: Collection[int] | None = None) -> Edit:
    """Forget what was dismissed, of some objects or (None) of all."""
    pending = PendingEdit(project)
    for name in project.settings:
        place = parse_note(name)
        if place is None or place.kind != DISMISSED:
            continue
        if object_ids is None or place.object_id in object_ids:
            pending.put(note_cell(*place), None)
    return pending.edit(tr("Bring dismissed back"))
