"""What the review queue measures of every mask: an object's row has an array per measure.

Area and box come from the run lengths (pycocotools), and so does the overlap of two masks; nothing
is decoded. A mask that is still the very same object as last time is not measured again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from vostool.masks.mask import Mask
from vostool.project.mask_notes import (
    AGREEMENT,
    DISMISSED,
    OCCLUDED,
    NotePlace,
    parse_note,
    read_note,
)
from vostool.project.project import Project

_BATCH = 200
"""pycocotools counts the masks of one call in a byte."""


@dataclass(eq=False)
class ObjectRow:
    """One object's measures, each (frame_count,) unless said otherwise.

    Attributes:
        area: int32 pixels; 0 says absent, -1 that there is no mask.
        box: (frame_count, 4) int32, x, y, width, height in pixels.
        score: float32 in 0..1, NaN where none is known.
        agreement: float32 IoU of the tracks from both sides, NaN where none is known.
        overlap: float32, the largest share of the smaller of two masks that both cover.
        rival: int32, the object that ``overlap`` is with; 0 for none.
        sameness: float32, the highest IoU with another object's mask.
        twin: int32, the object that ``sameness`` is with; 0 for none.
        kept: a person drew, imported, confirmed or prompted the mask.
        given: the same but for one that was only confirmed: a run started from it.
        dismissed: the person put aside what was said of this mask.
        risk: float32 in 0..1; 0 says that the frame is not in the queue.
        reasons: uint8, a bit for each reason of what is in the queue.
        seen: the masks that were measured, Mask or None.
    """

    area: NDArray[np.int32]
    box: NDArray[np.int32]
    score: NDArray[np.float32]
    agreement: NDArray[np.float32]
    overlap: NDArray[np.float32]
    rival: NDArray[np.int32]
    sameness: NDArray[np.float32]
    twin: NDArray[np.int32]
    kept: NDArray[np.bool_]
    given: NDArray[np.bool_]
    dismissed: NDArray[np.bool_]
    risk: NDArray[np.float32]
    reasons: NDArray[np.uint8]
    seen: NDArray[np.object_]

    @classmethod
    def empty(cls, count: int) -> ObjectRow:
        """A row without any mask."""
        return cls(
            np.full(count, -1, np.int32),
            np.zeros((count, 4), np.int32),
            np.full(count, np.nan, np.float32),
            np.full(count, np.nan, np.float32),
            np.zeros(count, np.float32),
            np.zeros(count, np.int32),
            np.zeros(count, np.float32),
            np.zeros(count, np.int32),
            np.zeros(count, np.bool_),
            np.zeros(count, np.bool_),
            np.zeros(count, np.bool_),
            np.zeros(count, np.float32),
            np.zeros(count, np.uint8),
            np.full(count, None, np.object_),
        )


class Measures:
    """The rows of all objects of a project, brought up to date frame by frame."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.rows: dict[int, ObjectRow] = {}
        self._noted: set[tuple[int, int]] = set()
        self._changed: set[int] = set()
        self.note(project.settings)

    def note(self, names: Iterable[str]) -> list[int]:
        """Remember which masks have notes, by names of settings; returns their frames."""
        found = map(parse_note, names)
        places = [place for place in found if place is not None and place.kind != OCCLUDED]
        self._noted.update((place.frame, place.object_id) for place in places)
        return [place.frame for place in places]

    def forget(self, object_id: int) -> list[int]:
        """Drop an object's row; returns the frames that it had a mask on."""
        row = self.rows.pop(object_id, None)
        frames: list[int] = [] if row is None else np.flatnonzero(row.area > 0).tolist()
        self._changed.update(frames)
        return frames

    def without_row(self) -> list[int]:
        """Objects with masks that nothing is measured of yet."""
        masks = self._project.masks
        return [oid for oid in self._project.objects if oid not in self.rows and masks.row(oid)]

    def add_row(self, object_id: int) -> ObjectRow:
        """Make room for an object's measures; for a long video that alone takes milliseconds."""
        row = self.rows[object_id] = ObjectRow.empty(self._project.source.frame_count)
        return row

    def measure(self, frames: Sequence[int]) -> None:
        """Bring the rows up to date on these frames."""
        touched = self._changed.intersection(frames)
        self._changed -= touched
        new: list[tuple[ObjectRow, int]] = []
        for oid in self._project.objects:
            row = self.rows.get(oid)
            if row is None and self._project.masks.row(oid):
                row = self.add_row(oid)
            if row is not None:
                changed, unmeasured = self._read_object(oid, row, frames)
                touched.update(changed, unmeasured)
                new += [(row, frame) for frame in unmeasured]
        for some in _batches(new):
            _measure_masks(some)
        for frame in touched:
            self._measure_overlaps(frame)

    def _read_object(
        self, oid: int, row: ObjectRow, frames: Sequence[int]
    ) -> tuple[list[int], list[int]]:
        """Returns the frames whose mask went, and those whose mask is new or another one."""
        held, prompts = self._project.masks.row(oid), self._project.prompts
        changed: list[int] = []
        new: list[int] = []
        for frame in frames:
            record = held.get(frame)
            if record is None:
                if row.seen[frame] is not None:
                    row.seen[frame], row.area[frame] = None, -1
                    changed.append(frame)
                row.kept[frame] = row.given[frame] = False
                continue
            prompted = (frame, oid) in prompts
            row.kept[frame] = record.is_kept or prompted
            row.given[frame] = prompted or record.is_given
            row.score[frame] = np.nan if record.score is None else record.score
            if row.seen[frame] is not record.mask:
                row.seen[frame] = record.mask
                new.append(frame)
            if (frame, oid) in self._noted:
                self._read_notes(oid, row, frame, record.mask)
            else:
                row.dismissed[frame], row.agreement[frame] = False, np.nan
        return changed, new

    def _read_notes(self, oid: int, row: ObjectRow, frame: int, mask: Mask) -> None:
        dismissed = read_note(self._project, NotePlace(DISMISSED, frame, oid), mask)
        row.dismissed[frame] = dismissed is not None
        agreement = read_note(self._project, NotePlace(AGREEMENT, frame, oid), mask)
        row.agreement[frame] = agreement if isinstance(agreement, int | float) else np.nan

    def _measure_overlaps(self, frame: int) -> None:
        for row in self.rows.values():
            row.overlap[frame], row.rival[frame] = 0, 0
            row.sameness[frame], row.twin[frame] = 0, 0
        there = [oid for oid, row in self.rows.items() if row.area[frame] > 0]
        near = _with_near_boxes(there, np.array([self.rows[oid].box[frame] for oid in there]))
        for ones in _batches(near):
            for others in _batches(near):
                self._compare(frame, ones, others)

    def _compare(self, frame: int, ones: Sequence[int], others: Sequence[int]) -> None:
        """Note the overlaps of two lists of objects on one frame."""
        first = [self.rows[oid].seen[frame].rle() for oid in ones]
        second = [self.rows[oid].seen[frame].rle() for oid in others]
        # With "crowd" set, pycocotools divides the intersection by the area of the first mask.
        shares = np.asarray(coco_mask.iou(first, second, [1] * len(second)))
        areas = np.array([self.rows[oid].area[frame] for oid in ones], np.float64)
        rivals = np.array([self.rows[oid].area[frame] for oid in others], np.float64)
        common = shares * areas[:, None]
        common[np.equal.outer(np.array(ones), np.array(others))] = 0
        shares = common / np.minimum(areas[:, None], rivals[None])
        same = common / (areas[:, None] + rivals[None] - common)
        for place, oid in enumerate(ones):
            best = int(shares[place].argmax())
            row = self.rows[oid]
            if shares[place, best] > row.overlap[frame]:
                row.overlap[frame], row.rival[frame] = shares[place, best], others[best]
            best = int(same[place].argmax())
            if same[place, best] > row.sameness[frame]:
                row.sameness[frame], row.twin[frame] = same[place, best], others[best]


def _measure_masks(masks: Sequence[tuple[ObjectRow, int]]) -> None:
    """Areas and boxes of the masks that rows hold at frames, in one call for all."""
    rles = [row.seen[frame].rle() for row, frame in masks]
    areas, boxes = coco_mask.area(rles), coco_mask.toBbox(rles)
    for (row, frame), area, box in zip(masks, areas, boxes, strict=True):
        row.area[frame], row.box[frame] = area, box


Item = TypeVar("Item")


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _with_near_boxes(ids: Sequence[int], boxes: NDArray[np.int32]) -> list[int]:
    """Those whose box meets that of another."""
    if len(ids) < 2:
        return []
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    meet = np.all((low[:, None] < high[None]) & (low[None] < high[:, None]), axis=-1)
    np.fill_diagonal(meet, False)
    return [oid for oid, near in zip(ids, np.any(meet, axis=1).tolist(), strict=True) if near]
