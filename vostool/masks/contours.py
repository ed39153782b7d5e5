"""Outlines through the centres of the outermost pixels, for readers that paint their outline.

Ultralytics and LabelMe cut the corners of a polygon down to whole pixels and paint the line itself
(cv2.fillPoly, PIL's ImageDraw.polygon with an outline); Supervision rounds them. An outline through
the centres of the border's pixels, half a pixel inside the corner of each, so comes back exactly
where a part has no hole. For readers that fill the area between the corners see
:mod:`vostool.masks.polygons`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.masks.box_rle import BoxPixels

CENTRE = 0.49
"""From a pixel's corner to its centre, in pixels; a hair less than a half, because readers that
round would move every other pixel by one (numpy rounds 0.5 to 0, but 1.5 to 2)."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One 8-connected part of a mask.

    Attributes:
        points: (n, 2) float64 x, y in pixels of the frame, at centres of pixels (see
            :data:`CENTRE`), n at least 3; closed without the first point being written again,
            and filled up with the last where there are fewer than three.
        area: pixels of the part with its holes filled.
    """

    points: NDArray[np.float64]
    area: float


def centre_outlines(box: BoxPixels, tolerance: float = 0.0) -> tuple[list[Outline], int]:
    """Outer outlines of a mask's parts, the largest first, and the number of holes.

    A part inside another part's hole counts as a part of its own.

    Args:
        tolerance: largest distance in pixels that a simplified outline may leave the true one
            (Douglas-Peucker); 0 drops only points on straight lines.
    """
    found, tree = cv2.findContours(
        box.pixels.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE
    )
    corner = np.array((box.left, box.top), np.float64) + CENTRE
    # A mask has a pixel at least, so there is always a tree: next, previous, first child, parent.
    inner = np.asarray(tree).reshape(-1, 4)[:, 3] >= 0
    parts = [
        _outline(c, corner, tolerance) for c, hole in zip(found, inner, strict=True) if not hole
    ]
    parts.sort(key=lambda part: -part.area)
    return parts, int(inner.sum())


def _outline(contour: NDArray[Any], corner: NDArray[np.float64], tolerance: float) -> Outline:
    exact = contour.reshape(-1, 2)
    # Pick's theorem: the area between the centres misses half of each border pixel.
    steps = np.abs(np.roll(exact, -1, axis=0) - exact).max(axis=1)
    area = cv2.contourArea(contour) + float(steps.sum()) / 2 + 1
    simple = cv2.approxPolyDP(contour, tolerance, True) if tolerance > 0 else exact
    points = np.asarray(simple, np.float64).reshape(-1, 2)
    if len(points) < 3:
        # No reader takes fewer than three points; a repeated one changes nothing.
        points = np.concatenate([points, np.repeat(points[-1:], 3 - len(points), axis=0)])
    return Outline(points + corner, area)
