"""Polygons and run lengths of a file to masks of the frame, checked.

Everything here raises :class:`ValueError` with the second half of a sentence, "a polygon has 2
points, but needs 3"; the caller knows the line, frame or id that begins it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import TypeGuard

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers import shapes
from vostool.masks.coco_counts import packed_runs, run_lengths
from vostool.masks.mask import Mask

_ON_EDGE = 1e-9
"""Pixels; what lies this near to an edge lies on it."""


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

    Corners are cut down to whole pixels, and the outline is painted too: what cv2.fillPoly gives to
    Ultralytics (``ultralytics/data/utils.py``, ``polygon2mask``) and Supervisely's SDK
    (``supervisely/geometry/polygon.py``). What lies outside is cut off.

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


def labelme_mask(kind: str, points: Sequence[float], target: ImportTarget) -> Mask:
    """A polygon or circle with the pixels that LabelMe gives it.

    ``labelme.utils.shape_to_mask`` (6.3) draws both with Pillow, the outline too, so a rectangle
    from 4 to 14 is eleven pixels wide; OpenCV's pixels along a slope are others.

    Args:
        kind: "polygon", or "circle" of a centre and a point on its edge.
        points: flat x, y, x, y.

    Raises:
        ValueError: as :func:`polygon_mask`.
    """
    corners = _corners(list(points))
    needed = 2 if kind == "circle" else 3
    if len(corners) < needed or (kind == "circle" and len(corners) > needed):
        words = "two" if kind == "circle" else "three"
        raise ValueError(f"the {kind} has {len(corners)} points, but needs {words}")
    if np.abs(corners).max() > shapes.FAR * 2 * max(target.width, target.height):
        raise ValueError(f"the {kind} lies far outside the frame")
    picture = Image.new("L", (target.width, target.height))
    pen = ImageDraw.Draw(picture)
    if kind == "circle":
        (x, y), edge = corners.tolist()
        radius = math.dist((x, y), edge)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=1, fill=1)
    else:
        pen.polygon([(x, y) for x, y in corners.tolist()], outline=1, fill=1)
    pixels = np.asarray(picture)
    if not pixels.any():
        raise ValueError(f"the {kind} covers no pixel of the {target.width}x{target.height} frame")
    return Mask.from_array(pixels)


def centres_mask(polygon: object, target: ImportTarget) -> Mask:
    """The pixels whose numbers x, y lie inside the polygon or on its edge.

    What ``skimage.draw.polygon`` gives, with which ISAT paints its masks (``ISAT/formats/voc.py``).

    Args:
        polygon: flat x, y, x, y.

    Raises:
        ValueError: as :func:`polygon_mask`.
    """
    corners = _corners(polygon)
    if len(corners) < 3:
        raise ValueError(f"the polygon has {len(corners)} points, but needs three")
    if np.abs(corners).max() > shapes.FAR * 2 * max(target.width, target.height):
        raise ValueError("the polygon lies far outside the frame")
    rows, left, right = _spans(corners, target.height)
    first = np.clip(np.ceil(left - _ON_EDGE), 0, target.width).astype(np.int64)
    last = np.clip(np.floor(right + _ON_EDGE) + 1, 0, target.width).astype(np.int64)
    shown = first < last
    steps = np.zeros((target.height, target.width + 1), np.int32)
    np.add.at(steps, (rows[shown], first[shown]), 1)
    np.add.at(steps, (rows[shown], last[shown]), -1)
    pixels = steps.cumsum(axis=1)[:, :-1] > 0
    if not pixels.any():
        raise ValueError(f"the polygon covers no pixel of the {target.width}x{target.height} frame")
    return Mask.from_array(pixels)


def _spans(
    corners: NDArray[np.float64], height: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Rows of pixels with the x where a polygon begins and ends on them, its edge included."""
    following = np.roll(corners, -1, axis=0)
    # A corner on a row belongs to the edges below it or to those above; both ways are inside.
    found = [_crossings(corners, following, height, above=above) for above in (True, False)]
    flat = (corners[:, 1] == following[:, 1]) & (corners[:, 1] == np.round(corners[:, 1]))
    flat &= (corners[:, 1] >= 0) & (corners[:, 1] < height)
    ends = np.sort(np.column_stack([corners[flat, 0], following[flat, 0]]), axis=1)
    found.append((corners[flat, 1].astype(np.int64), ends[:, 0], ends[:, 1]))
    rows, left, right = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return rows, left, right


def _crossings(
    corners: NDArray[np.float64], following: NDArray[np.float64], height: int, *, above: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    low = np.minimum(corners[:, 1], following[:, 1])
    high = np.maximum(corners[:, 1], following[:, 1])
    first = np.ceil(low) if above else np.floor(low) + 1
    last = np.ceil(high) - 1 if above else np.floor(high)
    first, last = np.maximum(first, 0), np.minimum(last, height - 1)
    counts = np.maximum(last - first + 1, 0).astype(np.int64)
    edge = np.repeat(np.arange(len(corners)), counts)
    rows = first[edge] + np.arange(len(edge)) - np.repeat(counts.cumsum() - counts, counts)
    start, way = corners[edge], following[edge] - corners[edge]
    xs = start[:, 0] + (rows - start[:, 1]) / way[:, 1] * way[:, 0]
    order = np.lexsort((xs, rows))
    # Every row is crossed an even number of times, so neighbours are pairs.
    rows, xs = rows[order].astype(np.int64), xs[order]
    return rows[::2], xs[::2], xs[1::2]


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
        packed = packed_runs(runs, height, width)
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
