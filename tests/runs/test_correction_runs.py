"""What a correction leads to: the spans around a frame, and how far a side without a keyframe goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from vostool.frames import SourceRef
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import Direction
from vostool.project import edits
from vostool.project.locks import lock_objects
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts
from vostool.runs.blends import BlendSpan, spans_around
from vostool.runs.keyframes import Span, plan_span
from vostool.runs.ranges import RangeLeg, correction_legs

BOTH = (1, 2)
MASK = Mask.empty(8, 8)


@pytest.fixture
def project() -> Project:
    """30 frames; 1 is prompted on 5 and 20 and tracked on 3 to 25, 2 is prompted on 10."""
    made = Project(SourceRef(Path("/v"), "video", 1, "f", 8, 8, 30, 25.0))
    for _ in BOTH:
        made.apply(edits.add_object(made)[0])
    tracked = MaskRecord(MASK, Provenance.TRACKED)
    made.apply(edits.set_masks(made, [((f, 1), tracked) for f in range(3, 26)], "Masks"))
    prompts = Prompts((Point(2.0, 2.0, True),))
    for frame, oid in ((5, 1), (20, 1), (10, 2)):
        made.apply(edits.set_prompts(made, frame, oid, prompts, "Point"))
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


def test_open_sides_go_as_far_as_masks_follow_each_other(project: Project) -> None:
    back = RangeLeg(Direction.BACKWARD, 5, 3, 5, (1,))
    ahead = RangeLeg(Direction.FORWARD, 20, 20, 25, (1,))
    assert correction_legs(project, 5, BOTH) == [back]
    assert correction_legs(project, 20, BOTH) == [ahead]
    assert correction_legs(project, 12, BOTH) == [], "nobody corrected anything there"
    assert correction_legs(project, 10, [2]) == [], "nothing was tracked"
    project.apply(edits.delete_masks(project, [1], 23, 23))
    assert correction_legs(project, 20, [1]) == [RangeLeg(Direction.FORWARD, 20, 20, 22, (1,))]
    project.apply(lock_objects(project, [1], True))
    assert correction_legs(project, 20, BOTH) == []


def test_the_ends_of_the_video_end_a_side(project: Project) -> None:
    tracked = MaskRecord(MASK, Provenance.TRACKED)
    project.apply(edits.set_masks(project, [((f, 2), tracked) for f in range(30)], "Masks"))
    assert correction_legs(project, 10, [2]) == [
        RangeLeg(Direction.FORWARD, 10, 10, 29, (2,)),
        RangeLeg(Direction.BACKWARD, 10, 0, 10, (2,)),
    ]


def test_a_span_of_some_objects_only(project: Project) -> None:
    for wanted, ids in ((None, {1, 2}), ([2], {2}), ([2, 99], {2}), ([99], None)):
        request = plan_span(project, Span(10, 15, from_result=True), wanted)
        found = None if request is None else {key.object_id for key in request.keyframes}
        assert found == ids
