"""Better is what gains more than its spread."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training_videos import halves

from vostool.masks.mask import Mask
from vostool.training.chosen import thinned
from vostool.training.compare import compare
from vostool.training.measuring import Cell, CellMeasure, mean_value
from vostool.training.pictures import chosen_cells

NOTHING = Mask.empty(4, 4)


def measures(values, video="a", object_id=1) -> list[CellMeasure]:
    return [
        CellMeasure(Cell(video, frame, object_id), NOTHING, value, value)
        for frame, value in enumerate(values)
    ]


def test_the_same_gain_on_every_frame_is_better():
    comparison = compare(measures([0.5] * 8), measures([0.6] * 8))
    assert comparison.better and comparison.spread == pytest.approx(0)
    assert comparison.gain == pytest.approx(0.1)
    assert comparison.verdict.startswith("Better: held-out J&F went from 0.500 to 0.600 (+0.100")


def test_a_gain_that_a_few_frames_carry_is_not():
    after = [0.5] * 8
    after[3] = 0.9
    comparison = compare(measures([0.5] * 8), measures(after))
    assert comparison.gain > 0 and not comparison.better
    assert "keep the old one" in comparison.verdict


def test_one_frame_says_nothing_for_sure():
    assert not compare(measures([0.1]), measures([0.9])).better


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12))
@settings(max_examples=60, deadline=None)
def test_the_old_weights_are_never_better_than_themselves(values):
    comparison = compare(measures(values), measures(values))
    assert comparison.gain == 0 and not comparison.better


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=12))
@settings(max_examples=60, deadline=None)
def test_what_is_better_one_way_is_not_better_the_other_way(pairs):
    before, after = ([pair[side] for pair in pairs] for side in (0, 1))
    forth = compare(measures(before), measures(after))
    back = compare(measures(after), measures(before))
    assert forth.gain == pytest.approx(-back.gain)
    assert not (forth.better and back.better)


def test_objects_weigh_the_same_however_many_frames_they_have():
    many, one = measures([1.0] * 9), measures([0.0], object_id=2)
    assert mean_value([*many, *one]) == pytest.approx(0.5)
    rows = compare([*many, *one], [*many, *one]).objects
    assert [(row.object_id, row.frames) for row in rows] == [(1, 9), (2, 1)]
    assert np.isnan(rows[0].tracked[0])


def test_different_cells_are_not_compared():
    with pytest.raises(ValueError, match="different cells"):
        compare(measures([0.5]), measures([0.5], video="b"))


def test_pictures_show_what_gained_and_what_lost():
    before = measures([0.5] * 5)
    after = [
        replace(m, click=v, box=v) for m, v in zip(before, (0.5, 0.9, 0.1, 0.6, 0.4), strict=True)
    ]
    shown = chosen_cells(compare(before, after), 2)
    assert [cell.frame for cell in shown] == [1, 2]


def test_fewer_cells_are_spread_over_the_frames():
    kept = thinned([halves("a", range(0, 40, 2)), halves("b", range(0, 40, 4))], 10)
    assert all(len(video.masks) > 1 for video in kept)
    assert sum(len(video.cells) for video in kept) <= 10
    assert {0, 38} <= set(kept[0].masks)
