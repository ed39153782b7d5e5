"""Masks made tidy on their way out: specks dropped, holes filled, too small ones left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vostool.masks.box_rle import BoxPixels
from vostool.masks.parts import with_holes_filled, without_specks


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What is tidied, in pixels; 0 leaves alone.

    Attributes:
        fill_holes: the largest hole that is filled. Background that touches the frame's border
            is no hole.
        drop_specks: parts with fewer pixels are dropped, before holes are filled.
        min_area: a mask with fewer pixels in the end is no mask.
    """

    fill_holes: int = 0
    drop_specks: int = 0
    min_area: int = 0

    def __bool__(self) -> bool:
        """True where there is something to do."""
        return bool(self.fill_holes or self.drop_specks or self.min_area)


def cleaned(box: BoxPixels, cleaning: Cleaning) -> BoxPixels:
    """The tidied mask in its new tight box, which is (0, 0) in size where nothing is left."""
    pixels = box.pixels
    if cleaning.drop_specks > 1:
        pixels = without_specks(pixels, cleaning.drop_specks)
    if cleaning.fill_holes > 0:
        pixels = with_holes_filled(pixels, cleaning.fill_holes)
    if pixels.sum() < max(cleaning.min_area, 1):
        return BoxPixels(0, 0, np.zeros((0, 0), np.bool_))
    if pixels is box.pixels:
        return box
    rows, columns = np.flatnonzero(pixels.any(1)), np.flatnonzero(pixels.any(0))
    tight = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    left, top = box.left + int(columns[0]), box.top + int(rows[0])
    return BoxPixels(left, top, np.ascontiguousarray(tight))
