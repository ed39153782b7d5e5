"""Two tracks into one: what a blend may do, and the run that makes it."""

from __future__ import annotations

import mask_strategies
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.errors import PromptError
from vostool.masks.blend import Sided, blend_sides
from vostool.masks.crop import difference, intersection, union
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import Direction, SegmentReply, TrackedFrame
from vostool.project import edits, range_edits
from vostool.project.locks import lock_objects
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts
from vostool.review.queue import ReviewQueue
from vostool.review.reasons import Reason
from vostool.runs.blends import BlendRun, BlendSpan, plan_blend

ARRAYS = mask_strategies.masks((9, 12))
SCORES = st.none() | st.sampled_from([0.0, 0.2, 0.9, 1.0])


def disc(x: float, y: float, radius: float) -> Mask:
    rows, columns = np.mgrid[:80, :120]
    return Mask.from_array((columns - x) ** 2 + (rows - y) ** 2 <= radius**2)


# -- one frame -----------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(ARRAYS, ARRAYS, SCORES, SCORES, st.sampled_from([0.0, 0.1, 0.5, 0.75, 1.0]))
def test_a_blend_lies_between_its_sides(a, b, left_score, right_score, place) -> None:
    left, right = Mask.from_array(a), Mask.from_array(b)
    mixed = blend_sides(Sided(left, left_score), Sided(right, right_score), place)
    assert difference(intersection(left, right), mixed.mask).is_empty
    assert difference(mixed.mask, union(left, right)).is_empty
    assert mixed.agreement == left.iou(right)
    turned = blend_sides(Sided(right, right_score), Sided(left, left_score), 1 - place)
    assert turned.agreement == mixed.agreement
    if left == right or (place == 0.0 and mixed.agreement >= 0.5):
        assert mixed.mask == left


def test_a_good_neighbour_is_not_made_worse() -> None:
    good, lost = disc(40, 40, 20), disc(90, 30, 9)
    near = blend_sides(Sided(good, 0.9), Sided(lost, 0.9), 0.1)
    assert near.mask == good and near.score == 0.9 and near.agreement == 0.0
    assert blend_sides(Sided(lost, 0.05), Sided(good, 0.9), 0.4).mask == good, "the score decides"
    assert blend_sides(Sided(good, None), Sided(lost, None), 0.6).mask == lost
    empty = Mask.empty(80, 120)
    assert blend_sides(Sided(empty, 0.9), Sided(good, 0.9), 0.9).mask == good


def test_outlines_go_over_into_one_another() -> None:
    small, big = Sided(disc(40, 40, 14), 0.8), Sided(disc(40, 40, 19), 0.8)
    radii = [
        np.sqrt(blend_sides(small, big, place).mask.area / np.pi)
        for place in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert np.allclose(radii, [14, 15.25, 16.5, 17.75, 19], atol=0.3)


def test_a_place_outside_the_span_is_refused() -> None:
    with pytest.raises(ValueError, match="not between the two sides"):
        blend_sides(Sided(disc(9, 9, 3)), Sided(disc(9, 9, 3)), 1.2)


# -- the run -------------------------------------------------------------------------------------

A = Mask.from_array(np.pad(np.ones((4, 4)), ((1, 1), (0, 4))))
B = Mask.from_array(np.pad(np.ones((4, 4)), ((1, 1), (4, 0))))
CLICK = Prompts(points=(Point(1, 2),))


@pytest.fixture
def corrected(project: Project) -> Project:
    """Object 1 prompted on 4, drawn on 10 and confirmed on 15; object 2 prompted on 10 alone."""
    for _ in range(2):
        project.apply(edits.add_object(project)[0])
    old = MaskRecord(A, Provenance.TRACKED, 0.5)
    keys = [(frame, oid) for frame in range(4, 16) for oid in (1, 2)]
    project.apply(edits.set_masks(project, [(key, old) for key in keys], "Masks"))
    project.apply(edits.set_prompts(project, 4, 1, CLICK, "Click"))
    project.apply(edits.set_prompts(project, 10, 2, CLICK, "Click"))
    project.apply(range_edits.set_edited_mask(project, 10, 1, B))
    project.apply(range_edits.confirm_range(project, 15, 15, True, [1]))
    return project


def test_the_two_legs_meet(corrected: Project) -> None:
    forward, backward = plan_blend(corrected, BlendSpan(4, 10, (1,)))
    assert (forward.direction, forward.origin, forward.first, forward.last) == (
        Direction.FORWARD, 4, 4, 9,
    )  # fmt: skip
    assert (backward.direction, backward.origin, backward.first, backward.last) == (
        Direction.BACKWARD, 10, 5, 10,
    )  # fmt: skip
    assert {key.object_id for key in forward.keyframes + backward.keyframes} == {1}


@pytest.mark.parametrize(
    ("span", "message"),
    [
        (BlendSpan(4, 5, (1,)), "No frame lies between frames 4 and 5"),
        (BlendSpan(4, 10, (1, 2)), "Object 2 is not corrected or confirmed on frame 4"),
        (BlendSpan(4, 99, (1,)), "not corrected or confirmed on frame 99"),
    ],
)
def test_a_span_needs_both_ends(corrected: Project, span: BlendSpan, message: str) -> None:
    with pytest.raises(PromptError, match=message):
        plan_blend(corrected, span)
    corrected.apply(lock_objects(corrected, [1], True))
    with pytest.raises(PromptError, match="locked"):
        plan_blend(corrected, BlendSpan(4, 10, (1,)))


def test_a_run_blends_and_leaves_the_rest(corrected: Project) -> None:
    before = corrected.snapshot()
    run = BlendRun(BlendSpan(4, 10, (1,)))
    ahead = [
        TrackedFrame(f, {1: SegmentReply(A, 0.8), 2: SegmentReply(B, 0.8)}) for f in range(4, 10)
    ]
    first = run.take_forward(corrected, ahead)
    assert not first.changes, "masks that are there stay until the second leg comes by"
    edits_made = [
        run.take_backward(corrected, [TrackedFrame(f, {1: SegmentReply(B, 0.8)})])
        for f in range(10, 4, -1)
    ]
    for edit in edits_made:
        corrected.apply(edit)
    for frame in range(20):
        assert corrected.masks.get(frame, 2) == before.masks.get(frame, 2)
        old, new = before.masks.get(frame, 1), corrected.masks.get(frame, 1)
        if 4 < frame < 10:
            side = A if frame <= 7 else B
            assert new == MaskRecord(side, Provenance.TRACKED, 0.8), frame
        else:
            assert new == old
    assert corrected.prompts == before.prompts
    queue = ReviewQueue(corrected)
    assert queue.work(60)
    reasons = {f.reason for f in queue.findings(6, 1)}
    assert Reason.DISAGREEMENT in reasons, "the tracks have nothing in common"
    for edit in reversed(edits_made):
        corrected.revert(edit)
    assert not [name for name in corrected.settings if name.startswith("review.")]


def test_frames_without_a_mask_are_filled_at_once_and_agreement_clears_the_note(
    project: Project,
) -> None:
    project.apply(edits.add_object(project)[0])
    for frame in (2, 6):
        project.apply(range_edits.set_edited_mask(project, frame, 1, A))
    for second in (B, A):
        run = BlendRun(BlendSpan(2, 6, (1,)))
        ahead = [TrackedFrame(f, {1: SegmentReply(A, 0.7)}) for f in range(2, 5)]
        edit = run.take_forward(
            project, [*ahead, TrackedFrame(5, {}, "Frame 5 cannot be decoded.")]
        )
        assert {c.cell.key for c in edit.changes} == ({(3, 1), (4, 1)} if second is B else set())
        project.apply(edit)
        behind = [TrackedFrame(f, {1: SegmentReply(second, 0.9)}) for f in range(6, 2, -1)]
        project.apply(run.take_backward(project, behind))
        record = project.masks.get(5, 1)
        assert record is not None and record.mask == second, "one side is better than none"
        noted = [name for name in project.settings if name.startswith("review.")]
        assert bool(noted) == (second is B)
