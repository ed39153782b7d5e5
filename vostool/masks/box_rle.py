"""A mask cut to its box, and CVAT's row-major run lengths in it.

CVAT's form is row-major over a box, where COCO's is column-major over the whole frame
(:mod:`vostool.masks.crop`); both start with the length of a background run, which may be 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vostool.masks.crop import Window, decode_box, encode_window
from vostool.masks.mask import BoolArray, Mask


@dataclass(frozen=True, slots=True)
class BoxPixels:
    """The pixels of a mask inside its tight box.

    Attributes:
        left, top: the box's first column and row in the frame.
        pixels: (height, width) bool, height and width at least 1, or (0, 0) for an empty mask.
    """

    left: int
    top: int
    pixels: BoolArray

    @classmethod
    def of(cls, mask: Mask) -> BoxPixels:
        """Cut a mask out of its frame.

        Raises:
            ValueError: the mask's code is damaged, or its runs do not add up to its frame.
        """
        window, pixels = decode_box(mask)
        return cls(window.left, window.top, pixels)

    def encoded(self, height: int, width: int) -> Mask:
        """The mask of a frame of this size; the inverse of :meth:`of`."""
        window = Window(self.left, self.top, self.width, self.height)
        return encode_window(height, width, window, self.pixels)

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the box in the frame's array."""
        rows = slice(self.top, self.top + self.height)
        return rows, slice(self.left, self.left + self.width)


def encode_rows(pixels: NDArray[Any]) -> list[int]:
    """Row-major run lengths of an (H, W) array, background first; they add up to H * W."""
    flat = np.ravel(pixels != 0)
    if not flat.size:
        return []
    borders = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs: list[int] = np.diff(borders, prepend=0, append=flat.size).tolist()
    return [0, *runs] if flat[0] else runs


def decode_rows(runs: Sequence[int], height: int, width: int) -> BoolArray:
    """An (height, width) bool array from row-major run lengths, background first.

    Raises:
        ValueError: a run is negative, or they do not add up to height * width.
    """
    lengths = np.asarray(runs, np.int64)
    if (lengths < 0).any() or int(lengths.sum()) != height * width:
        raise ValueError(f"the runs do not fill the {width}x{height} box")
    return np.repeat(np.arange(len(lengths)) % 2 == 1, lengths).reshape(height, width)
