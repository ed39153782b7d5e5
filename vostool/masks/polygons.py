"""Outlines of masks as polygons along the edges of the pixels.

The corners lie on the pixel grid (the outer corner of the top left pixel is 0, 0), so a polygon
of a part without holes covers exactly the part's pixels, in COCO's rasteriser and in CVAT's.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.masks.mask import BoolArray

Ring = NDArray[np.float64]
"""(n, 2) corners x, y of a closed outline, the first not repeated."""


def outlines(pixels: BoolArray, tolerance: float = 0.0) -> tuple[list[Ring], int]:
    """Outer outlines of the 4-connected parts of (H, W) pixels, and the number of holes.

    Args:
        tolerance: largest distance in pixels that a simplified outline may leave the true one
            (Douglas-Peucker); 0 drops only corners on straight lines.
    """
    rings, holes = _trace(pixels)
    return [_simplified(ring, tolerance) for ring in rings], holes


def _simplified(ring: Ring, tolerance: float) -> Ring:
    if tolerance <= 0:
        return ring
    points = cv2.approxPolyDP(ring.astype(np.float32)[:, None], tolerance, True)
    simple: Ring = np.asarray(points, np.float64).reshape(-1, 2)
    # A thin part can collapse to a line; no reader takes fewer than three corners.
    return simple if len(simple) >= 3 and abs(_signed_area(simple)) > 0 else ring


def _signed_area(ring: Ring) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


class _Corners(NamedTuple):
    """Where outlines turn; a place where two parts touch diagonally is listed twice.

    Attributes:
        y, x: place on the pixel grid.
        right: the horizontal edge leaves to the right, not to the left.
        down: the vertical edge leaves downwards, not upwards.
        outer: a ring whose top left corner this is goes around a part, not around a hole.
    """

    y: NDArray[np.int64]
    x: NDArray[np.int64]
    right: BoolArray
    down: BoolArray
    outer: BoolArray


def _trace(pixels: BoolArray) -> tuple[list[Ring], int]:
    """Closed outer rings, the part on the right-hand side (y down: clockwise), and the holes.

    Only corners are visited: in a row of the grid they are the two ends of horizontal edges by
    turns, and in a column of vertical ones, so sorting finds each corner's two neighbours.
    """
    corners = _corners(pixels)
    across = _partners(corners.y, corners.x, corners.right)
    along = _partners(corners.x, corners.y, corners.down)
    places = np.stack([corners.x, corners.y], axis=1).astype(np.float64)
    outer = corners.outer.tolist()
    used = [False] * len(outer)
    rings: list[Ring] = []
    holes = 0
    # By rows: the first corner of a ring that is met is its top left one.
    for start in np.lexsort((corners.x, corners.y)).tolist():
        if used[start]:
            continue
        ring: list[int] = []
        corner = start
        while True:
            ring += (corner, beside := across[corner])
            used[corner] = used[beside] = True
            corner = along[beside]
            if corner == start:
                break
        if outer[start]:
            rings.append(places[ring])
        else:
            holes += 1
    return rings, holes


def _corners(pixels: BoolArray) -> _Corners:
    """The corners of all outlines of (H, W) pixels."""
    padded = np.pad(pixels, 1)
    # The four pixels around each point of the grid: above left, above right, below left and right.
    al, ar, bl, br = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    left, right, up, down = al ^ bl, ar ^ br, al ^ ar, bl ^ br
    single = (left ^ right) & (up ^ down)
    falling, rising = al & br & ~ar & ~bl, ar & bl & ~al & ~br
    found = [_at(single, right, down, br & ~(al | ar | bl))]
    # Two parts touch: each keeps the two edges of its own pixel.
    yes, no = np.ones_like(single), np.zeros_like(single)
    for where, first, second in (
        (falling, (yes, yes, yes), (no, no, no)),
        (rising, (yes, no, no), (no, yes, no)),
    ):
        found += [_at(where, *first), _at(where, *second)]
    return _Corners(*(np.concatenate(values) for values in zip(*found, strict=True)))


def _at(where: BoolArray, right: BoolArray, down: BoolArray, outer: BoolArray) -> _Corners:
    y, x = np.nonzero(where)
    return _Corners(y, x, right[y, x], down[y, x], outer[y, x])


def _partners(line: NDArray[np.int64], place: NDArray[np.int64], forward: BoolArray) -> list[int]:
    """For each corner the other end of its edge in the line (row or column) it lies on."""
    order = np.lexsort((forward, place, line))
    partners = np.empty(len(order), np.int64)
    partners[order[0::2]], partners[order[1::2]] = order[1::2], order[0::2]
    found: list[int] = partners.tolist()
    return found
