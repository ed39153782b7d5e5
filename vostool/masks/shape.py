"""Changing a mask's shape: fill holes, drop specks, grow, shrink, smooth, move, fit to a box.

Pure functions; all work is done in the mask's box. What a part and a hole are says
:mod:`vostool.masks.parts`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from vostool.masks.box import Box
from vostool.masks.crop import Window, decode_window, encode_window
from vostool.masks.mask import BoolArray, Mask
from vostool.masks.parts import largest_part, with_holes_filled, without_specks


def fill_holes(mask: Mask, largest: int | None = None) -> Mask:
    """Fill background that the mask encloses.

    Args:
        largest: only holes of at most so many pixels; None fills all. Background that touches the
            frame's border is no hole.
    """
    return _changed(mask, 0, lambda pixels: with_holes_filled(pixels, largest))


def drop_specks(mask: Mask, smallest: int) -> Mask:
    """Drop parts of fewer than ``smallest`` pixels."""
    return _changed(mask, 0, lambda pixels: without_specks(pixels, smallest))


def keep_largest(mask: Mask) -> Mask:
    """Drop all parts but the largest; of equal ones the one found first, from the top left."""
    return _changed(mask, 0, largest_part)


def grow(mask: Mask, pixels: float) -> Mask:
    """Add all pixels whose centre is at most so far (in pixels) from a pixel of the mask."""
    if pixels < 0:
        raise ValueError("growing by less than nothing; use shrink")

    def grown(inside: BoolArray) -> BoolArray:
        near: BoolArray = _distance(~inside) <= pixels
        return near

    return _changed(mask, math.ceil(pixels), grown)


def shrink(mask: Mask, pixels: float) -> Mask:
    """Drop all pixels whose centre is at most so far (in pixels) from a pixel outside the mask.

    The frame's border is no outline: an object that leaves the picture is not eaten from there.
    """
    if pixels < 0:
        raise ValueError("shrinking by less than nothing; use grow")

    def shrunk(inside: BoolArray) -> BoolArray:
        if inside.all():
            return inside
        deep: BoolArray = _distance(inside) > pixels
        return deep

    return _changed(mask, 1, shrunk)


def smooth(mask: Mask, pixels: float) -> Mask:
    """Round the outline: a Gaussian of this standard deviation, cut at one half.

    Straight outlines stay where they are, also at the frame's border; details finer than about
    ``pixels`` go.
    """
    if pixels <= 0:
        return mask

    def smoothed(inside: BoolArray) -> BoolArray:
        blurred = cv2.GaussianBlur(
            inside.astype(np.float32), (0, 0), pixels, borderType=cv2.BORDER_REPLICATE
        )
        half: BoolArray = blurred >= 0.5
        return half

    return _changed(mask, math.ceil(4 * pixels), smoothed)


def move(mask: Mask, dx: int, dy: int) -> Mask:
    """Shift by whole pixels; what leaves the frame is lost."""
    source = Window.of(mask)
    if not source:
        return mask
    x, y = source.left + dx, source.top + dy
    target = Window.around(mask, x, y, x + source.width, y + source.height)
    if not target:
        return Mask.empty(mask.height, mask.width)
    pixels = decode_window(mask, source)
    rows = slice(target.top - y, target.top - y + target.height)
    columns = slice(target.left - x, target.left - x + target.width)
    return encode_window(mask.height, mask.width, target, pixels[rows, columns])


def fit_to_box(mask: Mask, box: Box) -> Mask:
    """Stretch the mask from its tight box to another one (whole pixels); the rest is cut off.

    An empty mask stays empty.
    """
    source = Window.of(mask)
    if not source:
        return mask
    x0, y0 = round(box.x0), round(box.y0)
    width, height = max(round(box.x1) - x0, 1), max(round(box.y1) - y0, 1)
    target = Window.around(mask, x0, y0, x0 + width, y0 + height)
    if not target:
        return Mask.empty(mask.height, mask.width)
    # Nearest source pixel by centres; only the rows and columns inside the frame are made.
    rows = np.arange(target.top - y0, target.top - y0 + target.height)
    columns = np.arange(target.left - x0, target.left - x0 + target.width)
    from_rows = ((rows + 0.5) * source.height / height).astype(np.int64)
    from_columns = ((columns + 0.5) * source.width / width).astype(np.int64)
    pixels = decode_window(mask, source)[np.ix_(from_rows, from_columns)]
    return encode_window(mask.height, mask.width, target, pixels)


def _changed(mask: Mask, margin: int, change: Callable[[BoolArray], BoolArray]) -> Mask:
    window = Window.of(mask, margin)
    if not window:
        return mask
    return encode_window(mask.height, mask.width, window, change(decode_window(mask, window)))


def _distance(inside: BoolArray) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.asarray(
        cv2.distanceTransform(inside.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32
    )
