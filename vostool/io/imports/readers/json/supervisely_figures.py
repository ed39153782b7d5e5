"""Supervisely's geometries: bitmaps, polygons with holes, rectangles, ellipses.

Coordinates are numbers of pixels, so a rectangle's last corner belongs to it, and a polygon's
outline is painted, as its SDK does with cv2.fillPoly.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.id_picture import PNG_SIGNATURE, alpha_pixels
from vostool.io.imports.readers.outlines import ellipse, flat_ring
from vostool.io.imports.readers.pixels import finite, painted_mask, polygon_mask
from vostool.io.imports.readers.segmentation import corners
from vostool.io.imports.readers.shapes import paste
from vostool.masks.box import Box
from vostool.masks.mask import Mask

_MOST_BYTES = 64 << 20


def figure(kind: str, geometry: Mapping[str, Any], target: ImportTarget) -> Mask | Box:
    """The mask or box of a figure.

    Raises:
        ValueError: it does not fit the frame, is damaged, or of a kind without an area.
    """
    if kind == "bitmap":
        return _bitmap(geometry.get("bitmap"), target)
    points = geometry.get("points")
    exterior = corners(points.get("exterior")) if isinstance(points, dict) else None
    if kind == "polygon":
        holes = points.get("interior") if isinstance(points, dict) else None
        return _polygon(exterior, holes if isinstance(holes, list) else [], target)
    if kind == "rectangle":
        return _rectangle(exterior, target)
    if kind == "ellipse":
        return _ellipse(geometry, target)
    raise ValueError(f"a {kind} has no area, so it is no mask")


def _rectangle(exterior: object, target: ImportTarget) -> Box:
    if not isinstance(exterior, list) or len(exterior) != 4 or not finite(exterior):
        raise ValueError("the rectangle has no two corners")
    xs, ys = sorted(exterior[::2]), sorted(exterior[1::2])
    box = target.box(xs[0], ys[0], xs[1] + 1, ys[1] + 1)
    if box is None:
        raise ValueError("the rectangle has no area inside the frame")
    return box


def _polygon(exterior: object, holes: list[object], target: ImportTarget) -> Mask:
    mask = painted_mask([exterior], target)
    if not holes:
        return mask
    pixels = mask.to_array()
    for hole in holes:
        pixels = np.logical_and(pixels, ~painted_mask([corners(hole)], target).to_array())
    return Mask.from_array(pixels)


def _ellipse(geometry: Mapping[str, Any], target: ImportTarget) -> Mask:
    centre = geometry.get("center")
    values = [*(centre if isinstance(centre, list) else []), geometry.get("radiusX"),
              geometry.get("radiusY"), geometry.get("angle") or 0]  # fmt: skip
    if len(values) != 5 or not finite(values):
        raise ValueError("the ellipse has no centre and radii")
    return polygon_mask([flat_ring(ellipse(*values))], target)


def _bitmap(bitmap: object, target: ImportTarget) -> Mask:
    origin = bitmap.get("origin") if isinstance(bitmap, dict) else None
    data = bitmap.get("data") if isinstance(bitmap, dict) else None
    whole = isinstance(origin, list) and len(origin) == 2 and finite(origin)
    if not whole or not isinstance(data, str) or not isinstance(origin, list):
        raise ValueError("the bitmap has no data and origin")
    try:
        png = base64.b64decode(data, validate=True)
        unpacker = zlib.decompressobj()
        # The SDK takes a picture that is not packed, too (Bitmap.base64_2_data).
        packed = not png.startswith(PNG_SIGNATURE)
        png = unpacker.decompress(png, _MOST_BYTES) if packed else png
    except (binascii.Error, ValueError, zlib.error):
        raise ValueError("the bitmap's data are damaged") from None
    if packed and not unpacker.eof:
        raise ValueError("the bitmap's data are cut off")
    pixels = alpha_pixels(png)
    if not pixels.any():
        raise ValueError("the bitmap has no pixel")
    try:
        return paste(pixels, int(origin[0]), int(origin[1]), target)
    except ValueError as error:
        raise ValueError(f"the bitmap {error}") from None
