"""PNG files of masks, and a frame's objects painted into one picture."""

from __future__ import annotations

import io
from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from vostool.io.exports.encoding import encoded
from vostool.io.exports.frame import ExportFrame

NOT_ENCODED = "A mask's picture could not be encoded; export another format."
_RLE = 3  # zlib's Z_RLE
_GRAY = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
if hasattr(cv2, "IMWRITE_PNG_FILTER"):  # OpenCV of late
    _GRAY += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]


def painted(frame: ExportFrame, ids: Mapping[int, int]) -> tuple[NDArray[np.uint8], bool]:
    """A frame's objects in one picture, (H, W) uint8, and whether any of them overlap.

    Args:
        ids: pixel value by the project's object id; where masks overlap the front one wins.
    """
    canvas = np.zeros((frame.plan.height, frame.plan.width), np.uint8)
    overlap = False
    for mask in reversed(frame.front_first):  # the front one paints over the others
        part = canvas[mask.box.window]
        overlap |= bool(part[mask.box.pixels].any())
        part[mask.box.pixels] = ids[mask.object.id]
    return canvas, overlap


def indexed_png(canvas: NDArray[np.uint8], palette: bytes) -> bytes:
    """A mode-P PNG file of an (H, W) uint8 array."""
    image = PillowImage.fromarray(canvas)
    image.putpalette(palette)
    return _png(image)


def gray_png(canvas: NDArray[np.uint8]) -> bytes:
    """An 8-bit gray PNG file of an (H, W) uint8 array."""
    # Pillow would try five filters on every row, of which no mask needs any: 33 ms against 2.
    return encoded(".png", canvas, NOT_ENCODED, _GRAY)


def _png(image: PillowImage.Image) -> bytes:
    buffer = io.BytesIO()
    # Run lengths suit masks: twice as fast as the default and a third of its size.
    image.save(buffer, "PNG", compress_level=1, compress_type=_RLE)
    return buffer.getvalue()
