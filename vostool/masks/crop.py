"""Masks in a part of their frame, and what two masks make together.

Most work on a mask concerns a small part of a large frame. Here a part is decoded, and a part is
encoded, without an array of the whole frame being built or transposed; unions and differences are
made on the run lengths themselves (pycocotools), in time that follows the outline and not the area.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from vostool.masks.coco_counts import run_lengths
from vostool.masks.mask import BoolArray, Mask


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of whole pixels inside a frame; ``width`` or ``height`` 0 is an empty one."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def around(cls, mask: Mask, x0: float, y0: float, x1: float, y1: float) -> Window:
        """The pixels of the mask's frame that x0..x1, y0..y1 (pixels, any order of size) touch."""
        left, right = (min(max(v, 0), mask.width) for v in (math.floor(x0), math.ceil(x1)))
        top, bottom = (min(max(v, 0), mask.height) for v in (math.floor(y0), math.ceil(y1)))
        return cls(left, top, max(right - left, 0), max(bottom - top, 0))

    @classmethod
    def of(cls, mask: Mask, margin: int = 0) -> Window:
        """The mask's tight box, grown by ``margin`` pixels and cut at the frame."""
        x, y, width, height = mask.bbox
        if not width:
            return cls(0, 0, 0, 0)
        return cls.around(mask, x - margin, y - margin, x + width + margin, y + height + margin)

    def __bool__(self) -> bool:
        return self.width > 0 and self.height > 0


def decode_window(mask: Mask, window: Window) -> BoolArray:
    """The pixels of a mask in a window, (window.height, window.width) bool, the caller's own.

    Raises:
        ValueError: the mask's code is damaged, or its runs do not add up to its frame.
    """
    return _pixels(_ends_of_runs(mask), mask.height, window)


def decode_box(mask: Mask) -> tuple[Window, BoolArray]:
    """The mask's tight box and the pixels in it, as :func:`decode_window` gives them.

    Raises:
        ValueError: the mask's code is damaged, or its runs do not add up to its frame.
    """
    ends = _ends_of_runs(mask)  # first, because pycocotools reads a damaged code past its end
    window = Window.of(mask)
    return window, _pixels(ends, mask.height, window)


def encode_window(
    height: int, width: int, window: Window, pixels: BoolArray, *, outside: bool = False
) -> Mask:
    """A mask of a ``height`` x ``width`` frame with ``pixels`` in the window.

    Args:
        pixels: (window.height, window.width) bool.
        outside: what the rest of the frame holds.
    """
    band = np.full((window.width, height), outside, np.bool_)
    band[:, window.top : window.top + window.height] = pixels.T
    flat = band.ravel()
    start, total = window.left * height, height * width
    borders = np.flatnonzero(flat[1:] != flat[:-1]) + 1 + start
    before: list[int] = []
    behind: list[int] = []
    if flat.size:
        before = [start] * int(start > 0 and flat[0] != outside)
        behind = [start + flat.size] * int(start + flat.size < total and flat[-1] != outside)
    first = bool(flat[0]) if flat.size and not start else outside
    edges = np.concatenate(([0] * (1 + first), before, borders, behind, [total]))
    runs = np.diff(edges.astype(np.int64)).tolist()
    packed = coco_mask.frPyObjects({"size": [height, width], "counts": runs}, height, width)
    return Mask(height, width, bytes(packed["counts"]))


def union(first: Mask, second: Mask) -> Mask:
    """All pixels of both masks, which are of one size."""
    return _merged(first, second, intersect=False)


def intersection(first: Mask, second: Mask) -> Mask:
    """The pixels that both masks have, which are of one size."""
    return _merged(first, second, intersect=True)


def has_pixel(mask: Mask, column: int, row: int) -> bool:
    """True where this pixel of the frame belongs to the mask; False for one outside the frame."""
    x, y, width, height = mask.bbox
    if not (x <= column < x + width and y <= row < y + height):
        return False
    at, size = column * mask.height + row, mask.height * mask.width
    one = {"size": [mask.height, mask.width], "counts": [at, 1, size - at - 1]}
    pixel = coco_mask.frPyObjects(one, mask.height, mask.width)
    return int(coco_mask.area(coco_mask.merge([mask.rle(), pixel], intersect=True))) > 0


def difference(first: Mask, second: Mask) -> Mask:
    """The pixels of ``first`` that ``second`` does not have; both are of one size."""
    window = Window.of(second)
    if not window:
        return first
    rest = ~decode_window(second, window)
    return intersection(
        first, encode_window(second.height, second.width, window, rest, outside=True)
    )


def _merged(first: Mask, second: Mask, *, intersect: bool) -> Mask:
    if (first.height, first.width) != (second.height, second.width):
        raise ValueError(
            f"masks of {first.width}x{first.height} and {second.width}x{second.height} pixels "
            "do not belong to one frame"
        )
    merged = coco_mask.merge([first.rle(), second.rle()], intersect=intersect)
    return Mask(first.height, first.width, bytes(merged["counts"]))


def _ends_of_runs(mask: Mask) -> NDArray[np.int64]:
    """Where each run ends, counted in pixels of the frame column by column.

    Raises:
        ValueError: the code is damaged, or its runs do not add up to the frame.
    """
    ends = np.cumsum(run_lengths(mask.counts))
    if ends[-1] != mask.height * mask.width:
        raise ValueError("the runs do not add up to the frame")
    return ends


def _pixels(ends: NDArray[np.int64], height: int, window: Window) -> BoolArray:
    """The pixels of a window: only its columns are made, a small part of most frames."""
    first, last = window.left * height, (window.left + window.width) * height
    bounds = np.concatenate(([first], np.clip(ends, first, last)))
    inside = np.arange(len(ends)) % 2 == 1
    columns = np.repeat(inside, bounds[1:] - bounds[:-1]).reshape(window.width, height)
    return np.ascontiguousarray(columns[:, window.top : window.top + window.height].T)
