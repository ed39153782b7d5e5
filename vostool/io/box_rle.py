"""Run lengths of masks: COCO's compressed string to numbers, and CVAT's row-major runs in a box.

COCO's compressed form (pycocotools ``rleToString``) is column-major over the whole frame; it is
read here without pycocotools because only the columns of the object's box are wanted, which costs
a small part of a full-frame decode. CVAT's form is row-major over a box; both start with the
length of a background run, which may be 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vostool.masks import BoolArray, Mask


def run_lengths(counts: bytes) -> NDArray[np.int64]:
    """The numbers in a COCO compressed RLE: (n,) int64, background first.

    Raises:
        ValueError: the string is cut off or holds a negative run.
    """
    digits = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    ends = np.flatnonzero((digits & 0x20) == 0)
    if not len(ends) or ends[-1] != len(digits) - 1 or digits.min() < 0 or digits.max() > 63:
        raise ValueError("the run-length string is damaged")
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    places = np.arange(len(digits)) - np.repeat(starts, lengths)
    values: NDArray[np.int64] = np.add.reduceat((digits & 0x1F) << (5 * places), starts)
    values -= np.where(digits[ends] & 0x10, np.left_shift(1, 5 * lengths), 0)
    # From the fourth number on each is the difference to the one two places before.
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    if values.min() < 0:
        raise ValueError("the run-length string is damaged")
    return values


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
