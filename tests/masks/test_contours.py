"""Outlines through pixel centres, and the spool that tracks wait in."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from mask_strategies import filled, parts

from vostool.io.exports.formats.spool import Spool
from vostool.masks.box_rle import BoxPixels
from vostool.masks.contours import centre_outlines

arrays = hnp.arrays(
    np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14)
).filter(np.any)


@given(arrays, st.integers(0, 50), st.integers(0, 50))
def test_parts_come_largest_first_at_their_place(array, left, top):
    found, _ = centre_outlines(BoxPixels(left, top, array))
    assert sorted(part.area for part in found) == sorted(filled(p).sum() for p in parts(array))
    assert [part.area for part in found] == sorted((p.area for p in found), reverse=True)
    corners = np.concatenate([np.floor(part.points) for part in found])
    assert corners.min(axis=0).tolist() == [
        left + np.argmax(array.any(0)),
        top + np.argmax(array.any(1)),
    ]


@given(arrays)
def test_holes_are_those_of_the_background(array):
    _, holes = centre_outlines(BoxPixels(0, 0, array))
    padded = np.pad(array.astype(np.uint8), 1)
    assert holes == cv2.connectedComponents(1 - padded, connectivity=4)[0] - 2


@settings(max_examples=40)
@given(arrays, st.sampled_from([0.5, 1.0, 3.0]))
def test_a_tolerance_is_kept(array, tolerance):
    exact, _ = centre_outlines(BoxPixels(0, 0, array))
    simple, _ = centre_outlines(BoxPixels(0, 0, array), tolerance)
    for before, after in zip(exact, simple, strict=True):
        assert len(after.points) >= 3
        ring = after.points.astype(np.float32)
        for x, y in before.points.tolist():
            assert abs(cv2.pointPolygonTest(ring, (x, y), True)) <= tolerance + 1e-3


def test_a_spool_keeps_the_order_of_each_key(tmp_path):
    spool = Spool(tmp_path)
    expected = dict.fromkeys("abc", b"")
    for number in range(3000):
        key = "abc"[number % 3]
        piece = f"{key}{number};".encode() * (number % 40)
        spool.add(key, piece)
        expected[key] += piece
    assert max(map(len, expected.values())) > 1 << 16
    for key in "ca":
        assert b"".join(spool.take(key)) == expected[key]
        assert b"".join(spool.take(key)) == b""
    spool.add("b", b"end")
    assert b"".join(spool.take("b")) == expected["b"] + b"end"
    spool.close()
    spool.close()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="closed"):
        spool.add("a", b"x" * (1 << 16))
