"""Codecs: masks to row-major runs in a box and back, checked by decoders of their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vostool.masks.box_rle import BoxPixels, decode_rows, encode_rows
from vostool.masks.coco_counts import run_lengths
from vostool.masks.mask import Mask

arrays = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=20))
big_blobs = st.tuples(*[st.integers(0, 299)] * 2, *[st.integers(1, 200)] * 2)


def decode_by_hand(runs, height, width):
    """CVAT's code one pixel at a time: the first run is background, rows first."""
    flat = []
    for number, run in enumerate(runs):
        flat += [number % 2 == 1] * run
    assert len(flat) == height * width
    return np.array(flat, bool).reshape(height, width)


@given(arrays)
def test_a_mask_cut_to_its_box_comes_back(array):
    box = BoxPixels.of(Mask.from_array(array))
    canvas = np.zeros_like(array)
    canvas[box.window] = box.pixels
    assert (canvas == array).all()


@given(arrays)
def test_the_box_is_tight(array):
    box = BoxPixels.of(Mask.from_array(array))
    if array.any():
        assert box.pixels.any(axis=0)[[0, -1]].all()
        assert box.pixels.any(axis=1)[[0, -1]].all()
    else:
        assert box.pixels.size == 0


@given(arrays)
def test_row_runs_decode_by_hand_and_by_us(array):
    runs = encode_rows(array)
    assert sum(runs) == array.size
    assert all(run > 0 for run in runs[1:])
    assert (decode_by_hand(runs, *array.shape) == array).all()
    assert (decode_rows(runs, *array.shape) == array).all()


@given(big_blobs)
def test_runs_of_many_digits_are_read(blob):
    y, x, h, w = blob
    array = np.zeros((300, 301), bool)
    array[y : y + h, x : x + w] = True
    mask = Mask.from_array(array)
    runs = run_lengths(mask.counts)
    assert (array == decode_by_hand(runs.tolist(), 301, 300).T).all()


def test_a_box_that_starts_inside_the_object_starts_with_zero():
    assert encode_rows(np.ones((2, 3), bool)) == [0, 6]


def test_an_empty_run_inside_the_code_does_not_widen_the_box():
    # 33 background, 2 object, 10 background, 0 object, 55 background
    mask = Mask(10, 10, b"Q12:N]1")
    box = BoxPixels.of(mask)
    assert (box.left, box.top, box.width, box.height) == (3, 3, 1, 2)


@pytest.mark.parametrize("counts", [b"", b"Q", b"\xff1", b"Q12:"])
def test_a_damaged_code_is_refused(counts):
    with pytest.raises(ValueError, match=r"damaged|add up"):
        BoxPixels.of(Mask(10, 10, counts))


@pytest.mark.parametrize("runs", [[1, 2], [3, 4], [7, -1]])
def test_runs_that_do_not_fill_the_box_are_refused(runs):
    with pytest.raises(ValueError, match="do not fill"):
        decode_rows(runs, 2, 3)
