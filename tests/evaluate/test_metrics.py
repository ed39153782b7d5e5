"""J and F against a slow, independent reading of the DAVIS 2017 definition."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.evaluate.metrics import (
    boundary_map,
    boundary_measure,
    compare_sequences,
    region_similarity,
)


def slow_boundary(mask):
    h, w = mask.shape
    edge = np.zeros((h, w), bool)
    for y in range(h):
        for x in range(w):
            right = mask[y, x + 1] if x + 1 < w else mask[y, x]
            below = mask[y + 1, x] if y + 1 < h else mask[y, x]
            corner = mask[y + 1, x + 1] if x + 1 < w and y + 1 < h else mask[y, x]
            edge[y, x] = any(mask[y, x] != other for other in (right, below, corner))
    return edge


def slow_f(truth, result, tolerance=0.008):
    a, b = np.argwhere(slow_boundary(truth)), np.argwhere(slow_boundary(result))
    if len(a) == 0 and len(b) == 0:
        return 1.0
    if len(a) == 0 or len(b) == 0:
        return 0.0
    reach = math.ceil(tolerance * math.hypot(*truth.shape))
    near = ((a[:, None] - b[None]) ** 2).sum(-1) <= reach * reach
    recall, precision = near.any(1).mean(), near.any(0).mean()
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def blobs(seed, shape=(45, 70)):
    rng = np.random.default_rng(seed)
    y, x = np.ogrid[: shape[0], : shape[1]]
    mask = np.zeros(shape, bool)
    for _ in range(rng.integers(0, 4)):
        cy, cx, r = rng.uniform(0, shape[0]), rng.uniform(0, shape[1]), rng.uniform(2, 18)
        mask |= (y - cy) ** 2 + (x - cx) ** 2 < r * r
    return mask


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from([0.008, 0.03]))
def test_measures_equal_a_slow_reading_of_the_definition(seed_a, seed_b, tolerance):
    truth, result = blobs(seed_a), blobs(seed_b)
    assert np.array_equal(boundary_map(truth), slow_boundary(truth))
    measured = boundary_measure(truth, result, tolerance=tolerance)
    assert measured == pytest.approx(slow_f(truth, result, tolerance), abs=1e-12)
    union = (truth | result).sum()
    expected = (truth & result).sum() / union if union else 1.0
    assert region_similarity(truth, result) == pytest.approx(expected, abs=1e-12)


def square(x, side=20, shape=(100, 100)):
    mask = np.zeros(shape, bool)
    mask[40 : 40 + side, x : x + side] = True
    return mask


def test_reference_values():
    # Two 20x20 squares, shifted by 10: 200 common pixels of 600.
    assert region_similarity(square(10), square(20)) == pytest.approx(1 / 3)
    # 100x100: the tolerance is ceil(0.008 * 141.4) = 2 pixels; a shift of 2 is forgiven wholly.
    assert boundary_measure(square(10), square(12)) == 1.0
    # A shift of 10: 80 boundary pixels each; of one's upper and lower sides those columns match
    # which come within 2 of the other's, and nothing else does but near the crossings.
    assert boundary_measure(square(10), square(20)) == pytest.approx(slow_f(square(10), square(20)))


def test_empty_masks():
    empty = np.zeros((30, 30), bool)
    some = np.zeros((30, 30), bool)
    some[5:9, 5:9] = True
    assert region_similarity(empty, empty) == boundary_measure(empty, empty) == 1.0
    assert region_similarity(empty, some) == boundary_measure(empty, some) == 0.0
    assert boundary_measure(some, empty) == 0.0


def test_void_counts_for_nobody():
    truth, result, void = square(10), square(10), np.zeros((100, 100), bool)
    result[70:90, 60:90] = True
    void[60:, 50:] = True
    assert region_similarity(truth, result) < 1
    assert region_similarity(truth, result, void) == 1.0
    assert boundary_measure(truth, result, void) == 1.0


def test_sequences_leave_out_the_ends_and_frames_without_truth():
    ids = square(10).astype(np.uint8) + 2 * square(60).astype(np.uint8)
    wrong = np.zeros_like(ids)
    truth = [ids, ids, None, ids, ids]
    result = [wrong, ids, wrong, np.where(ids == 2, 0, ids), wrong]
    quality = compare_sequences(truth, result)
    first, second = quality.objects
    assert (first.object_id, first.frames) == (1, (1, 3))
    assert (first.j_mean, first.f_mean, first.jf_mean) == (1.0, 1.0, 1.0)
    assert (second.j, second.f) == ((1.0, 0.0), (1.0, 0.0))
    assert quality.jf_mean == pytest.approx(0.75)
    with_ends = compare_sequences(truth, result, skip_ends=False, object_ids=[2])
    assert with_ends.objects[0].frames == (0, 1, 3, 4)
    assert with_ends.j_mean == pytest.approx(0.25)


def test_sizes_that_differ_are_refused():
    with pytest.raises(ValueError, match="different sizes"):
        region_similarity(np.zeros((3, 3), bool), np.zeros((3, 4), bool))
    with pytest.raises(ValueError, match="2 frames of truth"):
        compare_sequences([np.zeros((3, 3), np.uint8)] * 2, [np.zeros((3, 3), np.uint8)])
