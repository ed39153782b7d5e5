"""From the coordinates of a label file to masks of the target's size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from vostool.io.imports.format import ImportTarget
from vostool.masks.mask import Mask

FAR = 4
"""Corners more frame sizes than this outside the frame are a mistake, not an object."""


def polygon_mask(rings: Sequence[NDArray[np.float64]], target: ImportTarget) -> Mask:
    """The union of polygons as COCO rasterises them.

    A polygon along the edges of pixels gives back exactly these pixels
    (:mod:`vostool.io.polygons`). What lies outside the frame is cut off.

    Args:
        rings: (n, 2) corners x, y in pixels from the outer corner of the top left pixel.

    Raises:
        ValueError: under three corners, a corner that is no number or far outside the frame; the
            message completes "the polygon ...".
    """
    limit = np.array([target.width, target.height], np.float64) * FAR
    flat = []
    for ring in rings:
        corners = np.asarray(ring, np.float64).reshape(-1, 2)
        if len(corners) < 3:
            raise ValueError(f"has {len(corners)} points, but needs three")
        if not np.isfinite(corners).all():
            raise ValueError("has a corner that is no number")
        if (corners < -limit).any() or (corners > limit + limit).any():
            raise ValueError("lies far outside the frame")
        flat.append(corners.reshape(-1).tolist())
    codes = coco_mask.frPyObjects(flat, target.height, target.width)
    merged = coco_mask.merge(codes)
    return Mask(target.height, target.width, bytes(merged["counts"]))


def paste(pixels: NDArray[np.bool_], left: int, top: int, target: ImportTarget) -> Mask:
    """A mask of the frame's size from (h, w) pixels whose first one lies at ``left``, ``top``.

    Raises:
        ValueError: the box leaves the frame; the message completes "the mask ...".
    """
    height, width = pixels.shape
    if left < 0 or top < 0 or left + width > target.width or top + height > target.height:
        raise ValueError(
            f"lies at {left},{top} with {width}x{height} pixels, outside the "
            f"{target.width}x{target.height} frame"
        )
    # The runs are made from the box alone: a full frame for each mask costs ten times as much.
    padded = np.zeros((width, height + 2), np.bool_)
    padded[:, 1:-1] = pixels.T
    column, row = np.divmod(np.flatnonzero(padded[:, 1:] != padded[:, :-1]), height + 1)
    borders = (column + left) * target.height + row + top
    # A run that goes on in the next column ends and begins at the same place.
    same = np.flatnonzero(borders[1:] == borders[:-1])
    borders = np.delete(borders, np.concatenate([same, same + 1]))
    total = target.height * target.width
    runs = np.diff(borders[borders < total], prepend=0, append=total)
    size = [target.height, target.width]
    code = coco_mask.frPyObjects({"size": size, "counts": runs.tolist()}, *size)
    return Mask(target.height, target.width, bytes(code["counts"]))
