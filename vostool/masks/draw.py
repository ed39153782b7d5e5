"""Drawing on masks: brush, eraser, polygon, lasso and magic wand, as pure functions.

Coordinates are image pixels, x to the right, y down, origin at the outer corner of the top left
pixel, so that pixel (c, r) has its centre at (c + 0.5, r + 0.5). What lies outside the frame is cut
off. All work is done in the box of what is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from pycocotools import mask as coco_mask

from vostool.errors import PromptError
from vostool.frames import Image
from vostool.masks.crop import Window, difference, encode_window, intersection, union
from vostool.masks.mask import BoolArray, Mask
from vostool.words import tr

Position = tuple[float, float]
"""(x, y) in image pixels."""


def paint(mask: Mask, path: Sequence[Position], size: float) -> Mask:
    """Add a stroke of a round brush.

    A pixel belongs to the stroke where its centre is at most ``size / 2`` from the path; a brush
    of one pixel draws a line one pixel wide. A path of one position is a dab.

    Args:
        path: the positions of the pointer, in order.
        size: the brush's diameter in pixels, at least 1.

    Raises:
        ValueError: the path is empty or the size below 1.
    """
    window, pixels = _stroke(mask, path, size)
    if not window:
        return mask
    return union(mask, encode_window(mask.height, mask.width, window, pixels))


def erase(mask: Mask, path: Sequence[Position], size: float) -> Mask:
    """Take a stroke of a round brush away; see :func:`paint`."""
    window, pixels = _stroke(mask, path, size)
    if not window:
        return mask
    rest = encode_window(mask.height, mask.width, window, ~pixels, outside=True)
    return intersection(mask, rest)


def draw_polygon(mask: Mask, corners: Sequence[Position], *, add: bool = True) -> Mask:
    """Add the inside of a polygon, or take it away; a lasso is a polygon with many corners.

    It is closed from its last corner to the first. Where it crosses itself the even-odd rule
    holds. The pixels are those that COCO's own polygons give (``rleFrPoly``).

    Raises:
        PromptError: fewer than three corners.
    """
    if len(corners) < 3:
        raise PromptError(tr("A polygon needs at least three corners; add more before closing it."))
    flat = [float(value) for corner in corners for value in corner]
    if not all(math.isfinite(value) for value in flat):
        raise ValueError("a corner is not a number")
    (packed,) = coco_mask.frPyObjects([flat], mask.height, mask.width)
    return _apply(mask, Mask(mask.height, mask.width, bytes(packed["counts"])), add)


def magic_wand(
    mask: Mask,
    image: Image,
    position: Position,
    tolerance: int,
    *,
    contiguous: bool = True,
    add: bool = True,
) -> Mask:
    """Add the pixels of a like colour, or take them away.

    A colour is alike where each of red, green and blue differs by at most ``tolerance`` from the
    pixel under ``position``.

    Args:
        image: (H, W, 3) uint8 RGB of the mask's size.
        tolerance: 0..255.
        contiguous: only what hangs together with that pixel, by edges.

    Raises:
        ValueError: the picture is not of the mask's size.
        PromptError: the position lies outside the frame.
    """
    if image.shape[:2] != (mask.height, mask.width):
        raise ValueError(f"a picture of {image.shape[:2]} for a mask of {mask.height, mask.width}")
    column, row = math.floor(position[0]), math.floor(position[1])
    if not (0 <= column < mask.width and 0 <= row < mask.height):
        raise PromptError(
            tr(
                "The point {position:g},{position_2:g} lies outside the {width}x{height} frame.",
                position=position[0],
                position_2=position[1],
                width=mask.width,
                height=mask.height,
            )
        )
    if contiguous:
        return _apply(mask, _flood(image, column, row, tolerance), add)
    seed = image[row, column].astype(np.int16)
    low, high = np.clip(seed - tolerance, 0, 255), np.clip(seed + tolerance, 0, 255)
    return _apply(mask, Mask.from_array(cv2.inRange(image, low, high)), add)


def _flood(image: Image, column: int, row: int, tolerance: int) -> Mask:
    height, width = image.shape[:2]
    # OpenCV marks the region in an array with a rim of one pixel.
    region = np.zeros((height + 2, width + 2), np.uint8)
    flags = 4 | (1 << 8) | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
    reach = (tolerance, tolerance, tolerance)
    # It is only read, but OpenCV wants one that it could write to, and frames are not.
    _, _, _, box = cv2.floodFill(
        np.array(image, order="C"), region, (column, row), (0, 0, 0), reach, reach, flags
    )
    left, top, wide, high = box
    window = Window(left, top, wide, high)
    pixels = region[top + 1 : top + 1 + high, left + 1 : left + 1 + wide] != 0
    return encode_window(height, width, window, pixels)


def _apply(mask: Mask, drawn: Mask, add: bool) -> Mask:
    return union(mask, drawn) if add else difference(mask, drawn)


def _stroke(mask: Mask, path: Sequence[Position], size: float) -> tuple[Window, BoolArray]:
    if not path:
        raise ValueError("a stroke needs at least one position")
    if not size >= 1:
        raise ValueError(f"a brush of {size} pixels; it has at least one")
    xs, ys = [x for x, _ in path], [y for _, y in path]
    reach = size / 2 + 1
    window = Window.around(mask, min(xs) - reach, min(ys) - reach, max(xs) + reach, max(ys) + reach)
    pixels = np.zeros((window.height, window.width), np.bool_)
    if not window:
        return window, pixels
    if size < 2:
        _draw_thin(pixels, [(math.floor(x), math.floor(y)) for x, y in path], window)
        return window, pixels
    ends = list(path[1:]) or [path[0]]
    for start, end in zip(path, ends, strict=False):
        _draw_capsule(pixels, window, start, end, size / 2)
    return window, pixels


def _draw_thin(pixels: BoolArray, path: Sequence[tuple[int, int]], window: Window) -> None:
    # A single position has to be given twice; OpenCV draws nothing between one corner and itself.
    corners = np.array([(x - window.left, y - window.top) for x, y in [*path, path[-1]]], np.int32)
    cv2.polylines(pixels.view(np.uint8), [corners], False, 1)


def _draw_capsule(
    pixels: BoolArray, window: Window, start: Position, end: Position, radius: float
) -> None:
    """Set the pixels whose centre is at most ``radius`` from the line between two positions."""
    left = max(math.floor(min(start[0], end[0]) - radius) - window.left, 0)
    right = min(math.ceil(max(start[0], end[0]) + radius) - window.left, window.width)
    top = max(math.floor(min(start[1], end[1]) - radius) - window.top, 0)
    bottom = min(math.ceil(max(start[1], end[1]) + radius) - window.top, window.height)
    if left >= right or top >= bottom:
        return
    x = np.arange(left, right, dtype=np.float64)[None] + (window.left + 0.5 - start[0])
    y = np.arange(top, bottom, dtype=np.float64)[:, None] + (window.top + 0.5 - start[1])
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    if length > 0:
        along = np.clip((x * dx + y * dy) / length, 0, 1)
        near = (x - along * dx) ** 2 + (y - along * dy) ** 2 <= radius * radius
    else:
        near = x * x + y * y <= radius * radius
    pixels[top:bottom, left:right] |= near
