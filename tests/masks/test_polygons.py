"""Polygons cover the pixels of a part exactly, judged by pycocotools' own rasteriser."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from vostool.masks.polygons import outlines

arrays = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14))


def raster(rings, shape):
    rings = [ring.ravel().tolist() for ring in rings]
    if not rings:
        return np.zeros(shape, bool)
    return coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(rings, *shape))).astype(bool)


def filled(array):
    """Every hole (4-connected object, so 8-connected background) filled."""
    padded = np.pad(array.astype(np.uint8), 1)
    _, background = cv2.connectedComponents(1 - padded, connectivity=8)
    return (background != background[0, 0])[1:-1, 1:-1] | array


@given(arrays)
def test_outlines_fill_to_the_mask_without_its_holes(array):
    rings, _ = outlines(array)
    assert (raster(rings, array.shape) == filled(array)).all()


@given(arrays)
def test_parts_and_holes_are_counted(array):
    rings, holes = outlines(array)
    parts = cv2.connectedComponents(array.astype(np.uint8), connectivity=4)[0] - 1
    padded = np.pad(array.astype(np.uint8), 1)
    gaps = cv2.connectedComponents(1 - padded, connectivity=8)[0] - 2
    assert (len(rings), holes) == (parts, gaps)


@given(arrays)
def test_every_ring_turns_at_each_corner(array):
    for ring in outlines(array)[0]:
        steps = np.roll(ring, -1, axis=0) - ring
        assert len(ring) >= 4
        assert ((steps != 0).sum(axis=1) == 1).all()
        assert (steps[:, 0] * np.roll(steps[:, 0], -1) == 0).all()


@given(arrays, st.sampled_from([0.5, 1.0, 3.0]))
def test_simplified_rings_have_three_corners_or_more_and_stay_inside(array, tolerance):
    for ring in outlines(array, tolerance)[0]:
        assert len(ring) >= 3
        assert (ring >= 0).all()
        assert (ring <= (array.shape[1], array.shape[0])).all()


def test_a_tolerance_drops_corners_and_keeps_the_shape():
    y, x = np.mgrid[:200, :200]
    disc = (x - 100) ** 2 + (y - 100) ** 2 < 80**2
    exact, simple = outlines(disc)[0][0], outlines(disc, 1.0)[0][0]
    assert len(simple) < len(exact) / 4
    got = raster([simple], disc.shape)
    assert (got & disc).sum() / (got | disc).sum() > 0.97
