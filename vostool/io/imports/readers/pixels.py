"""Polygons and run lengths of a file to masks of the frame, checked.

Everything here raises :class:`ValueError` with the second half of a sentence, "a polygon has 2
points, but needs 3"; the caller knows the line, frame or id that begins it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TypeGuard

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers import shapes
from vostool.masks.coco_counts import run_lengths
from vostool.masks.mask import Mask


def polygon_mask(polygons: Sequence[object], target: ImportTarget) -> Mask:
    """The union of polygons, each flat numbers x, y, x, y of at least three points.

    Corners are pixels from the outer corner of the top left one; what lies outside is cut off.
    The rasteriser is COCO's, so pixel outlines give back exactly their pixels.

    Raises:
        ValueError: a polygon has under three points, an odd number of values or one that is no
            finite number, or nothing of them lies in the frame.
    """
    rings = [_corners(polygon) for polygon in polygons]
    if not rings:
        raise ValueError("it has no polygon")
    try:
        mask = shapes.polygon_mask(rings, target)
    except ValueError as error:
        raise ValueError(f"the polygon {error}") from None
    if mask.is_empty:
        raise ValueError(f"the polygon covers no pixel of the {target.width}x{target.height} frame")
    return mask


def painted_mask(polygons: Sequence[object], target: ImportTarget) -> Mask:
    """The union of polygons through the centres of border pixels, each flat x, y, x, y.

    Corners are cut down to whole pixels, and the outline is painted too: what Ultralytics
    (cv2.fillPoly) and LabelMe do with their files. What lies outside is cut off.

    Raises:
        ValueError: as :func:`polygon_mask`.
    """
    canvas = np.zeros((target.height, target.width), np.uint8)
    for polygon in polygons:
        corners = _corners(polygon)
        if len(corners) < 3:
            raise ValueError(f"the polygon has {len(corners)} points, but needs three")
        if np.abs(corners).max() > shapes.FAR * 2 * max(target.width, target.height):
            raise ValueError("the polygon lies far outside the frame")
        cv2.fillPoly(canvas, [np.floor(corners).astype(np.int32)], (1,))
    if not canvas.any():
        raise ValueError(f"the polygon covers no pixel of the {target.width}x{target.height} frame")
    return Mask.from_array(canvas)


def rle_mask(code: object, target: ImportTarget) -> Mask:
    """A mask from COCO's ``{"size": [h, w], "counts": string or list}``.

    Raises:
        ValueError: size or run lengths do not fit the frame, or they are none.
    """
    size = code.get("size") if isinstance(code, dict) else None
    if not isinstance(size, list) or len(size) != 2 or not isinstance(code, dict):
        raise ValueError("the run-length code has no size [height, width]")
    height, width = target.height, target.width
    if size != [height, width]:
        raise ValueError(f"the mask is {size[1]}x{size[0]}, but the frame is {width}x{height}")
    counts = code.get("counts")
    if isinstance(counts, str):
        try:
            runs = run_lengths(counts.encode("ascii"))
        except (ValueError, UnicodeEncodeError):
            raise ValueError("the run-length string is damaged") from None
        return counts_mask(runs, height, width, counts.encode("ascii"))
    return counts_mask(_run_list(counts), height, width)


def counts_mask(
    runs: NDArray[np.int64], height: int, width: int, packed: bytes | None = None
) -> Mask:
    """A mask from column-major run lengths, background first; ``packed`` is their string.

    Raises:
        ValueError: a run is negative, or they do not fill the frame.
    """
    total = sum(runs.tolist())
    if len(runs) == 0 or (runs < 0).any() or total != height * width:
        raise ValueError(
            f"the run lengths add up to {total}, but the {width}x{height} frame has "
            f"{height * width} pixels"
        )
    # A run of nothing inside says the same as none, but two masks compare by their codes.
    if packed is None or not runs[1:].all():
        runs = _merged(runs)
        code = coco_mask.frPyObjects(
            {"size": [height, width], "counts": runs.tolist()}, height, width
        )
        packed = bytes(code["counts"])
    return Mask(height, width, packed)


def finite(values: Sequence[object]) -> bool:
    """True where all are finite numbers (and no bools) that a float can hold."""
    return all(is_number(v) for v in values)


def is_number(value: object) -> TypeGuard[int | float]:
    """True for a finite number (no bool) that a float can hold: an integer may have 4,000 digits.

    A comparison is exact for those, where ``float`` and ``math.isfinite`` raise.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -sys.float_info.max <= value <= sys.float_info.max


def _merged(runs: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same pixels without runs of length 0, but for the first."""
    values = np.arange(len(runs)) % 2
    kept, values = runs[runs > 0], values[runs > 0]
    starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    joined: NDArray[np.int64] = np.add.reduceat(kept, starts)
    return np.concatenate(([0], joined)) if values[0] else joined


def _run_list(counts: object) -> NDArray[np.int64]:
    whole = isinstance(counts, list) and all(
        isinstance(n, int) and not isinstance(n, bool) and abs(n) < 1 << 40 for n in counts
    )
    if not whole:
        raise ValueError("the run lengths are neither a string nor a list of whole numbers")
    return np.asarray(counts, np.int64)


def _corners(polygon: object) -> NDArray[np.float64]:
    if not isinstance(polygon, list | tuple) or not finite(polygon):
        raise ValueError("the polygon is no list of finite numbers")
    if len(polygon) % 2:
        raise ValueError(f"the polygon holds an odd number of values ({len(polygon)})")
    return np.asarray(polygon, np.float64).reshape(-1, 2)
