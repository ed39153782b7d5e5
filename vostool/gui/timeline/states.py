"""What the timeline knows of each object on each frame, as one byte, kept up to date by changes."""

from __future__ import annotations

import enum
import time
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sized
from itertools import islice, repeat

import numpy as np
from numpy.typing import NDArray

from vostool.masks.mask import MaskRecord, Provenance
from vostool.project.changes import Changes, FrameObject
from vostool.project.project import Project

LOW_SCORE = 0.5
AT_ONCE = 500
"""So many changed frames are looked at straight away; more than that wait for :meth:`work`."""
_BETWEEN_CLOCKS = 256
_LONGEST_EMPTY = 8
"""The code of a mask without a pixel is one run, which is never longer than so many bytes."""


class FrameState(enum.IntFlag):
    """What is so on one frame, or on any of the frames that share one column of the screen."""

    NONE = 0
    ABSENT = 1
    TRACKED = 2
    LOW_SCORE = 4
    EDITED = 8
    CONFIRMED = 16
    PROMPTED = 32
    FLAGGED = 64
    PARTLY = 128
    """Of a column alone: some of its frames are confirmed and others are not."""


# Plain numbers: an enumeration's own arithmetic would cost seconds on a million frames.
_ABSENT, _TRACKED, _LOW_SCORE, _EDITED, _CONFIRMED, _PROMPTED, _FLAGGED, _PARTLY = (
    int(flag) for flag in FrameState if flag
)


def frame_state(record: MaskRecord | None, prompted: bool, flagged: bool = False) -> FrameState:
    """The state of one object on one frame."""
    return FrameState(_flags(record, prompted, flagged))


def _flags(record: MaskRecord | None, prompted: bool, flagged: bool) -> int:
    more = _FLAGGED if flagged and record is not None else 0  # marks follow a deleted mask later
    if record is not None and record.confirmed:
        more |= _CONFIRMED
    if prompted or record is None:
        return (_PROMPTED if prompted else 0) | more
    if len(record.mask.counts) <= _LONGEST_EMPTY and record.mask.is_empty:
        return _ABSENT | more
    return more if record.confirmed else _made_by(record) | more


def _made_by(record: MaskRecord) -> int:
    if record.provenance in (Provenance.EDITED, Provenance.IMPORTED):
        return _EDITED
    low = record.score is not None and record.score < LOW_SCORE
    return _LOW_SCORE if low else _TRACKED


class TimelineStates:
    """A byte and a score for each object and frame: 5 MB for 10 objects on 100,000 frames.

    What many changes leave to do is done by :meth:`work` in slices, so that the event loop goes on.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._count = project.source.frame_count
        self._rows: dict[int, NDArray[np.uint8]] = {}
        self._scores: dict[int, NDArray[np.float32]] = {}
        self._flagged: dict[int, frozenset[int]] = {}
        self._versions: dict[int, int] = {}
        self._masked = np.zeros(self._count, np.int32)
        self._confirmed = np.zeros(self._count, np.int32)
        self._changes = 0
        self._queue: deque[Iterator[FrameObject]] = deque()
        prompts = list(project.prompts)
        self._take(prompts, prompts)
        for oid in project.objects:
            # A row may change before its turn comes; a list of its frames costs a millisecond.
            frames = list(project.masks.row(oid))
            self._take(frames, zip(frames, repeat(oid), strict=False))

    @property
    def count(self) -> int:
        """Frames of the source."""
        return self._count

    def apply(self, changes: Changes) -> None:
        """Follow the project."""
        for oid in changes.objects:
            if oid not in self._project.objects:
                if (row := self._rows.get(oid)) is not None:
                    self._count_confirmed(np.arange(self._count), row, -1)
                for known in (self._rows, self._scores, self._flagged):
                    known.pop(oid, None)
                self._touch(oid)
        keys = changes.masks | changes.prompts
        self._take(keys, keys)

    def work(self, seconds: float) -> bool:
        """Look at changed frames for so long; True where some are left."""
        end = time.perf_counter() + seconds
        while self._queue:
            keys = list(islice(self._queue[0], _BETWEEN_CLOCKS))
            self._update(keys)
            if len(keys) < _BETWEEN_CLOCKS:
                self._queue.popleft()
            if time.perf_counter() > end:
                break
        return bool(self._queue)

    def set_flagged(self, object_id: int, frames: Collection[int]) -> None:
        """Mark the frames that the review asks about; those marked before are no longer."""
        old, new = self._flagged.get(object_id, frozenset()), frozenset(frames)
        if old != new:
            self._flagged[object_id] = new
            keys = [(frame, object_id) for frame in old ^ new]
            self._take(keys, keys)

    def row(self, object_id: int) -> NDArray[np.uint8]:
        """States of one object, (frame_count,) uint8 of FrameState flags."""
        return self._rows.get(object_id, np.zeros(self._count, np.uint8))

    def scores(self, object_id: int) -> NDArray[np.float32]:
        """Scores of one object in 0..1, (frame_count,) float32; NaN where there is none."""
        return self._scores.get(object_id, np.full(self._count, np.nan, np.float32))

    def version(self, object_id: int) -> int:
        """Grows with every change to the object's row, so that a picture of it can be kept."""
        return self._versions.get(object_id, 0)

    def columns(
        self, object_id: int, starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> NDArray[np.uint8]:
        """All flags of the frames of each column, (n,) uint8; see :meth:`TimeScale.columns`."""
        if object_id not in self._rows:
            return np.zeros(len(starts), np.uint8)
        row = self._rows[object_id][: int(stops[-1])]
        flags = np.bitwise_or.reduceat(row, starts)
        open_ = np.logical_or.reduceat((row != 0) & (row & _CONFIRMED == 0), starts)
        flags[open_ & (flags & _CONFIRMED != 0)] |= _PARTLY
        return np.asarray(flags, np.uint8)

    @property
    def confirmed_share(self) -> float | None:
        """How many of all masks are confirmed, 0..1; None where there is no mask."""
        masks = int(self._masked.sum())
        return int(self._confirmed.sum()) / masks if masks else None

    def confirmed_columns(
        self, starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Columns all of whose masks are confirmed, and those with any confirmed one, (n,) each."""
        end = int(stops[-1])
        masked, confirmed = self._masked[:end], self._confirmed[:end]
        some = np.logical_or.reduceat(confirmed > 0, starts)
        open_ = np.logical_or.reduceat(masked > confirmed, starts)
        return some & ~open_, some

    @property
    def changes(self) -> int:
        """Grows with every change of any row."""
        return self._changes

    def lowest_scores(
        self, object_id: int, starts: NDArray[np.int64], stops: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """The lowest score of the frames of each column, (n,) float32; NaN where there is none."""
        if object_id not in self._scores:
            return np.full(len(starts), np.nan, np.float32)
        lowest = np.fmin.reduceat(self._scores[object_id][: int(stops[-1])], starts)
        return np.asarray(lowest, np.float32)

    def _take(self, many: Sized, keys: Iterable[FrameObject]) -> None:
        if len(many) <= AT_ONCE:
            self._update(keys)
        else:
            self._queue.append(iter(keys))

    def _update(self, keys: Iterable[FrameObject]) -> None:
        by_object: dict[int, list[int]] = {}
        for frame, oid in keys:
            if 0 <= frame < self._count:
                by_object.setdefault(oid, []).append(frame)
        for oid, frames in by_object.items():
            if oid in self._project.objects:
                self._update_row(oid, frames)

    def _update_row(self, object_id: int, frames: list[int]) -> None:
        if object_id not in self._rows:
            self._rows[object_id] = np.zeros(self._count, np.uint8)
            self._scores[object_id] = np.full(self._count, np.nan, np.float32)
        where = np.asarray(frames)
        row, prompts = self._project.masks.row(object_id), self._project.prompts
        flagged = self._flagged.get(object_id, frozenset())
        records = [row.get(frame) for frame in frames]
        self._count_confirmed(where, self._rows[object_id][where], -1)
        self._rows[object_id][where] = [
            _flags(record, (frame, object_id) in prompts, frame in flagged)
            for frame, record in zip(frames, records, strict=True)
        ]
        self._count_confirmed(where, self._rows[object_id][where], 1)
        self._scores[object_id][frames] = [
            np.nan if record is None or record.score is None else record.score for record in records
        ]
        self._touch(object_id)

    def _count_confirmed(
        self, frames: NDArray[np.int64], flags: NDArray[np.uint8], sign: int
    ) -> None:
        """Count one object's frames, each at most once, to what all have, or off it."""
        self._masked[frames] += sign * (flags != 0)
        self._confirmed[frames] += sign * (flags & _CONFIRMED != 0)

    def _touch(self, object_id: int) -> None:
        self._changes += 1
        self._versions[object_id] = self._versions.get(object_id, 0) + 1
