"""What a correction leads to: the spans around a frame, and how far a side without a keyframe goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vostool.frames import SourceRef
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import Direction
from vostool.project import edits
from vostool.project.locks import lock_objects
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts
from vostool.runs.blends import BlendSpan, spans_around
from vostool.runs.carrying import correction_parts
from vostool.runs.keyframes import Span, plan_span
from vostool.runs.pieces import Carried
from vostool.runs.ranges import RangeLeg

BOTH = (1, 2)
MASK, FULL = Mask.empty(8, 8), Mask.from_array(np.ones((8, 8)))
CLICK = Prompts((Point(2.0, 2.0, True),))


@pytest.fixture
def project() -> Project:
    """30 frames; 1 is prompted on 5 and 20 and tracked on 3 to 25, 2 is prompted on 10."""
    made = Project(SourceRef(Path("/v"), "video", 1, "f", 8, 8, 30, 25.0))
    for _ in BOTH:
        made.apply(edits.add_object(made)[0])
    tracked = MaskRecord(MASK, Provenance.TRACKED)
    made.apply(edits.set_masks(made, [((f, 1), tracked) for f in range(3, 26)], "Masks"))
    for frame, oid in ((5, 1), (20, 1), (10, 2)):
        made.apply(edits.set_prompts(made, frame, oid, CLICK, "Point"))
    return made


@pytest.mark.parametrize(
    ("frame", "spans"),
    [
        (5, [BlendSpan(5, 20, (1,))]),
        (12, [BlendSpan(5, 20, (1,))]),
        (20, [BlendSpan(5, 20, (1,))]),
        (4, []),
        (21, []),
    ],
)
def test_spans_around_a_frame(project: Project, frame: int, spans: list[BlendSpan]) -> None:
    assert spans_around(project, frame, BOTH) == spans
    assert spans_around(project, frame, [2]) == []


def test_two_spans_meet_on_a_keyframe_and_objects_share_them(project: Project) -> None:
    confirmed = MaskRecord(MASK, Provenance.TRACKED, None, True)
    cells = [((f, o), confirmed) for f in (12, 13) for o in BOTH]
    project.apply(edits.set_masks(project, cells, "Masks"))
    assert spans_around(project, 12, BOTH) == [BlendSpan(5, 12, (1,)), BlendSpan(10, 12, (2,))]
    assert spans_around(project, 13, [1]) == [BlendSpan(13, 20, (1,))]


def pieces(project: Project, frame: int, ids=BOTH) -> list[object]:
    return [part.piece for part in correction_parts(project, frame, ids)]


def carried(way: Direction, *frames: int) -> Carried:
    return Carried(RangeLeg(way, *frames, (1,)))


def test_sides_go_to_the_next_keyframe_or_as_far_as_masks_follow_each_other(project) -> None:
    back, ahead = Direction.BACKWARD, Direction.FORWARD
    project.apply(edits.set_prompts(project, 5, 1, Prompts(CLICK.points, base=FULL), "Point"))
    assert pieces(project, 5) == [carried(ahead, 5, 5, 19), carried(back, 5, 3, 5)]
    assert pieces(project, 20) == [carried(ahead, 20, 20, 25), carried(back, 20, 6, 20)]
    assert pieces(project, 12) == [], "nobody corrected anything there"
    assert pieces(project, 10, [2]) == [], "nothing was tracked"
    project.apply(edits.delete_masks(project, [1], 23, 23))
    assert carried(ahead, 20, 20, 22) in pieces(project, 20, [1])
    project.apply(edits.delete_masks(project, [1], 12, 12))
    between = BlendSpan(5, 20, (1,))
    assert pieces(project, 20) == [between, between, carried(ahead, 20, 20, 22)], "both its ways"
    project.apply(lock_objects(project, [1], True))
    assert pieces(project, 20) == []


def test_the_only_keyframe_is_tracked_from_anew_to_the_ends_of_the_video(project: Project) -> None:
    tracked = MaskRecord(MASK, Provenance.TRACKED)
    project.apply(edits.set_masks(project, [((f, 2), tracked) for f in range(30)], "Masks"))
    assert pieces(project, 10, [2]) == [
        RangeLeg(Direction.FORWARD, 10, 10, 29, (2,)),
        RangeLeg(Direction.BACKWARD, 10, 0, 10, (2,)),
    ]


def test_neighbours_have_nothing_between_them(project: Project) -> None:
    confirmed = MaskRecord(MASK, Provenance.TRACKED, None, True)
    project.apply(edits.set_masks(project, [((f, 1), confirmed) for f in (4, 6)], "Masks"))
    assert pieces(project, 5) == []


def test_a_span_of_some_objects_only(project: Project) -> None:
    for wanted, ids in ((None, {1, 2}), ([2], {2}), ([2, 99], {2}), ([99], None)):
        request = plan_span(project, Span(10, 15, from_result=True), wanted)
        found = None if request is None else {key.object_id for key in request.keyframes}
        assert found == ids
