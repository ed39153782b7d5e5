"""A mask cut to its box, and CVAT's row-major run lengths in it.

COCO's compressed form is column-major over the whole frame; it is read here without pycocotools
because only the columns of the object's box are wanted, which costs a small part of a full-frame
decode. CVAT's form is row-major over a box; both start with the length of a background run, which
may be 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from vostool.masks.coco_counts import run_lengths
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
            ValueError: the mask's runs do not add up to its frame.
        """
        runs = run_lengths(mask.counts)
        ends = np.cumsum(runs)
        if ends[-1] != mask.height * mask.width:
            raise ValueError("the runs do not add up to the frame")
        left, top, width, height = mask.bbox
        if not width:
            return cls(0, 0, np.zeros((0, 0), np.bool_))
        first, last = left * mask.height, (left + width) * mask.height
        bounds = np.concatenate(([first], np.clip(ends, first, last)))
        values = np.arange(len(runs)) % 2 == 1
        columns = np.repeat(values, bounds[1:] - bounds[:-1]).reshape(width, mask.height)
        return cls(left, top, np.ascontiguousarray(columns[:, top : top + height].T))

    def encoded(self, height: int, width: int) -> Mask:
        """The mask of a frame of this size; the inverse of :meth:`of`."""
        band = np.zeros((self.width, height), np.bool_)
        band[:, self.top : self.top + self.height] = self.pixels.T
        runs = encode_rows(band) or [0]
        runs[0] += self.left * height
        rest = (width - self.left - self.width) * height
        if len(runs) % 2:
            runs[-1] += rest
        elif rest:
            runs.append(rest)
        packed = coco_mask.frPyObjects({"size": [height, width], "counts": runs}, height, width)
        return Mask(height, width, bytes(packed["counts"]))

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
