"""What the timeline knows of each object on each frame, as one byte, kept up to date by changes."""

from __future__ import annotations

import enum

import numpy as np
from numpy.typing import NDArray

from vostool.changes import Changes
from vostool.masks import MaskRecord, Provenance
from vostool.project import Project

LOW_SCORE = 0.5


class FrameState(enum.IntEnum):
    """Higher values win where several frames fall on one screen column."""

    NONE = 0
    ABSENT = 1
    TRACKED = 2
    LOW_SCORE = 3
    EDITED = 4
    CONFIRMED = 5
    PROMPTED = 6


def frame_state(record: MaskRecord | None, prompted: bool) -> FrameState:
    """The state of one object on one frame."""
    if prompted:
        return FrameState.PROMPTED
    if record is None:
        return FrameState.NONE
    checks = (
        (record.confirmed, FrameState.CONFIRMED),
        (record.provenance is Provenance.IMPORTED and record.mask.is_empty, FrameState.ABSENT),
        (record.provenance in (Provenance.EDITED, Provenance.IMPORTED), FrameState.EDITED),
        (record.mask.is_empty, FrameState.ABSENT),
        (record.score is not None and record.score < LOW_SCORE, FrameState.LOW_SCORE),
    )
    return next((state for holds, state in checks if holds), FrameState.TRACKED)


class TimelineStates:
    """An array of states for each object: one byte a frame, so that 100,000 frames are nothing."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._count = project.source.frame_count
        self._rows: dict[int, NDArray[np.uint8]] = {}
        for oid in project.objects:
            frames = {*project.masks.row(oid), *project.prompted_frames(oid)}
            for frame in frames:
                self._update(frame, oid)

    def apply(self, changes: Changes) -> None:
        """Follow the project."""
        for frame, oid in changes.masks | changes.prompts:
            self._update(frame, oid)
        for oid in changes.objects:
            if oid not in self._project.objects:
                self._rows.pop(oid, None)

    def row(self, object_id: int) -> NDArray[np.uint8]:
        """States of one object, (frame_count,) uint8 of FrameState values."""
        if object_id not in self._rows:
            return np.zeros(self._count, np.uint8)
        return self._rows[object_id]

    def columns(self, object_id: int, edges: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The strongest state between neighbouring frame edges, (len(edges) - 1,) uint8.

        Args:
            edges: ascending frame numbers within 0..frame_count; equal neighbours give the state
                of the one frame there.
        """
        row = self.row(object_id)
        starts = np.minimum(edges[:-1], self._count - 1)
        end = max(int(edges[-1]), int(starts[-1]) + 1)
        return np.maximum.reduceat(row[:end], starts)

    def _update(self, frame: int, object_id: int) -> None:
        if not 0 <= frame < self._count:
            return
        row = self._rows.setdefault(object_id, np.zeros(self._count, np.uint8))
        record = self._project.masks.get(frame, object_id)
        row[frame] = frame_state(record, (frame, object_id) in self._project.prompts)
