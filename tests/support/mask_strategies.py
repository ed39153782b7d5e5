"""Arbitrary masks for property tests: holes, parts, one pixel, empty, full, borders, odd sizes."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

sizes = st.tuples(st.integers(1, 17), st.integers(1, 17))
"""(height, width)."""


@st.composite
def masks(draw, shape):
    """One (H, W) bool array, also without a single pixel."""
    kind = draw(st.sampled_from(["any", "any", "empty", "full", "pixel", "frame", "hole"]))
    array = np.zeros(shape, bool)
    if kind == "any":
        return draw(hnp.arrays(np.bool_, shape))
    if kind == "pixel":
        array[draw(st.integers(0, shape[0] - 1)), draw(st.integers(0, shape[1] - 1))] = True
    elif kind != "empty":
        array[:] = True
    if kind == "frame":
        array[1:-1, 1:-1] = False
    if kind == "hole":
        array[shape[0] // 2, shape[1] // 2] = False
    return array


@st.composite
def annotated(draw, objects=3, frames=4):
    """(shape, masks by (frame, object id)); at least one has a pixel."""
    shape = draw(sizes)
    keys = draw(
        st.lists(
            st.tuples(st.integers(0, frames - 1), st.integers(1, objects)),
            min_size=1,
            max_size=objects * frames,
            unique=True,
        )
    )
    found = {key: draw(masks(shape)) for key in sorted(keys)}
    if not any(array.any() for array in found.values()):
        found[keys[0]] = np.ones(shape, bool)
    return shape, found


def filled(array):
    """The 8-connected mask with its holes (4-connected background) filled."""
    padded = np.pad(array.astype(np.uint8), 1)
    _, background = cv2.connectedComponents(1 - padded, connectivity=4)
    return (background != background[0, 0])[1:-1, 1:-1] | array


def parts(array):
    """Its 8-connected parts."""
    count, numbers = cv2.connectedComponents(array.astype(np.uint8), connectivity=8)
    return [numbers == number for number in range(1, count)]
