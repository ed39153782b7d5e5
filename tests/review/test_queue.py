"""The review queue: what gets in and why, its order, and that following changes is starting anew."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.frames import SourceRef
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits, range_edits
from vostool.project.changes import Cell, Changes, Edit, Table
from vostool.project.mask_notes import AGREEMENT, note_cell, note_value
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts
from vostool.review.events import ReviewEvent, ReviewFilter, gap_of
from vostool.review.gain import gains
from vostool.review.measures import ObjectRow
from vostool.review.queue import ReviewQueue, bring_back_dismissed, dismiss
from vostool.review.reasons import Finding, Reason

H, W, FRAMES = 60, 90, 30


def square(x: int, y: int, size: int = 10) -> Mask:
    array = np.zeros((H, W), bool)
    array[y : y + size, x : x + size] = True
    return Mask.from_array(array)


def tracked(mask: Mask, score: float | None = 0.9) -> MaskRecord:
    return MaskRecord(mask, Provenance.TRACKED, score)


@pytest.fixture(scope="module")
def make_video() -> Callable[..., Project]:
    """Makes a project of 30 frames of 90x60 pixels with so many objects that stand still."""

    def make(objects: int = 1, frames: int = FRAMES) -> Project:
        project = Project(SourceRef(Path("/v"), "video", 1, "f", W, H, frames, 25.0))
        for _ in range(objects):
            project.apply(edits.add_object(project)[0])
        still = {o: tracked(square(5 + 20 * (o - 1), 20)) for o in range(1, objects + 1)}
        project.load(
            (Cell(Table.MASKS, (f, o)), r) for o, r in still.items() for f in range(frames)
        )
        return project

    return make


def put(project: Project, frame: int, oid: int, record: MaskRecord | None) -> Changes:
    return project.apply(edits.set_masks(project, [((frame, oid), record)], "Masks"))


def ready(project: Project) -> ReviewQueue:
    queue = ReviewQueue(project)
    assert queue.work(60) and queue.pending == 0
    return queue


def follow(queue: ReviewQueue, changes: Changes) -> None:
    queue.update(changes)
    assert queue.work(60)


def found(queue: ReviewQueue, frame: int, oid: int = 1) -> dict[Reason, Finding]:
    return {finding.reason: finding for finding in queue.findings(frame, oid)}


# -- what gets in --------------------------------------------------------------------------------


def test_a_steady_track_is_not_asked_about(make_video) -> None:
    queue = ready(make_video(3))
    assert (queue.masks, queue.items(), queue.events()) == (0, [], [])
    assert queue.findings(4, 1) == () and queue.findings(-1, 9) == ()


@pytest.mark.parametrize(
    ("record", "reason", "text"),
    [
        (tracked(square(5, 20), 0.31), Reason.LOW_SCORE, "The model's score is low, 0.31."),
        (tracked(Mask.empty(H, W)), Reason.EMPTY, "The object is gone here, but frame 9 has it."),
        (tracked(square(5, 20, 20)), Reason.AREA_JUMP, "The area is 4.0 times that of the frame before."),
        (tracked(square(5, 20, 5)), Reason.AREA_JUMP, "The area is 25% of that of the frame before."),
        (tracked(square(35, 20)), Reason.POSITION_JUMP, "The mask jumps by 30 pixels from the frame before."),
        (tracked(square(18, 20)), Reason.OVERLAP, "1 object, 2 object overlap by 30%."),
        (tracked(square(0, 20)), Reason.EDGE, "The mask reaches the edge of the picture, for the first time."),
    ],
)  # fmt: skip
def test_each_reason_in_words(make_video, record, reason, text) -> None:
    project = make_video(2)
    queue = ready(project)
    follow(queue, put(project, 10, 1, record))
    assert found(queue, 10)[reason].text == text
    item = queue.item(10, 1)
    assert item is not None and 0 < item.risk < 1 and item in queue.items()
    follow(queue, put(project, 10, 1, tracked(square(5, 20))))
    assert queue.masks == 0


def test_two_tracks_that_disagree(make_video) -> None:
    project = make_video()
    mask = square(5, 20)
    cell = note_cell(AGREEMENT, 7, 1)
    queue = ready(project)
    follow(queue, project.apply(Edit("Note", (project.change(cell, note_value(mask, 0.3)),))))
    assert found(queue, 7)[Reason.DISAGREEMENT].text.endswith("they share 30%.")
    follow(queue, put(project, 7, 1, tracked(square(6, 20))))
    assert queue.masks == 0, "the note was on another mask"


def test_an_overlap_concerns_both_and_ends_with_either(make_video) -> None:
    project = make_video(2)
    queue = ready(project)
    follow(queue, put(project, 10, 1, tracked(square(18, 20))))
    assert Reason.OVERLAP in found(queue, 10, 2)
    follow(queue, project.apply(edits.delete_object(project, 1)))
    assert (queue.masks, queue.pending) == (0, 0)


def spread(make_video, *, kept: int | None = None, scores=(0.9, 0.9)) -> Project:
    """From frame 10 on object 2 has spread over object 1, slowly enough to be no jump."""
    project = make_video(2)
    for frame in range(8, FRAMES):
        wide = min((frame - 7) * 4, 14)
        array = square(25, 20).to_array()
        array[20:30, 25 - wide : 25] = True
        put(project, frame, 2, tracked(Mask.from_array(array), scores[1]))
        put(project, frame, 1, tracked(square(5, 20), scores[0]))
    if kept is not None:
        record = project.masks.get(12, kept)
        put(project, 11, kept, replace(record, confirmed=True))
    return project


def test_of_two_that_overlap_the_one_that_spread_is_gone_to(make_video) -> None:
    queue = ready(spread(make_video))
    (event,) = queue.events()
    assert event.object_ids == (1, 2) and event.worst.object_id == 2
    assert queue.blamed(event) == "It is likelier wrong: it changed more."


def test_of_two_that_overlap_a_persons_mask_is_right(make_video) -> None:
    queue = ready(spread(make_video, kept=2))
    event = next(e for e in queue.events() if e.holds(12))
    assert event.worst.object_id == 1
    assert "the other is yours" in queue.blamed(event)


@pytest.mark.parametrize(
    ("scores", "sizes", "wrong", "why"),
    [
        ((0.9, 0.7), (10, 10), 2, "It is likelier wrong: its score is lower"),
        ((0.7, 0.9), (10, 10), 1, "It is likelier wrong: its score is lower"),
        ((0.9, 0.9), (10, 14), 2, "It may be the wrong one: it is larger"),
        ((None, None), (14, 10), 1, "It may be the wrong one: it is larger"),
    ],
)
def test_of_two_that_always_overlapped_score_and_size_tell(
    make_video, scores, sizes, wrong, why
) -> None:
    project = make_video(2)
    for frame in range(FRAMES):
        for oid, x in ((1, 10), (2, 15)):
            put(project, frame, oid, tracked(square(x, 20, sizes[oid - 1]), scores[oid - 1]))
    queue = ready(project)
    (event,) = queue.events()
    assert event.worst.object_id == wrong
    assert queue.blamed(event).startswith(why)


def test_steady_motion_is_no_jump(make_video) -> None:
    project = make_video()
    for frame in range(FRAMES):
        put(project, frame, 1, tracked(square(2 + 9 * min(frame, 8), 20)))
    at = [item.frame for item in ready(project).items()]
    assert at == [1], "only setting off cannot be told from a jump"


def test_the_spot_is_farthest_from_what_a_person_looked_at(make_video) -> None:
    project = make_video(2)
    queue = ready(project)
    assert queue.spot() is None, "nothing was looked at, so nothing says that it is wanted"
    follow(queue, project.apply(range_edits.confirm_range(project, 0, 0, True, [2])))
    spots = []
    for _ in range(3):
        spot = queue.spot()
        spots.append((spot.frame, spot.object_id))
        confirmed = range_edits.confirm_range(project, spot.frame, spot.frame, True, [2])
        follow(queue, project.apply(confirmed))
    assert spots == [(29, 2), (14, 2), (7, 2)]
    follow(queue, project.apply(dismiss(project, [(21, 2)])))
    assert queue.spot().frame == 25, "21 was looked at, too"
    follow(queue, project.apply(edits.delete_object(project, 2)))
    assert queue.spot() is None


def test_a_jump_to_a_corrected_frame_is_the_neighbours_fault(make_video) -> None:
    project = make_video()
    queue = ready(project)
    edit = range_edits.set_edited_mask(project, 10, 1, square(60, 20))
    follow(queue, project.apply(edit))
    assert {item.frame for item in queue.items()} == {9, 11}
    assert found(queue, 9)[Reason.POSITION_JUMP].text == (
        "The mask jumps by 55 pixels from frame 10, which is corrected."
    )


def test_confirmed_prompted_and_drawn_masks_are_never_asked_about(make_video) -> None:
    project = make_video()
    bad = tracked(square(60, 20), 0.1)
    for frame in (3, 10, 17, 24):
        put(project, frame, 1, bad)
    put(project, 10, 1, replace(bad, confirmed=True))
    put(project, 17, 1, replace(bad, provenance=Provenance.EDITED))
    click = Prompts(points=(Point(1, 1),))
    project.apply(edits.set_prompts(project, 24, 1, click, "Click"))
    queue = ready(project)
    frames = {item.frame for item in queue.items()}
    assert 3 in frames and not frames & {10, 17, 24}
    follow(queue, project.apply(edits.set_prompts(project, 3, 1, click, "Click")))
    assert queue.item(3, 1) is None
    follow(queue, project.apply(edits.clear_prompts(project, 24, 1)))
    assert queue.item(24, 1) is None, "no mask is left there"


def test_a_dismissal_is_undone_and_lasts_as_long_as_the_mask(make_video) -> None:
    project = make_video()
    put(project, 10, 1, tracked(square(5, 20), 0.1))
    queue = ready(project)
    before = queue.items()
    edit = dismiss(project, [(10, 1), (99, 9)])
    follow(queue, project.apply(edit))
    assert queue.masks == 0 and ready(project).masks == 0, "also in a queue made anew"
    follow(queue, project.revert(edit))
    assert queue.items() == before
    follow(queue, project.apply(edit))
    follow(queue, put(project, 10, 1, tracked(square(6, 20), 0.1)))
    assert queue.masks == 1, "another mask is another question"
    follow(queue, put(project, 10, 1, tracked(square(5, 20), 0.1)))
    follow(queue, project.apply(bring_back_dismissed(project, [2])))
    assert queue.masks == 0
    follow(queue, project.apply(bring_back_dismissed(project)))
    assert queue.items() == before


# -- order ---------------------------------------------------------------------------------------

MASKS = [Mask.empty(H, W), square(5, 20), square(25, 20), square(5, 20, 20), square(0, 0)]
CELLS = st.tuples(st.integers(0, FRAMES - 1), st.integers(1, 3))
RECORDS = st.builds(
    MaskRecord, st.sampled_from(MASKS), st.sampled_from(Provenance),
    st.sampled_from([None, 0.1, 0.45, 0.9]), st.booleans(),
)  # fmt: skip
BATCHES = st.lists(st.dictionaries(CELLS, st.none() | RECORDS, max_size=6), max_size=5)


@settings(max_examples=25, deadline=None)
@given(BATCHES)
def test_following_changes_is_the_same_as_starting_anew(make_video, batches) -> None:
    project = make_video(3)
    queue = ready(project)
    for number, batch in enumerate(batches):
        follow(queue, project.apply(edits.set_masks(project, batch.items(), "Masks")))
        if number == 2:
            follow(queue, project.apply(edits.delete_object(project, 2)))
        if number == 3:
            follow(queue, project.apply(dismiss(project, list(batch))))
    assert queue.items() == ready(project).items()
    assert queue.masks == len(queue.items())


def test_a_change_to_everything_holds_nobody_up(make_video) -> None:
    project = make_video(4, frames=1000)
    queue = ReviewQueue(project)
    assert queue.pending > 0
    start = time.process_time()
    assert not queue.work(0.0)
    assert time.process_time() - start < 0.1, "one piece, however much waits"
    assert queue.pending > 0 and queue.work(60) and queue.pending == 0
    start = time.process_time()
    for frame in range(100, 200):
        queue.update(put(project, frame, 1, tracked(square(6, 20), 0.2)))
    spent = (time.process_time() - start) / 100
    assert queue.work(60) and queue.masks == 100
    assert spent < 0.01, f"{spent * 1000:.1f} ms a frame of a run"


def test_jumps_are_those_in_the_queue(make_video) -> None:
    project = make_video(2)
    put(project, 10, 1, tracked(square(35, 20)))
    queue = ready(project)
    assert {oid: frames.tolist() for oid, frames in queue.flagged().items()} == {1: [10, 11], 2: []}
    follow(queue, project.apply(dismiss(project, [(10, 1), (11, 1)])))
    assert queue.flagged()[1].tolist() == []


def test_an_object_that_stays_away_is_asked_about_once(make_video) -> None:
    project = make_video()
    for frame in range(10, 20):
        put(project, frame, 1, tracked(Mask.empty(H, W), 0.2))
    assert [item.place for item in ready(project).items()] == [(10, 1)]


# -- events --------------------------------------------------------------------------------------


def spans(events: list[ReviewEvent]) -> list[tuple[tuple[int, ...], int, int, int]]:
    return [(e.object_ids, e.first, e.last, e.masks) for e in events]


def low(project: Project, oid: int, frames: list[int], score: float = 0.2) -> None:
    for frame in frames:
        put(project, frame, oid, tracked(project.masks.row(oid)[frame].mask, score))


def test_masks_close_together_are_one_event(make_video) -> None:
    project = make_video(2, frames=100)
    low(project, 1, [4, 5, 9, 40, 41], 0.3)
    low(project, 2, [7], 0.1)
    queue = ready(project)
    assert (queue.masks, queue.count, queue.gap) == (6, 3, 12)
    in_time = spans(queue.events(in_time=True))
    assert in_time == [((1,), 4, 9, 3), ((2,), 7, 7, 1), ((1,), 40, 41, 2)]
    assert queue.events()[0].worst.place == (5, 1), "where most is to be mended first"
    assert sorted(p for e in queue.events() for p in queue.places(e)) == sorted(
        item.place for item in queue.items()
    )


def test_the_middle_of_what_is_doubtful_is_looked_at_and_not_beside_a_correction(
    make_video,
) -> None:
    project = make_video(1, frames=100)
    put(project, 20, 1, replace(project.masks.get(20, 1), provenance=Provenance.EDITED))
    low(project, 1, list(range(21, 42)), 0.3)
    low(project, 1, [21], 0.05)
    queue = ready(project)
    (event,) = queue.events()
    assert event.worst.frame == 32, "21 has the lowest score, and lies beside a correction"
    own = replace(project.masks.get(32, 1), provenance=Provenance.EDITED)
    follow(queue, put(project, 32, 1, own))
    assert [e.worst.frame for e in queue.events()] == [41], "from there on the farther end"


def test_more_doubt_comes_first(make_video) -> None:
    project = make_video(2, frames=100)
    low(project, 1, [80], 0.05)
    low(project, 2, list(range(40, 50)), 0.4)
    queue = ready(project)
    first, second = queue.events()
    assert (first.worst.object_id, second.worst.place) == (2, (80, 1))
    assert first.gain > second.gain and first.worst.risk < second.worst.risk


def test_an_object_that_stays_away_is_looked_for_in_the_middle(make_video) -> None:
    project = make_video()
    put(project, 0, 1, replace(project.masks.get(0, 1), provenance=Provenance.EDITED))
    for frame in range(5, FRAMES):
        put(project, frame, 1, tracked(Mask.empty(H, W)))
    queue = ready(project)
    (event,) = queue.events()
    assert (event.first, event.last, event.masks) == (5, FRAMES - 1, 1)
    assert event.worst.frame == 17
    assert found(queue, 17)[Reason.EMPTY].text == (
        "The object is gone since frame 5; it may be back here."
    )
    assert found(queue, 5)[Reason.EMPTY].text == "The object is gone here, but frame 4 has it."
    follow(queue, project.apply(range_edits.confirm_range(project, 5, FRAMES - 1, True, [1])))
    assert queue.findings(17, 1) == () and queue.count == 0


@given(
    risks=st.lists(st.floats(0, 1, width=32), min_size=30, max_size=30),
    own=st.sets(st.integers(0, 29), max_size=4),
    reach=st.integers(2, 12),
)
def test_gains_are_sums_under_a_triangle_between_corrections(risks, own, reach) -> None:
    row = ObjectRow.empty(30)
    row.area[:] = 5
    row.given[list(own)] = row.kept[list(own)] = True
    risk = np.array([0 if f in own else r for f, r in enumerate(risks)], np.float32)
    frames = np.flatnonzero(risk)
    if not len(frames):
        return
    gained = gains(row, risk, frames, reach)
    for frame, gain in zip(frames.tolist(), gained.tolist(), strict=True):
        low = max((f for f in own if f < frame), default=-1)
        high = min((f for f in own if f > frame), default=30)
        between = range(low + 1, high)
        sums = sum(risk[f] * max(0, 1 - abs(f - frame) / (reach + 1)) for f in between)
        near = min((abs(f - frame) for f in own), default=reach)
        assert gain == pytest.approx(risk[frame] * sums * min(1, near / reach), abs=1e-5)


@pytest.mark.parametrize(("rate", "gap"), [(0.0, 2), (1.0, 2), (25.0, 12), (240.0, 30)])
def test_half_a_second_joins(rate: float, gap: int) -> None:
    assert gap_of(rate) == gap


def test_an_event_goes_on_for_as_long_as_the_object_stays_away(make_video) -> None:
    project = make_video(1, frames=100)
    for frame in range(50, 80):
        put(project, frame, 1, tracked(Mask.empty(H, W)))
    (event,) = ready(project).events()
    assert (event.first, event.asked, event.last) == (50, 50, 79)
    project.apply(edits.confirm(project, 60, [1], True))
    (event,) = ready(project).events()
    assert event.last == 59, "a person said so of the rest"


def test_two_masks_on_one_thing_are_one_event_of_both(make_video) -> None:
    project = make_video(3, frames=60)
    for frame in range(20, 25):
        put(project, frame, 2, tracked(square(6, 20)))
    low(project, 3, [22])
    queue = ready(project)
    both = queue.event_at(22, 1)
    assert both is not None and both == queue.event_at(20, 2)
    assert both.object_ids == (1, 2) and Reason.SAME_PLACE in both.reasons
    texts = {f.text for f in queue.findings(22, 1)} & {f.text for f in queue.findings(22, 2)}
    assert texts == {"1 object and 2 object lie on the same place."}
    assert Reason.OVERLAP not in found(queue, 22), "said once"
    assert spans([e for e in queue.events() if e != both]) == [((3,), 22, 22, 1)]


def test_a_hat_on_a_head_is_no_second_mask_of_it(make_video) -> None:
    project = make_video(2)
    put(project, 10, 1, tracked(square(25, 20, 20)))
    put(project, 10, 2, tracked(square(26, 21, 8)))
    assert set(found(ready(project), 10, 2)) & {Reason.OVERLAP, Reason.SAME_PLACE} == {
        Reason.OVERLAP
    }


def test_filters_take_events(make_video) -> None:
    project = make_video(2, frames=60)
    low(project, 1, [5, 6])
    put(project, 40, 2, tracked(Mask.empty(H, W)))
    queue = ready(project)
    for only, ids in (
        (ReviewFilter(Reason.LOW_SCORE), {1}), (ReviewFilter(object_id=2), {2}),
        (ReviewFilter(), {1, 2}), (ReviewFilter(Reason.EMPTY, 1), set()),
    ):  # fmt: skip
        assert {oid for e in queue.events(only) for oid in e.object_ids} == ids
        assert queue.count_of(only) == len(queue.events(only))


@settings(max_examples=25, deadline=None)
@given(BATCHES)
def test_every_mask_of_the_queue_is_in_exactly_one_event(make_video, batches) -> None:
    project = make_video(3)
    for batch in batches:
        project.apply(edits.set_masks(project, batch.items(), "Masks"))
    queue = ready(project)
    places = [place for event in queue.events() for place in queue.places(event)]
    assert sorted(places) == sorted(item.place for item in queue.items())
    assert sum(event.masks for event in queue.events()) == queue.masks
    assert all(queue.like(event) is not None for event in queue.events())


def test_settled_is_said_only_where_a_score_says_so(make_video) -> None:
    project = make_video(1, frames=60)
    low(project, 1, [10, 11, 12])
    queue = ready(project)
    (event,) = queue.events()
    low(project, 1, [10, 11, 12], 0.8)
    assert ready(project).verdict(event) == "Settled: the lowest score there is now 0.80 (3 masks)."
    for frame in (10, 11, 12):
        put(project, frame, 1, tracked(square(5, 20), None))
    assert ready(project).verdict(event).startswith("Asked about no more; no new score")
    project.apply(range_edits.confirm_range(project, 10, 12, True))
    assert ready(project).verdict(event) == "Confirmed."
    project.apply(range_edits.delete_range(project, 10, 12))
    assert ready(project).verdict(event) == "No masks are left there."
