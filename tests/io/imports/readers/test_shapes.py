"""Masks from boxes of pixels and from polygons, against pycocotools and against our own outlines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mask_strategies import masks, sizes

from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.shapes import paste, polygon_mask
from vostool.masks.mask import Mask
from vostool.masks.polygons import outlines

TARGET = ImportTarget(8, 6, 1, str)


@st.composite
def pasted(draw):
    shape = draw(sizes)
    pixels = draw(masks(shape))
    room = [draw(st.integers(0, 3)) for _ in range(4)]
    return pixels, room


@settings(max_examples=150, deadline=None)
@given(pasted())
def test_a_box_of_pixels_gives_the_code_of_the_whole_frame(given_box) -> None:
    pixels, (left, right, top, bottom) = given_box
    full = np.pad(pixels, ((top, bottom), (left, right)))
    target = ImportTarget(full.shape[1], full.shape[0], 1, str)
    assert paste(pixels, left, top, target) == Mask.from_array(full)


@pytest.mark.parametrize(("left", "top"), [(-1, 0), (0, -1), (5, 0), (0, 5)])
def test_a_box_outside_the_frame_is_refused(left, top) -> None:
    with pytest.raises(ValueError, match="outside the 8x6 frame"):
        paste(np.ones((2, 4), bool), left, top, TARGET)


def test_outlines_give_the_pixels_back(hard_masks) -> None:
    for name, array in hard_masks.items():
        target = ImportTarget(array.shape[1], array.shape[0], 1, str)
        rings, holes = outlines(array)
        if not holes:
            assert polygon_mask(rings, target) == Mask.from_array(array), name


def test_what_lies_outside_the_frame_is_cut_off() -> None:
    ring = np.array([[-4, -4], [3, -4], [3, 20], [-4, 20]], float)
    expected = np.zeros((6, 8), bool)
    expected[:, :3] = True
    assert polygon_mask([ring], TARGET) == Mask.from_array(expected)


@pytest.mark.parametrize(
    ("ring", "sentence"),
    [
        ([[1, 1], [2, 2]], "has 2 points"),
        ([[1, 1], [2, 2], [np.nan, 2]], "no number"),
        ([[1, 1], [2, 2], [1e12, 2]], "far outside"),
    ],
)
def test_what_is_no_polygon(ring, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        polygon_mask([np.array(ring, float)], TARGET)
