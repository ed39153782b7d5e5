"""The parts of the timeline that need no window: scale, rows, states, the runs of a range."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.errors import PromptError
from vostool.frames import SourceRef
from vostool.gui.timeline.bars import flag_colours
from vostool.gui.timeline.colours import TimelineColours
from vostool.gui.timeline.layout import CURVE_HEIGHT, LOW_ROW_HEIGHT, ROWS_TOP, RowLayout
from vostool.gui.timeline.scale import TimeScale, tick_spacing
from vostool.gui.timeline.scene import clock
from vostool.gui.timeline.states import AT_ONCE, FrameState, TimelineStates
from vostool.masks.box import Box
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import Direction
from vostool.project import edits
from vostool.project.changes import Cell, Changes, Edit, Table
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.runs.ranges import plan_leg, range_legs

COUNT = 3000


@pytest.fixture
def project() -> Project:
    made = Project(SourceRef(Path("/clip.mp4"), "video", 1, "f", 64, 48, COUNT, 25.0))
    for _ in range(2):
        made.apply(edits.add_object(made)[0])
    return made


def record(score: float | None = 0.9, confirmed: bool = False, kind=Provenance.TRACKED,
           empty: bool = False) -> MaskRecord:  # fmt: skip
    array = np.zeros((48, 64), np.bool_)
    array[5:9, 5:9] = not empty
    return MaskRecord(Mask.from_array(array), kind, score, confirmed)


def put(project: Project, frames, oid: int = 1, **what) -> Changes:
    value = record(**what)
    cells = [Cell(Table.MASKS, (frame, oid)) for frame in frames]
    return project.apply(Edit("Put", tuple(project.change(cell, value) for cell in cells)))


def prompt(project: Project, frame: int, oid: int) -> None:
    prompts = Prompts(box=Box(2, 2, 20, 20))
    project.apply(edits.set_prompts(project, frame, oid, prompts, "Box"))


# -- the scale -------------------------------------------------------------------------------------

scales = st.builds(
    lambda count, width, factor, at: TimeScale.whole(count, width).zoomed(factor, at * width),
    st.integers(1, 100_000), st.integers(50, 3000), st.floats(0.1, 1e4), st.floats(0, 1),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(scales, st.floats(0.1, 10), st.floats(0, 1), st.integers(0, 10**5), st.floats(0, 0.5))
def test_any_zooming_and_moving_stays_in_the_video(scale, factor, at, frame, room) -> None:
    frame = min(frame, scale.count - 1)
    for made in (
        scale,
        scale.zoomed(factor, at * scale.width),
        scale.moved_to(at * scale.count),
        scale.showing(frame, room),
        scale.resized(777),
    ):
        assert made.first >= 0 and made.first + made.span <= made.count + 1e-6
        assert 1 <= made.span <= made.count
    shown = scale.showing(frame, room)
    assert 0 <= shown.x(frame) < shown.width or shown.pixels_per_frame < 1


@settings(max_examples=60, deadline=None)
@given(scales, st.integers(0, 10**5))
def test_a_frame_that_has_a_pixel_is_found_at_its_column(scale, frame) -> None:
    scale = scale.showing(min(frame, scale.count - 1), 0.2)
    frame = min(frame, scale.count - 1)
    if scale.pixels_per_frame >= 1:
        assert scale.frame(scale.x(frame)) == frame


@settings(max_examples=60, deadline=None)
@given(scales, st.integers(1, 2000))
def test_columns_share_out_every_frame(scale, columns) -> None:
    starts, stops = scale.columns(columns)
    assert (stops > starts).all() and (np.diff(starts) >= 0).all()
    apart = starts[1:] != starts[:-1]
    assert (stops[:-1][apart] == starts[1:][apart]).all(), "no frame is missed"
    assert 0 <= starts[0] <= scale.first + 1 and stops[-1] <= scale.count


def test_what_is_under_the_cursor_stays_there() -> None:
    scale = TimeScale.whole(100_000, 1000)
    for _ in range(6):
        scale = scale.zoomed(2, 700)
    assert scale.frame(700) == pytest.approx(70_000, abs=2)
    assert TimeScale.whole(100_000, 1000).zoomed(1e9, 0).pixels_per_frame == 64


def test_tick_spacing_leaves_room() -> None:
    for count in (1, 24, 1000, 123_456):
        for width in (50, 800):
            spacing = tick_spacing(count, width)
            assert str(spacing).rstrip("0") in ("1", "2", "5")
            assert spacing * width / count >= 70 or spacing == 1


def test_times_in_words() -> None:
    assert clock(0) == "0:00.000"
    assert clock(61.5) == "1:01.500"
    assert clock(3599.9996) == "1:00:00.000"


# -- the rows --------------------------------------------------------------------------------------


def test_the_selected_row_is_always_in_sight() -> None:
    height = ROWS_TOP + 5 * LOW_ROW_HEIGHT + CURVE_HEIGHT
    for scroll in (0, 100, RowLayout(height, 50).farthest):
        for current in (0, 20, 49):
            rows = RowLayout(height, 50, scroll, current)
            assert ROWS_TOP <= rows.top(current) <= rows.bottom - LOW_ROW_HEIGHT
            assert rows.at(rows.top(current) + 3) == current
            assert rows.shown()[-1] == current


def test_rows_are_found_where_they_are_painted() -> None:
    rows = RowLayout(300, 30, 55)
    for index in rows.shown():
        middle = rows.top(index) + LOW_ROW_HEIGHT // 2
        if ROWS_TOP <= middle < rows.bottom:
            assert rows.at(middle) == index
    assert rows.at(5) is None and rows.at(rows.bottom + 1) is None
    assert RowLayout(300, 2).at(200) is None


def test_scrolling_to_a_row_moves_no_further_than_needed() -> None:
    rows = RowLayout(300, 30, 110)
    assert rows.scroll_to(10) == 110
    assert rows.scroll_to(0) == 0
    assert RowLayout(300, 30, rows.scroll_to(29)).top(29) == rows.bottom - LOW_ROW_HEIGHT


# -- the states ------------------------------------------------------------------------------------


def test_each_state(project) -> None:
    states = TimelineStates(project)
    for frame, what in enumerate(
        ({}, {"score": 0.2}, {"empty": True}, {"confirmed": True}, {"kind": Provenance.EDITED},
         {"score": None}, {"empty": True, "kind": Provenance.EDITED})
    ):  # fmt: skip
        states.apply(put(project, [frame], **what))
    prompt(project, 7, 1)
    states.apply(Changes.of([Cell(Table.PROMPTS, (7, 1))]))
    states.apply(put(project, [8]))
    states.set_flagged(1, [8, 9])
    assert states.row(1)[9] == FrameState.NONE, "no mask is there to flag"
    found = [FrameState(int(flag)) for flag in states.row(1)[:9]]
    assert found == [
        FrameState.TRACKED, FrameState.LOW_SCORE, FrameState.ABSENT, FrameState.CONFIRMED,
        FrameState.EDITED, FrameState.TRACKED, FrameState.ABSENT, FrameState.PROMPTED,
        FrameState.TRACKED | FrameState.FLAGGED,
    ]  # fmt: skip
    states.set_flagged(1, [])
    assert states.row(1)[8] == FrameState.TRACKED
    assert states.scores(1)[0] == pytest.approx(0.9) and np.isnan(states.scores(1)[5])


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 200)), max_size=40))
def test_following_changes_is_the_same_as_looking_anew(steps) -> None:
    project = Project(SourceRef(Path("/clip.mp4"), "video", 1, "f", 64, 48, COUNT, 25.0))
    project.apply(edits.add_object(project)[0])
    states = TimelineStates(project)
    kinds = ({}, {"score": 0.1}, {"empty": True}, {"confirmed": True})
    for kind, frame in steps:
        many = range(frame, frame + (AT_ONCE + 1 if kind == 4 else 3))
        if kind == 5:
            edit = edits.delete_masks(project, [1], frame, frame + 20)
            states.apply(project.apply(edit))
        else:
            states.apply(put(project, many, **kinds[kind % 4]))
    while states.work(0.01):
        pass
    fresh = TimelineStates(project)
    while fresh.work(0.01):
        pass
    assert (states.row(1) == fresh.row(1)).all()
    assert np.array_equal(states.scores(1), fresh.scores(1), equal_nan=True)


def test_many_changes_are_done_in_slices(project) -> None:
    put(project, range(COUNT))
    states = TimelineStates(project)
    assert not states.row(1).any(), "nothing was looked at yet"
    slices = 1
    while states.work(0.0):
        slices += 1
    assert slices > 5 and (states.row(1) == FrameState.TRACKED).all()
    before = states.version(1), states.version(2)
    states.apply(put(project, [5], score=0.1))
    assert states.version(1) > before[0] and states.version(2) == before[1]
    assert states.row(1)[5] == FrameState.LOW_SCORE


def test_a_deleted_objects_row_goes(project) -> None:
    put(project, range(20))
    states = TimelineStates(project)
    states.apply(project.apply(edits.delete_object(project, 1)))
    assert not states.row(1).any() and np.isnan(states.scores(1)).all()


def test_a_column_tells_of_all_its_frames(project) -> None:
    put(project, range(0, 1000))
    put(project, [500], score=0.1)
    put(project, [700, *range(800, 900)], confirmed=True)
    states = TimelineStates(project)
    while states.work(1):
        pass
    starts, stops = TimeScale.whole(COUNT, 30).columns(30)
    flags = states.columns(1, starts, stops)
    assert flags[5] == FrameState.TRACKED | FrameState.LOW_SCORE
    assert flags[7] == FrameState.TRACKED | FrameState.CONFIRMED | FrameState.PARTLY
    assert flags[8] == FrameState.CONFIRMED, "all of it"
    assert (flags[10:] == 0).all()
    lowest = states.lowest_scores(1, starts, stops)
    assert lowest[5] == pytest.approx(0.1) and lowest[0] == pytest.approx(0.9)
    assert np.isnan(lowest[10:]).all()


def test_a_column_that_is_confirmed_in_part_is_underlined_thinner() -> None:
    some = (10, 10, 10)
    colours = TimelineColours(*[some] * 6, (0, 255, 0), *[some] * 4)
    table = flag_colours((200, 80, 40), colours, 15)
    whole, part = FrameState.CONFIRMED, FrameState.CONFIRMED | FrameState.PARTLY
    high = [int((table[:, flags] == 0xFF00FF00).sum()) for flags in (whole, part)]
    assert high == [3, 1]


# -- runs of a range -------------------------------------------------------------------------------


def reached(project: Project, legs, oid: int) -> list[int]:
    """Frames that the legs track an object on, in their order."""
    from vostool.models.engine import tracked_span

    found: list[int] = []
    for leg in legs:
        request = plan_leg(project, leg)
        assert request is not None
        for forward in (True, False):
            wanted = (Direction.FORWARD, Direction.BOTH) if forward else (
                Direction.BACKWARD, Direction.BOTH)  # fmt: skip
            if request.direction in wanted:
                found += tracked_span(request, oid, forward) or []
    return found


@pytest.mark.parametrize(
    ("first", "second"), [(10, 10), (50, 60), (60, 50), (10, 90), (90, 10), (90, 95), (55, 90)]
)
@pytest.mark.parametrize("playhead", [0, 55, 60])
def test_every_frame_of_the_range_is_reached_and_none_beside_it(
    project, first: int, second: int, playhead: int
) -> None:
    prompt(project, first, 1)
    prompt(project, second, 2)
    legs = range_legs(project, 40, 80, playhead)
    for oid in (1, 2):
        assert set(reached(project, legs, oid)) == set(range(40, 81))


def test_from_the_playhead_both_ways_where_all_is_said(project) -> None:
    prompt(project, 60, 1)
    (leg,) = range_legs(project, 40, 80, 60)
    assert (leg.direction, leg.origin, len(leg)) == (Direction.BOTH, 60, 42)


def test_nothing_to_track_from(project) -> None:
    with pytest.raises(PromptError, match="nothing to track the range from"):
        range_legs(project, 0, 10, 0)
