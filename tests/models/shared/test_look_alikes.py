"""When a frame tells an object from its look-alike: DAM4SAM's four conditions, one by one."""

from __future__ import annotations

import numpy as np
import pytest

from vostool.models.shared.look_alikes import Introspection, box_overlap, shows_another

SIDE = 64
SURE = [0.3, 0.9, 0.2]


def block(x: int, y: int = 10, width: int = 10, height: int = 10) -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), bool)
    mask[y : y + height, x : x + width] = True
    return mask


OBJECT, TWIN, NOTHING = block(5), block(40), np.zeros((SIDE, SIDE), bool)
BOTH = OBJECT | TWIN
SEES_TWIN = np.stack([BOTH, OBJECT, OBJECT])
SEES_NONE = np.stack([OBJECT, OBJECT, OBJECT])


def told(frames, masks=SEES_TWIN, qualities=SURE, introspection=None) -> list[int]:
    """Which of the frames are kept; the first of all frames never is."""
    introspection = introspection or Introspection()
    return [frame for frame in frames if introspection.tells(frame, masks, qualities)]


def test_a_frame_with_a_look_alike_is_kept_and_no_other_within_five():
    assert told(range(20)) == [1, 7, 13, 19]


def test_backward_runs_keep_their_distance_as_well():
    assert told(range(20, 0, -1)) == [19, 13, 7, 1]


def test_a_frame_without_a_look_alike_is_not_kept():
    assert told(range(20), SEES_NONE) == []


@pytest.mark.parametrize(("quality", "kept"), [(0.8, False), (0.81, True)])
def test_the_expected_quality_has_to_be_above_four_fifths(quality, kept):
    assert bool(told(range(3), qualities=[0.1, quality, 0.2])) is kept


@pytest.mark.parametrize(
    ("height", "kept"), [(7, False), (8, True), (10, True), (12, True), (13, False)]
)
def test_the_area_has_to_be_within_a_fifth_of_the_median_of_ten(height, kept):
    introspection = Introspection()
    told(range(12), SEES_NONE, introspection=introspection)
    changed = block(5, height=height)
    assert introspection.tells(12, np.stack([changed | TWIN, changed, changed]), SURE) is kept


def test_the_median_looks_at_the_last_ten_frames_that_show_the_object():
    introspection = Introspection()
    told(range(10), np.stack([block(5, height=30)] * 3), introspection=introspection)
    told(range(10, 30), SEES_NONE, introspection=introspection)
    told(range(30, 90), np.stack([NOTHING] * 3), introspection=introspection)
    assert introspection.tells(90, SEES_TWIN, SURE)


def test_nothing_is_kept_of_a_frame_without_the_object():
    assert told(range(20), np.stack([BOTH, NOTHING, TWIN])) == []


def test_what_the_chosen_mask_covers_is_no_look_alike():
    part = block(5, height=2)
    assert not shows_another(OBJECT, [part, OBJECT])


def test_only_the_largest_part_of_the_rest_counts():
    speck = block(60, 60, 1, 1)
    beside = block(15, 10, 3, 10)
    assert not shows_another(OBJECT, [OBJECT | speck | beside])
    assert shows_another(OBJECT, [OBJECT | speck])


@pytest.mark.parametrize(("width", "another"), [(4, False), (5, True)])
def test_boxes_that_overlap_by_seven_tenths_or_less_show_another(width, another):
    # 10 of 14 columns are 0.714 of the union, 10 of 15 are 0.667
    assert shows_another(OBJECT, [OBJECT | block(15, width=width)]) is another


def test_the_overlap_of_boxes():
    assert box_overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert box_overlap((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert box_overlap((0, 0, 10, 10), (10, 0, 20, 10)) == 0
