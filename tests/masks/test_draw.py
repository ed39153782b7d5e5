"""Drawing and shaping masks, against plain arrays of the whole frame."""

from __future__ import annotations

import math
import time

import cv2
import mask_strategies
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.errors import PromptError
from vostool.masks import draw as mask_edit
from vostool.masks import shape as mask_shape
from vostool.masks.box import Box
from vostool.masks.crop import (
    Window,
    decode_window,
    difference,
    encode_window,
    intersection,
    union,
)
from vostool.masks.mask import Mask

H, W = 11, 14
ARRAYS = mask_strategies.masks((H, W))
COORDINATE = st.integers(-40, 200).map(lambda v: v / 8)
POSITIONS = st.tuples(COORDINATE, COORDINATE)
WINDOWS = st.builds(
    lambda x, y, w, h: Window(x, y, min(w, W - x), min(h, H - y)),
    st.integers(0, W - 1), st.integers(0, H - 1), st.integers(1, W), st.integers(1, H),
)  # fmt: skip


def same(mask: Mask, array: np.ndarray) -> None:
    assert mask == Mask.from_array(array), "the very bytes that encoding the whole frame gives"


# -- windows and pairs ---------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(ARRAYS, WINDOWS, st.booleans())
def test_a_window_decodes_and_encodes_like_the_whole_frame(array, window, outside) -> None:
    rows = slice(window.top, window.top + window.height)
    columns = slice(window.left, window.left + window.width)
    pixels = decode_window(Mask.from_array(array), window)
    assert np.array_equal(pixels, array[rows, columns])
    whole = np.full((H, W), outside)
    whole[rows, columns] = pixels
    same(encode_window(H, W, window, pixels, outside=outside), whole)


def test_an_empty_window_is_all_outside() -> None:
    nothing = Window(0, 0, 0, 0)
    same(encode_window(H, W, nothing, np.zeros((0, 0), bool)), np.zeros((H, W)))
    same(encode_window(H, W, nothing, np.zeros((0, 0), bool), outside=True), np.ones((H, W)))


@settings(max_examples=30, deadline=None)
@given(ARRAYS, ARRAYS)
def test_two_masks_together(a, b) -> None:
    first, second = Mask.from_array(a), Mask.from_array(b)
    same(union(first, second), a | b)
    same(intersection(first, second), a & b)
    same(difference(first, second), a & ~b)


def test_masks_of_two_frames_do_not_mix() -> None:
    with pytest.raises(ValueError, match="do not belong to one frame"):
        union(Mask.empty(3, 4), Mask.empty(4, 3))


# -- brush ---------------------------------------------------------------------------------------


def brushed(path: list, size: float) -> np.ndarray:
    """Distance from every pixel centre to the path, by brute force."""
    y, x = np.mgrid[:H, :W] + 0.5
    found = np.zeros((H, W), bool)
    for (ax, ay), (bx, by) in zip(path, path[1:] or path, strict=False):
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        t = np.clip(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) if length else 0 * x
        found |= (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2 <= (size / 2) ** 2
    return found


@settings(max_examples=30, deadline=None)
@given(ARRAYS, st.lists(POSITIONS, min_size=1, max_size=4), st.sampled_from([2, 3, 4.5, 9]))
def test_a_stroke_is_what_lies_within_half_the_brush_of_the_path(array, path, size) -> None:
    mask, stroke = Mask.from_array(array), brushed(path, size)
    same(mask_edit.paint(mask, path, size), array | stroke)
    same(mask_edit.erase(mask, path, size), array & ~stroke)


def test_a_brush_of_one_pixel_sets_the_pixel_under_the_pointer_and_leaves_no_gap() -> None:
    empty = Mask.empty(H, W)
    dab = mask_edit.paint(empty, [(3.99, 4.01)], 1).to_array()
    assert np.argwhere(dab).tolist() == [[4, 3]]
    line = mask_edit.paint(empty, [(0.5, 0.5), (9.5, 4.5)], 1).to_array()
    assert line.sum() == 10 and cv2.connectedComponents(line.astype(np.uint8))[0] == 2


def test_strokes_outside_the_frame_change_nothing_and_senseless_ones_are_refused() -> None:
    mask = Mask.from_array(np.eye(H, W))
    assert mask_edit.paint(mask, [(-50.0, 2.0)], 6) == mask
    assert mask_edit.erase(mask, [(5.0, 500.0)], 6) == mask
    with pytest.raises(ValueError, match="at least one position"):
        mask_edit.paint(mask, [], 6)
    with pytest.raises(ValueError, match="at least one"):
        mask_edit.paint(mask, [(1, 1)], 0.5)


def test_a_stroke_step_on_a_full_hd_frame_takes_a_moment() -> None:
    y, x = np.mgrid[:1080, :1920]
    mask = Mask.from_array((x - 900) ** 2 / 500**2 + (y - 500) ** 2 / 400**2 < 1)
    for draw in (mask_edit.paint, mask_edit.erase):
        best = math.inf
        for _ in range(7):
            start = time.process_time()
            draw(mask, [(1380.0, 480.0), (1420.0, 505.0)], 60)
            best = min(best, time.process_time() - start)
        assert best < 0.01, f"{draw.__name__}: {best * 1000:.1f} ms"


# -- polygon and wand ----------------------------------------------------------------------------


def test_a_polygon_adds_and_takes_away_the_pixels_inside() -> None:
    empty = Mask.empty(H, W)
    square = [(2.0, 3.0), (7.0, 3.0), (7.0, 9.0), (2.0, 9.0)]
    expected = np.zeros((H, W), bool)
    expected[3:9, 2:7] = True
    same(mask_edit.draw_polygon(empty, square), expected)
    full = Mask.from_array(np.ones((H, W)))
    same(mask_edit.draw_polygon(full, square, add=False), ~expected)
    beyond = [(-5.0, -5.0), (4.0, -5.0), (4.0, 40.0), (-5.0, 40.0)]
    expected = np.zeros((H, W), bool)
    expected[:, :4] = True
    same(mask_edit.draw_polygon(empty, beyond), expected)


def test_a_polygon_needs_three_corners() -> None:
    with pytest.raises(PromptError, match="at least three corners"):
        mask_edit.draw_polygon(Mask.empty(H, W), [(1, 1), (5, 5)])
    with pytest.raises(ValueError, match="not a number"):
        mask_edit.draw_polygon(Mask.empty(H, W), [(1, 1), (5, 5), (math.nan, 2)])


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(0, W - 1), st.integers(0, H - 1),
    st.sampled_from([0, 20, 255]), st.booleans(), st.booleans(), ARRAYS,
)  # fmt: skip
def test_the_wand_takes_like_colours(seed, column, row, tolerance, contiguous, add, array) -> None:
    levels = np.array([0, 15, 30, 200], np.uint8)
    image = np.random.default_rng(seed).choice(levels, (H, W, 3), p=[0.7, 0.1, 0.1, 0.1])
    near = np.abs(image.astype(int) - image[row, column].astype(int)).max(-1) <= tolerance
    if contiguous:
        numbers = cv2.connectedComponents(near.astype(np.uint8), connectivity=4)[1]
        near = numbers == numbers[row, column]
    mask, position = Mask.from_array(array), (column + 0.5, row + 0.5)
    got = mask_edit.magic_wand(mask, image, position, tolerance, contiguous=contiguous, add=add)
    same(got, array | near if add else array & ~near)


def test_the_wand_needs_a_point_and_a_picture_of_the_frame() -> None:
    mask = Mask.empty(H, W)
    with pytest.raises(PromptError, match="outside the 14x11 frame"):
        mask_edit.magic_wand(mask, np.zeros((H, W, 3), np.uint8), (W, 1), 10)
    with pytest.raises(ValueError, match="for a mask of"):
        mask_edit.magic_wand(mask, np.zeros((5, 5, 3), np.uint8), (1, 1), 10)


# -- shape ---------------------------------------------------------------------------------------


def distances(array: np.ndarray) -> np.ndarray:
    """From every pixel's centre to the nearest one of the array."""
    found = np.argwhere(array)
    if not len(found):
        return np.full((H, W), math.inf)
    rows, columns = np.mgrid[:H, :W]
    squares = (rows[..., None] - found[:, 0]) ** 2 + (columns[..., None] - found[:, 1]) ** 2
    return np.sqrt(squares.min(-1))


@settings(max_examples=30, deadline=None)
@given(ARRAYS, st.sampled_from([0, 1, 1.5, 3]))
def test_growing_and_shrinking_by_distance(array, pixels) -> None:
    mask = Mask.from_array(array)
    same(mask_shape.grow(mask, pixels), distances(array) <= pixels)
    same(mask_shape.shrink(mask, pixels), array & (distances(~array) > pixels))


@settings(max_examples=30, deadline=None)
@given(ARRAYS)
def test_holes_and_specks(array) -> None:
    mask = Mask.from_array(array)
    same(mask_shape.fill_holes(mask), mask_strategies.filled(array))
    _, numbers = cv2.connectedComponents((~array).astype(np.uint8), connectivity=4)
    holes = mask_strategies.filled(array) & ~array
    one_pixel = np.bincount(numbers.ravel())[numbers] == 1
    same(mask_shape.fill_holes(mask, 1), array | (holes & one_pixel))
    parts = mask_strategies.parts(array)
    big = sum((p for p in parts if p.sum() >= 3), np.zeros((H, W), bool))
    same(mask_shape.drop_specks(mask, 3), big)
    largest = mask_shape.keep_largest(mask)
    assert largest.area == max((int(p.sum()) for p in parts), default=0)


def test_smoothing_rounds_corners_and_leaves_straight_outlines() -> None:
    half = np.zeros((40, 60), bool)
    half[:, :30] = True
    same(mask_shape.smooth(Mask.from_array(half), 2), half)
    spiky = half.copy()
    spiky[20, 30:40] = True
    rounded = mask_shape.smooth(Mask.from_array(spiky), 2).to_array()
    assert not (half & ~rounded).any() and (rounded & ~half).sum() <= 3, "the spike is gone"
    assert mask_shape.smooth(Mask.from_array(spiky), 0) == Mask.from_array(spiky)


@settings(max_examples=30, deadline=None)
@given(ARRAYS, st.integers(-20, 20), st.integers(-20, 20))
def test_moving(array, dx, dy) -> None:
    expected = np.zeros((H, W), bool)
    for row, column in np.argwhere(array):
        if 0 <= row + dy < H and 0 <= column + dx < W:
            expected[row + dy, column + dx] = True
    same(mask_shape.move(Mask.from_array(array), dx, dy), expected)


def test_fitting_to_a_box() -> None:
    array = np.zeros((H, W), bool)
    array[2:4, 2:6] = True
    mask = Mask.from_array(array)
    assert mask_shape.fit_to_box(mask, Box(1, 1, 13, 9)).bbox == (1, 1, 12, 8)
    assert mask_shape.fit_to_box(mask, Box(-10, -10, 5, 5)).bbox == (0, 0, 5, 5)
    assert mask_shape.fit_to_box(mask, Box(20, 20, 30, 30)).is_empty
    assert mask_shape.fit_to_box(mask, Box(2, 2, 6, 4)) == mask
    empty = Mask.empty(H, W)
    assert mask_shape.fit_to_box(empty, Box(1, 1, 5, 5)) == empty


@pytest.mark.parametrize(
    "change",
    [
        mask_shape.fill_holes, mask_shape.keep_largest, lambda m: mask_shape.grow(m, 3),
        lambda m: mask_shape.shrink(m, 3), lambda m: mask_shape.smooth(m, 2),
        lambda m: mask_shape.move(m, 1, 1), lambda m: mask_shape.drop_specks(m, 4),
    ],
)  # fmt: skip
def test_an_empty_mask_stays_empty(change) -> None:
    assert change(Mask.empty(H, W)).is_empty


def test_negative_amounts_are_refused() -> None:
    with pytest.raises(ValueError, match="use shrink"):
        mask_shape.grow(Mask.empty(H, W), -1)
    with pytest.raises(ValueError, match="use grow"):
        mask_shape.shrink(Mask.empty(H, W), -1)
