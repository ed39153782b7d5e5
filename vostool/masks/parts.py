"""The parts and the holes of a mask's pixels.

Parts are 8-connected and holes 4-connected, the usual pair, so that a diagonal line is one part
and does not enclose the corner behind it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.masks.mask import BoolArray


def without_specks(pixels: BoolArray, smallest: int) -> BoolArray:
    """(H, W) pixels without the parts of fewer than ``smallest``; the same array if none is."""
    numbers, areas = numbered(pixels, connectivity=8)
    keep = areas >= smallest
    keep[0] = False
    if keep[1:].all():
        return pixels
    kept: BoolArray = keep[numbers]
    return kept


def largest_part(pixels: BoolArray) -> BoolArray:
    """The largest part of (H, W) pixels; of equal ones the one found first, from the top left.

    An empty array of an empty one.
    """
    numbers, areas = numbered(pixels, connectivity=8)
    if len(areas) < 2:
        return np.zeros_like(pixels)
    return np.asarray(numbers == 1 + int(np.argmax(areas[1:])), np.bool_)


def with_holes_filled(pixels: BoolArray, largest: int | None = None) -> BoolArray:
    """(H, W) pixels with the background that they enclose; the same array if there is none.

    Args:
        largest: only holes of at most so many pixels; None fills all. Background that touches the
            array's border is no hole.
    """
    numbers, areas = numbered(np.pad(~pixels, 1, constant_values=True), connectivity=4)
    fill = np.ones(len(areas), np.bool_) if largest is None else areas <= largest
    fill[[0, numbers[0, 0]]] = False
    if not fill.any():
        return pixels
    filled: BoolArray = pixels | fill[numbers][1:-1, 1:-1]
    return filled


def numbered(pixels: BoolArray, connectivity: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Each pixel's part (H, W), 0 outside, and the number of pixels by part, of 0 as well."""
    _, numbers, facts, _ = cv2.connectedComponentsWithStats(
        pixels.view(np.uint8), connectivity=connectivity
    )
    return np.asarray(numbers, np.int32), np.asarray(facts[:, cv2.CC_STAT_AREA], np.int32)
