"""Outlines of masks as polygons along the edges of the pixels.

The corners lie on the pixel grid (the outer corner of the top left pixel is 0, 0), so a polygon
of a part without holes covers exactly the part's pixels, in COCO's rasteriser and in CVAT's.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.masks import BoolArray

Ring = NDArray[np.float64]
"""(n, 2) corners x, y of a closed outline, the first not repeated."""

Corner = tuple[int, int]

_RIGHT, _DOWN, _LEFT, _UP = range(4)
_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))


def outlines(pixels: BoolArray, tolerance: float = 0.0) -> tuple[list[Ring], int]:
    """Outer outlines of the 4-connected parts of (H, W) pixels, and the number of holes.

    Args:
        tolerance: largest distance in pixels that a simplified outline may leave the true one
            (Douglas-Peucker); 0 drops only corners on straight lines.
    """
    rings: list[Ring] = []
    holes = 0
    for ring in _trace(pixels):
        if _signed_area(ring) < 0:
            holes += 1
            continue
        rings.append(_simplified(ring, tolerance))
    return rings, holes


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


def _trace(pixels: BoolArray) -> list[Ring]:
    """Closed rings of corners with the part on the right-hand side (y down: clockwise outside)."""
    exits = _edges(pixels)
    unused = {(place, heading) for place, headings in exits.items() for heading in headings}
    rings = []
    while unused:
        start = place, heading = unused.pop()
        corners: list[Corner] = []
        while True:
            step = _STEPS[heading]
            place = (place[0] + step[0], place[1] + step[1])
            choices = exits[place]
            # Two ways out where two parts touch in a corner: the right turn stays with this part.
            turned = choices[0] if len(choices) == 1 else (heading + 1) % 4
            if turned != heading:
                corners.append(place)
            heading = turned
            if (place, heading) == start:
                break
            unused.remove((place, heading))
        rings.append(np.asarray(corners, np.float64))
    return rings


def _edges(pixels: BoolArray) -> dict[Corner, list[int]]:
    """Directions in which the outline leaves each corner."""
    padded = np.pad(pixels.astype(np.int8), 1)
    across = np.diff(padded, axis=0)[:, 1:-1]
    along = np.diff(padded, axis=1)[1:-1, :]
    exits: dict[Corner, list[int]] = {}
    for where, heading, dx, dy in (
        (across == 1, _RIGHT, 0, 0),
        (across == -1, _LEFT, 1, 0),
        (along == 1, _UP, 0, 1),
        (along == -1, _DOWN, 0, 0),
    ):
        rows, columns = np.nonzero(where)
        for x, y in zip((columns + dx).tolist(), (rows + dy).tolist(), strict=True):
            exits.setdefault((x, y), []).append(heading)
    return exits
