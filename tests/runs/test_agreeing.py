"""Tracking on from a correction: how far each way, and what ends it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vostool.frames import SourceRef
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import SegmentReply, TrackedFrame
from vostool.project import edits, range_edits
from vostool.project.changes import Cell, Table
from vostool.project.locks import lock_objects
from vostool.project.project import Project
from vostool.runs.agreeing import IN_A_ROW, Correction, agreeing_parts

FRAMES, H, W = 40, 20, 40


def at(x: int) -> Mask:
    array = np.zeros((H, W), bool)
    array[5:10, x : x + 5] = True
    return Mask.from_array(array)


class Steady:
    """Finds the object where it is on every frame, and notes which frames it was asked for."""

    def __init__(self) -> None:
        self.tracked: list[int] = []

    def track(self, request, _cancelled):
        way = 1 if request.direction.value == "forward" else -1
        end = request.last if way > 0 else request.first
        for frame in range(request.origin + way, end + way, way):
            self.tracked.append(frame)
            yield TrackedFrame(frame, {1: SegmentReply(at(2), 0.9)})


@pytest.fixture
def project() -> Project:
    """Right but for frames 10 to 14, where it is on another thing; 12 is corrected."""
    made = Project(SourceRef(Path("/v"), "video", 1, "f", W, H, FRAMES, 25.0))
    made.apply(edits.add_object(made)[0])
    made.load(
        (
            Cell(Table.MASKS, (f, 1)),
            MaskRecord(at(30 if 10 <= f <= 14 else 2), Provenance.TRACKED, 0.9),
        )
        for f in range(FRAMES)
    )
    made.apply(range_edits.set_edited_mask(made, 12, 1, at(2)))
    return made


def tracked(project: Project, first: int, last: int, asked: int | None = None) -> list[int]:
    engine = Steady()
    one = Correction(12, 1, first, last, last if asked is None else asked)
    for part in agreeing_parts(project, [one]):
        list(part.steps(part.plan(), engine, None, lambda: False))
    return sorted(engine.tracked)


def test_it_is_the_whole_stretch_and_no_frame_outside(project) -> None:
    assert tracked(project, 10, 14) == [10, 11, 13, 14]
    assert tracked(project, 11, 13) == [11, 13], "however far the track is another one"
    assert tracked(project, 2, 30) == [*range(2, 12), *range(13, 31)], "agreeing or not"
    assert tracked(project, 12, 12) == []


def test_behind_the_last_frame_in_question_it_ends_where_the_track_is_as_it_was(project) -> None:
    assert tracked(project, 10, 39, asked=14) == [10, 11, *range(13, 15 + IN_A_ROW)]
    assert tracked(project, 10, 15, asked=14) == [10, 11, 13, 14, 15], "or the stretch does"


def test_the_corrected_frame_counts_as_none_that_is_tracked(project) -> None:
    parts = agreeing_parts(project, [Correction(12, 1, 9, 14, 14)])
    assert [part.frames for part in parts] == [2, 3]


def test_other_keyframes_and_gaps_bound_it(project) -> None:
    project.apply(range_edits.confirm_range(project, 11, 11, True))
    project.apply(edits.delete_masks(project, [1], 14, 14))
    assert tracked(project, 10, 14) == [13]


def test_locked_objects_are_left_alone(project) -> None:
    project.apply(lock_objects(project, [1], True))
    assert agreeing_parts(project, [Correction(12, 1, 10, 14, 14)]) == []
