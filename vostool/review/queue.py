"""The review queue: tracked masks ranked by how likely they are wrong, with the reasons in words.

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
from vostool.review.measures import Measures
from vostool.review.order import ReviewFilter, ReviewItem
from vostool.review.reasons import JUMPS, REASON_BITS, WEIGHTS, Finding, Reason, findings, rate

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

    Every way to look into it takes a :class:`ReviewFilter`.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._size = (project.source.height, project.source.width)
        self._measures = Measures(project)
        self._waiting = np.zeros(project.source.frame_count, np.bool_)
        self._count = 0
        self._unread: deque[Iterator[int]] = deque(map(self._frames_of, [*project.objects]))
        self._steps: Iterator[None] | None = None

    @property
    def count(self) -> int:
        """Masks left to look at, as far as is measured."""
        return self._count

    @property
    def pending(self) -> int:
        """Frames that are known to wait for being measured; 0 when the queue is complete."""
        busy = bool(self._unread) or self._steps is not None
        return max(int(np.count_nonzero(self._waiting)), int(busy))

    def count_of(self, only: ReviewFilter) -> int:
        """Masks left to look at of those asked for."""
        return sum(int(np.count_nonzero(r)) for r in only.risks(self._measures.rows).values())

    def update(self, changes: Changes, seconds: float = UPDATE_SECONDS) -> None:
        """Follow the project; what takes longer than a moment is left for :meth:`work`."""
        for oid in changes.objects:
            if oid not in self._project.objects:
                row = self._measures.rows.get(oid)
                self._count -= 0 if row is None else int(np.count_nonzero(row.risk))
                self._wait(self._measures.forget(oid))
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
        """Why the mask may be wrong, what weighs most first; empty when it is not in the queue."""
        row = self._measures.rows.get(object_id)
        if row is None or not (0 <= frame < len(row.risk)) or row.risk[frame] == 0:
            return ()
        return findings(row, frame, self._size)

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

    def jumps(self) -> dict[int, NDArray[np.int64]]:
        """By object, the frames in the queue where its area or its place jumps, ascending."""
        rows = self._measures.rows.items()
        return {oid: np.flatnonzero(row.reasons & JUMPS) for oid, row in rows}

    def items(
        self, limit: int | None = None, only: ReviewFilter = EVERYTHING, *, in_time: bool = False
    ) -> list[ReviewItem]:
        """The queue in its order (or in time), or as much of it as is asked for."""
        order = review_order.by_time if in_time else review_order.by_rank
        return order(only.risks(self._measures.rows), limit)

    def next_in_rank(
        self, after: ReviewItem | None = None, only: ReviewFilter = EVERYTHING
    ) -> ReviewItem | None:
        """The item behind ``after``, which may have left the queue; None at the end."""
        return review_order.next_in_rank(only.risks(self._measures.rows), after)

    def previous_in_rank(
        self, before: ReviewItem, only: ReviewFilter = EVERYTHING
    ) -> ReviewItem | None:
        """The item ahead of ``before``, which may have left the queue; None at the start."""
        return review_order.previous_in_rank(only.risks(self._measures.rows), before)

    def next_in_time(
        self, frame: int, object_id: int = 0, only: ReviewFilter = EVERYTHING
    ) -> ReviewItem | None:
        """The first item after this place, by frame and then by object id; None at the end."""
        return review_order.next_in_time(only.risks(self._measures.rows), frame, object_id)

    def previous_in_time(
        self, frame: int, object_id: int = 0, only: ReviewFilter = EVERYTHING
    ) -> ReviewItem | None:
        """The last item before this place, by frame and then by object id; None at the start."""
        return review_order.previous_in_time(only.risks(self._measures.rows), frame, object_id)

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

    def _rate(self, object_id: int, frames: NDArray[np.int64]) -> None:
        row = self._measures.rows.get(object_id)
        if row is not None and len(frames):
            risk, reasons = rate(row, frames, self._size)
            self._count += int(np.count_nonzero(risk)) - int(np.count_nonzero(row.risk[frames]))
            row.risk[frames], row.reasons[frames] = risk, reasons


def dismiss(project: Project, places: Collection[FrameObject]) -> Edit:
    """Take masks out of the queue for as long as they stay as they are."""
    pending = PendingEdit(project)
    for frame, oid in places:
        record = project.masks.get(frame, oid)
        if record is not None:
            pending.put(note_cell(DISMISSED, frame, oid), note_value(record.mask, True))
    return pending.edit("Dismiss")


def bring_back_dismissed(project: Project, object_ids: Collection[int] | None = None) -> Edit:
    """Forget what was dismissed, of some objects or (None) of all."""
    pending = PendingEdit(project)
    for name in project.settings:
        place = parse_note(name)
        if place is None or place.kind != DISMISSED:
            continue
        if object_ids is None or place.object_id in object_ids:
            pending.put(note_cell(*place), None)
    return pending.edit("Bring dismissed back")
