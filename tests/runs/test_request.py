from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vostool.errors import PromptError
from vostool.masks.box import Box
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import (
    Direction,
    Keyframe,
    SegmentReply,
    TrackedFrame,
    TrackRequest,
    tracked_span,
)
from vostool.project import edits
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts, with_point
from vostool.project.recall import Recall, Way
from vostool.runs.request import (
    is_kept,
    keyframes,
    plan_run,
    run_edit,
    segment_edit,
    segment_request,
)

LAST = 19  # the fixture's project has 20 frames of 8x6
MASK = Mask.from_array(np.eye(6, 8))
NEW = SegmentReply(Mask.from_array(np.ones((6, 8))), 0.75)
CLICK = Prompts(points=(Point(1, 2),))
FORWARD, BACKWARD, BOTH = Direction.FORWARD, Direction.BACKWARD, Direction.BOTH


@pytest.fixture
def two(project: Project) -> Project:
    """Objects 1 and 2, nothing prompted yet."""
    for _ in range(2):
        project.apply(edits.add_object(project)[0])
    return project


def click(project: Project, frame: int, oid: int) -> None:
    project.apply(edits.set_prompts(project, frame, oid, CLICK, "Click"))


def put(project: Project, frame: int, oid: int, record: MaskRecord | None) -> None:
    project.apply(edits.set_masks(project, [((frame, oid), record)], "Masks"))


# -- keyframes -----------------------------------------------------------------------------------


def test_keyframes_are_prompts_and_masks_that_a_person_stands_behind(two: Project) -> None:
    click(two, 4, 1)
    put(two, 4, 1, MaskRecord(MASK, Provenance.PROMPTED, 0.9))
    click(two, 2, 2)  # not answered yet
    put(two, 6, 1, MaskRecord(MASK, Provenance.TRACKED, 0.9))
    put(two, 7, 1, MaskRecord(MASK, Provenance.TRACKED, 0.9, confirmed=True))
    put(two, 8, 1, MaskRecord(MASK, Provenance.EDITED))
    put(two, 9, 2, MaskRecord(MASK, Provenance.IMPORTED))
    assert keyframes(two, [1, 2]) == (
        Keyframe(2, 2, CLICK, None),
        Keyframe(4, 1, CLICK, MASK),
        Keyframe(7, 1, None, MASK),
        Keyframe(8, 1, None, MASK),
        Keyframe(9, 2, None, MASK),
    )
    assert [k.frame for k in keyframes(two, [2])] == [2, 9]
    assert keyframes(two, []) == ()


@pytest.mark.parametrize("provenance", Provenance)
@pytest.mark.parametrize("confirmed", [False, True])
def test_is_kept(provenance: Provenance, confirmed: bool) -> None:
    own = provenance in (Provenance.EDITED, Provenance.IMPORTED)
    assert is_kept(MaskRecord(MASK, provenance, confirmed=confirmed)) == (own or confirmed)


# -- plan_run ------------------------------------------------------------------------------------


def test_nothing_to_start_from(two: Project) -> None:
    with pytest.raises(PromptError, match="No object has a prompt yet"):
        plan_run(two, FORWARD)
    click(two, 4, 1)
    with pytest.raises(PromptError, match="No object has a prompt yet"):
        plan_run(two, FORWARD, object_ids=[2])


@pytest.mark.parametrize(("first", "last"), [(-1, 5), (5, 4), (0, 20), (20, 20)])
def test_a_range_outside_the_source(two: Project, first: int, last: int) -> None:
    click(two, 4, 1)
    with pytest.raises(PromptError, match=f"Frames {first} to {last} are not all in the source"):
        plan_run(two, FORWARD, first=first, last=last)


def test_every_object_with_a_keyframe_is_tracked_unless_some_are_named(two: Project) -> None:
    click(two, 4, 1)
    click(two, 6, 2)
    assert {k.object_id for k in plan_run(two, FORWARD).keyframes} == {1, 2}
    assert {k.object_id for k in plan_run(two, FORWARD, object_ids=[2]).keyframes} == {2}


@pytest.mark.parametrize(
    ("direction", "first", "last", "origin"),
    [
        (FORWARD, 0, None, 4), (BOTH, 0, None, 4), (BACKWARD, 0, None, 12),
        (FORWARD, 5, None, 12), (BACKWARD, 0, 11, 4), (FORWARD, 13, 15, 13), (BACKWARD, 0, 3, 3),
        (FORWARD, 4, 4, 4),
    ],
)  # fmt: skip
def test_the_origin_when_none_is_named(
    two: Project, direction: Direction, first: int, last: int | None, origin: int
) -> None:
    click(two, 4, 1)
    click(two, 12, 2)
    request = plan_run(two, direction, first=first, last=last)
    assert request.origin == origin
    assert (request.direction, request.first) == (direction, first)
    assert request.last == (LAST if last is None else last)


@pytest.mark.parametrize(("named", "used"), [(9, 9), (2, 5), (17, 15)])
def test_a_named_origin_is_kept_inside_the_range(two: Project, named: int, used: int) -> None:
    click(two, 4, 1)
    request = plan_run(two, FORWARD, origin=named, first=5, last=15)
    assert (request.origin, request.first, request.last) == (used, 5, 15)
    assert [k.frame for k in request.keyframes] == [4], "keyframes outside the range still count"


# -- from replies to edits -----------------------------------------------------------------------


def test_a_run_writes_tracked_masks_and_keeps_the_persons_own(two: Project) -> None:
    own = {
        3: MaskRecord(MASK, Provenance.PROMPTED, 0.9),
        5: MaskRecord(MASK, Provenance.TRACKED, 0.9, confirmed=True),
        6: MaskRecord(MASK, Provenance.EDITED),
        7: MaskRecord(MASK, Provenance.IMPORTED),
    }
    click(two, 3, 1)
    for frame, record in own.items():
        put(two, frame, 1, record)
    put(two, 4, 1, MaskRecord(MASK, Provenance.TRACKED, 0.2))
    put(two, 9, 1, MaskRecord(MASK, Provenance.PROMPTED, 0.2))  # its prompts were removed since
    edit = run_edit(two, [TrackedFrame(frame, {1: NEW}) for frame in range(LAST + 1)])
    two.apply(edit)
    for frame in range(LAST + 1):
        record = two.masks.get(frame, 1)
        expected = own.get(frame, MaskRecord(NEW.mask, Provenance.TRACKED, NEW.score))
        assert record == expected, frame


def test_a_run_answers_prompts_that_have_no_mask_yet(two: Project) -> None:
    click(two, 3, 1)
    two.apply(run_edit(two, [TrackedFrame(3, {1: NEW})]))
    assert two.masks.get(3, 1) == MaskRecord(NEW.mask, Provenance.PROMPTED, NEW.score)


def test_a_run_says_nothing_of_objects_deleted_since_and_frames_not_read(two: Project) -> None:
    steps = [
        TrackedFrame(3, {1: NEW, 7: NEW}),
        TrackedFrame(4, {}, "Frame 4 cannot be decoded."),
    ]
    two.apply(run_edit(two, steps))
    assert [(f, oid) for f, oid, _ in two.masks.items()] == [(3, 1)]


STEPS = st.lists(
    st.tuples(st.integers(0, LAST), st.sets(st.integers(1, 3))),
    max_size=8,
    unique_by=lambda s: s[0],
)
RECORDS = st.builds(
    MaskRecord, st.just(MASK), st.sampled_from(Provenance), st.just(0.5), st.booleans()
)


@given(
    held=st.dictionaries(st.tuples(st.integers(0, LAST), st.integers(1, 2)), RECORDS),
    clicks=st.sets(st.tuples(st.integers(0, LAST), st.integers(1, 2)), max_size=4),
    steps=STEPS,
)
def test_no_run_ever_changes_prompts_objects_or_the_persons_own_masks(
    make_project: Callable[[], Project], held: dict, clicks: set, steps: list
) -> None:
    project = make_project()
    for _ in range(2):
        project.apply(edits.add_object(project)[0])
    for key in clicks:
        click(project, *key)
    for key, record in held.items():
        put(project, *key, record)
    edit = run_edit(project, [TrackedFrame(f, dict.fromkeys(ids, NEW)) for f, ids in steps])
    changes = project.apply(edit)
    assert not (changes.prompts or changes.objects or changes.settings)
    for key, record in held.items():
        if key in clicks or is_kept(record):
            assert project.masks.get(*key) == record
    told = {(f, oid) for f, ids in steps for oid in ids}
    assert changes.masks <= told
    for key in told - set(held) - set(clicks):
        written = project.masks.get(*key)
        assert (written is None) == (key[1] == 3)


def test_an_answer_to_prompts_that_changed_since_is_dropped(two: Project) -> None:
    click(two, 3, 1)
    edit = segment_edit(two, 3, 1, CLICK, NEW)
    assert edit is not None
    two.apply(edit)
    assert two.masks.get(3, 1) == MaskRecord(NEW.mask, Provenance.PROMPTED, NEW.score)
    more = replace(CLICK, points=(*CLICK.points, Point(3, 3)))
    assert segment_edit(two, 3, 1, more, NEW) is None
    two.apply(edits.clear_prompts(two, 3, 1))
    assert segment_edit(two, 3, 1, CLICK, NEW) is None


def test_how_a_correction_was_answered_is_stored_with_its_prompts(two: Project) -> None:
    told = replace(CLICK, base=MASK)
    two.apply(edits.set_prompts(two, 3, 1, told, "Click"))
    for way in (Way.ALONE, Way.REBUILT):
        now = two.prompts[3, 1]
        edit = segment_edit(two, 3, 1, now, replace(NEW, recall=Recall(way)))
        two.apply(edit)
        assert two.prompts[3, 1] == replace(told, recall=Recall(way))
    # The next click has not been answered; an engine without a memory says nothing of it.
    more = with_point(two.prompts[3, 1], two.masks.get(3, 1), Point(3, 3))
    assert more == replace(told, points=(*CLICK.points, Point(3, 3)))
    edit = segment_edit(two, 3, 1, two.prompts[3, 1], NEW)
    two.apply(edit)
    assert two.prompts[3, 1] == told


def test_a_correction_goes_with_what_is_stored_around_it(two: Project) -> None:
    for frame in range(LAST + 1):
        put(two, frame, 1, MaskRecord(MASK, Provenance.TRACKED, 0.9))
        put(two, frame, 2, MaskRecord(MASK, Provenance.TRACKED, 0.9))
    correction = replace(CLICK, base=MASK)
    assert segment_request(two, 2, 1, correction).around is None, "nothing to condition on"
    click(two, 0, 1)
    put(two, 5, 1, MaskRecord(MASK, Provenance.TRACKED, 0.9, confirmed=True))
    put(two, 6, 1, None)
    around = segment_request(two, 2, 1, correction).around
    assert [key.frame for key in around.keyframes] == [0, 5]
    assert [key.frame for key in around.tracked] == [1, 3, 4, *range(7, 18)]
    assert {key.object_id for key in (*around.keyframes, *around.tracked)} == {1}
    drawn = Prompts(box=Box(0, 0, 4, 4), base=correction.base)
    for prompts in (CLICK, Prompts(mask=MASK), replace(correction, mask=MASK), drawn):
        assert segment_request(two, 2, 1, prompts).around is None, "corrects no track"


def test_an_object_is_known_by_its_nearest_other_keyframes_that_show_it(two) -> None:
    assert segment_request(two, 2, 1, CLICK).looks == ()
    for frame, oid in ((0, 1), (2, 1), (5, 1), (9, 1), (14, 1), (3, 2)):
        click(two, frame, oid)
        if frame != 9:
            put(two, frame, oid, MaskRecord(MASK, Provenance.PROMPTED, 0.9))
    put(two, 4, 1, MaskRecord(MASK, Provenance.TRACKED, 0.9))
    absent = MaskRecord(Mask.empty(6, 8), Provenance.EDITED)
    put(two, 6, 1, absent)
    looks = segment_request(two, 8, 1, CLICK).looks
    assert [(key.frame, key.object_id) for key in looks] == [(5, 1), (2, 1)]
    assert {key.mask for key in looks} == {MASK}
    assert [key.frame for key in segment_request(two, 5, 1, CLICK).looks] == [2, 0]


# -- tracked_span --------------------------------------------------------------------------------


def asked(
    frames: list[int], direction: Direction, origin: int, first: int = 0, last: int = LAST
) -> TrackRequest:
    return TrackRequest(tuple(Keyframe(f, 1) for f in frames), direction, origin, first, last)


@pytest.mark.parametrize(
    ("frames", "origin", "span"),
    [
        ([4], 4, (4, 19)),  # from the keyframe at the origin
        ([4], 9, (9, 19)),  # the keyframe lies behind
        ([4], 0, (4, 19)),  # the first keyframe comes later
        ([4, 12], 8, (8, 19)),
        ([8, 12], 3, (8, 19)),
    ],
)
def test_span_forward(frames: list[int], origin: int, span: tuple[int, int]) -> None:
    found = tracked_span(asked(frames, FORWARD, origin), 1, True)
    assert found is not None
    assert list(found) == list(range(span[0], span[1] + 1))


@pytest.mark.parametrize(
    ("frames", "origin", "start"), [([4], 4, 4), ([4], 9, 4), ([4], 2, 2), ([4, 12], 8, 8)]
)
def test_span_backward(frames: list[int], origin: int, start: int) -> None:
    found = tracked_span(asked(frames, BACKWARD, origin), 1, False)
    assert found is not None
    assert list(found) == list(range(start, -1, -1))


def test_no_span_without_a_keyframe_to_start_from() -> None:
    assert tracked_span(asked([12], FORWARD, 3, last=10), 1, True) is None
    assert tracked_span(asked([2], BACKWARD, 12, first=5), 1, False) is None
    assert tracked_span(asked([4], FORWARD, 4), 2, True) is None


REQUESTS = st.builds(
    lambda frames, ends, origin: asked(
        frames, BOTH, min(max(origin, min(ends)), max(ends)), min(ends), max(ends)
    ),
    st.lists(st.integers(0, LAST), max_size=4),
    st.tuples(st.integers(0, LAST), st.integers(0, LAST)),
    st.integers(0, LAST),
)


@given(REQUESTS)
def test_backward_is_the_mirror_image_of_forward(request: TrackRequest) -> None:
    mirrored = asked(
        [LAST - k.frame for k in request.keyframes],
        BOTH,
        LAST - request.origin,
        LAST - request.last,
        LAST - request.first,
    )
    forward, backward = tracked_span(request, 1, True), tracked_span(mirrored, 1, False)
    assert (forward is None) == (backward is None)
    if forward is not None and backward is not None:
        assert list(forward) == [LAST - frame for frame in backward]


@given(REQUESTS)
def test_a_span_stays_in_the_range_and_reaches_its_end(request: TrackRequest) -> None:
    span = tracked_span(request, 1, True)
    if span is None:
        assert not any(k.frame <= request.last for k in request.keyframes)
        return
    assert span[0] >= request.origin and span[-1] == request.last
    before = [k.frame for k in request.keyframes if k.frame <= span[0]]
    assert before, "something is known at or before the first frame"
