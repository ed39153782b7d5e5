"""The review queue: tracked masks ranked by how likely they are wrong, with the reasons in words.

It follows the project by its changes. What changed is marked at once and measured in short pieces
of time, so that even a change to every mask of a long video never holds the caller up; the count
and the order are those of what is measured so far. Masks that a person confirmed, prompted, drew or
imported are never in it, nor those that were dismissed as they are now.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.changes import Changes, Edit, FrameObject
from vostool.draft import Draft
from vostool.mask_notes import DISMISSED, note_cell, note_value, parse_note
from vostool.masks import BoolArray
from vostool.project import Project
from vostool.review_measures import Measures, ObjectRow
from vostool.review_reasons import Finding, findings, risks

UPDATE_SECONDS = 0.004
"""As long as :meth:`ReviewQueue.update` may work at once; the rest waits for ``work``."""
_PIECE = 16
"""Frames measured between two looks at the clock."""


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


class ReviewQueue:
    """The queue of one project. Belongs to the thread that owns the project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._size = (project.source.height, project.source.width)
        self._measures = Measures(project)
        self._waiting = np.zeros(project.source.frame_count, np.bool_)
        self._count = 0
        self._wait(project.masks.frames())

    @property
    def count(self) -> int:
        """Masks left to look at, as far as is measured."""
        return self._count

    @property
    def pending(self) -> int:
        """Frames that are still to be measured; 0 when the queue is complete."""
        return int(self._waiting.sum())

    def update(self, changes: Changes) -> None:
        """Follow the project; what takes longer than a moment is left for :meth:`work`."""
        frames = [frame for frame, _ in changes.masks]
        frames += [frame for frame, _ in changes.prompts]
        frames += self._measures.note(changes.settings)
        for oid in changes.objects:
            if oid not in self._project.objects:
                row = self._measures.rows.get(oid)
                self._count -= 0 if row is None else int(np.count_nonzero(row.risk))
                frames += self._measures.forget(oid)
        self._wait(frames)
        self.work(UPDATE_SECONDS)

    def work(self, seconds: float) -> bool:
        """Measure what waits, for about so long; True when nothing waits any more."""
        end = time.monotonic() + seconds
        waiting = np.flatnonzero(self._waiting)
        for start in range(0, len(waiting), _PIECE):
            piece = waiting[start : start + _PIECE]
            self._measures.measure(piece.tolist())
            self._waiting[piece] = False
            self._rate(piece)
            if time.monotonic() >= end:
                return start + _PIECE >= len(waiting)
        return True

    def findings(self, frame: int, object_id: int) -> tuple[Finding, ...]:
        """Why the mask may be wrong, what weighs most first; empty when it is not in the queue."""
        row = self._measures.rows.get(object_id)
        if row is None or not (0 <= frame < len(row.risk)) or row.risk[frame] == 0:
            return ()
        return findings(row, frame, self._size)

    def item(self, frame: int, object_id: int) -> ReviewItem | None:
        """The item of a mask, or None when it is not in the queue."""
        row = self._measures.rows.get(object_id)
        if row is None or not (0 <= frame < len(row.risk)) or row.risk[frame] == 0:
            return None
        return ReviewItem(frame, object_id, float(row.risk[frame]))

    def items(self, limit: int | None = None) -> list[ReviewItem]:
        """The queue in its order, or as much of it as is asked for."""
        found: list[ReviewItem] = []
        for oid, row in self._measures.rows.items():
            frames = np.flatnonzero(row.risk)
            if limit is not None and len(frames) > limit:
                frames = frames[np.argsort(-row.risk[frames], kind="stable")[:limit]]
            found += [ReviewItem(int(f), oid, float(row.risk[f])) for f in frames]
        return sorted(found, key=lambda item: item.rank)[:limit]

    def next_in_rank(self, after: ReviewItem | None = None) -> ReviewItem | None:
        """The item behind ``after``, which may have left the queue; None at the end."""
        best = None
        for oid, row in self._measures.rows.items():
            behind = row.risk > 0
            if after is not None:
                behind &= _is_behind(row, oid, after)
            if behind.any():
                frame = int(np.argmax(np.where(behind, row.risk, 0)))
                item = ReviewItem(frame, oid, float(row.risk[frame]))
                best = item if best is None or item.rank < best.rank else best
        return best

    def previous_in_rank(self, before: ReviewItem) -> ReviewItem | None:
        """The item ahead of ``before``, which may have left the queue; None at the start."""
        best = None
        for oid, row in self._measures.rows.items():
            ahead = (row.risk > 0) & ~_is_behind(row, oid, before)
            if oid == before.object_id and row.risk[before.frame] == np.float32(before.risk):
                ahead[before.frame] = False
            if ahead.any():
                backward = np.where(ahead, row.risk, np.inf)[::-1]
                frame = len(backward) - 1 - int(np.argmin(backward))
                item = ReviewItem(frame, oid, float(row.risk[frame]))
                best = item if best is None or item.rank > best.rank else best
        return best

    def next_in_time(self, frame: int, object_id: int = 0) -> ReviewItem | None:
        """The first item after this place, by frame and then by object id; None at the end."""
        places = [
            (int(later[0]), oid)
            for oid, row in self._measures.rows.items()
            if len(later := np.flatnonzero(row.risk[_first_after(frame, oid > object_id) :]))
        ]
        starts = {oid: _first_after(frame, oid > object_id) for _, oid in places}
        found = min(((start + starts[oid], oid) for start, oid in places), default=None)
        return None if found is None else self.item(*found)

    def previous_in_time(self, frame: int, object_id: int = 0) -> ReviewItem | None:
        """The last item before this place, by frame and then by object id; None at the start."""
        places = [
            (int(earlier[-1]), oid)
            for oid, row in self._measures.rows.items()
            if len(earlier := np.flatnonzero(row.risk[: max(frame + (oid < object_id), 0)]))
        ]
        found = max(places, default=None)
        return None if found is None else self.item(*found)

    def _wait(self, frames: Iterable[int]) -> None:
        places = np.fromiter(frames, np.int64)
        self._waiting[places[(places >= 0) & (places < len(self._waiting))]] = True

    def _rate(self, measured: NDArray[np.int64]) -> None:
        """Rate these frames and those whose reasons look at them: one before, two after."""
        frames = np.unique(np.add.outer(measured, np.arange(-1, 3)))
        frames = frames[(frames >= 0) & (frames < len(self._waiting))]
        for row in self._measures.rows.values():
            new = risks(row, frames, self._size).astype(np.float32)
            self._count += int(np.count_nonzero(new)) - int(np.count_nonzero(row.risk[frames]))
            row.risk[frames] = new


def dismiss(project: Project, places: Collection[FrameObject]) -> Edit:
    """Put masks aside: nothing more is said of them as long as they stay as they are."""
    draft = Draft(project)
    for frame, oid in places:
        record = project.masks.get(frame, oid)
        if record is not None:
            draft.put(note_cell(DISMISSED, frame, oid), note_value(record.mask, True))
    return draft.edit("Dismiss")


def bring_back_dismissed(project: Project, object_ids: Collection[int] | None = None) -> Edit:
    """Forget what was dismissed, of some objects or (None) of all."""
    draft = Draft(project)
    for name in project.settings:
        place = parse_note(name)
        if place is None or place.kind != DISMISSED:
            continue
        if object_ids is None or place.object_id in object_ids:
            draft.put(note_cell(*place), None)
    return draft.edit("Bring dismissed back")


def _is_behind(row: ObjectRow, object_id: int, item: ReviewItem) -> BoolArray:
    """Where the row's items come after ``item`` in the queue's order."""
    risk = np.float32(item.risk)
    tied = row.risk == risk
    tied[: _first_after(item.frame, object_id > item.object_id)] = False
    behind: BoolArray = (row.risk < risk) | tied
    return behind


def _first_after(frame: int, includes_frame: bool) -> int:
    return max(frame if includes_frame else frame + 1, 0)
