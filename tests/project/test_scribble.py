"""A scribble is a few points along the stroke; a pixel of a mask is found without decoding it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.masks.crop import has_pixel
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.prompts import Point, Prompts
from vostool.project.scribble import MOST_POINTS, sample_stroke, with_scribble

PLACE = st.tuples(st.floats(0, 199), st.floats(0, 99))


@given(path=st.lists(PLACE, min_size=1, max_size=30))
@settings(max_examples=60)
def test_samples_lie_on_the_stroke_in_order(path) -> None:
    found = sample_stroke(path, 200, 100)
    assert 1 <= len(found) <= MOST_POINTS
    for place in found:
        gaps = [
            math.dist(a, place) + math.dist(place, b) - math.dist(a, b)
            for a, b in zip(path, path[1:] or path, strict=False)
        ]
        assert min(gaps) < 1e-6


def test_a_straight_stroke_is_divided_evenly() -> None:
    path = [(10.0, 50.0), (50.0, 50.0), (190.0, 50.0)]
    found = sample_stroke(path, 200, 100)
    assert [x for x, _ in found] == pytest.approx([10 + 30 * (n + 0.5) for n in range(6)])


def test_a_short_stroke_is_a_click_and_what_is_outside_is_left_out() -> None:
    assert sample_stroke([(5.0, 5.0)], 200, 100) == [(5.0, 5.0)]
    assert sample_stroke([(5.0, 5.0), (7.0, 5.0)], 200, 100) == [(6.0, 5.0)]
    assert sample_stroke([(-50.0, 5.0), (-10.0, 5.0)], 200, 100) == []


def test_the_points_join_what_stands_there() -> None:
    tracked = MaskRecord(Mask.from_array(np.ones((100, 200), bool)), Provenance.TRACKED)
    fresh = with_scribble(None, tracked, [(1, 2), (3, 4)], False)
    points = (Point(1, 2, False), Point(3, 4, False))
    assert fresh == Prompts(points, base=tracked.mask, together=2)
    more = with_scribble(fresh, None, [(5, 6)], True)
    assert more.points == (*fresh.points, Point(5, 6, True)) and more.base == tracked.mask
    assert more.together == 2  # the second stroke is told point by point
    assert with_scribble(fresh, None, [], True) is None
    assert with_scribble(None, tracked, [(1, 2)], False) == Prompts(points[:1], base=tracked.mask)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20)
def test_every_pixel_is_told_right(seed: int) -> None:
    array = np.random.default_rng(seed).random((7, 5)) > 0.5
    mask = Mask.from_array(array)
    told = [[has_pixel(mask, c, r) for c in range(5)] for r in range(7)]
    assert (np.array(told) == array).all()
    assert not has_pixel(mask, -1, 0) and not has_pixel(mask, 5, 6) and not has_pixel(mask, 0, 7)
