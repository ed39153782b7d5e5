"""COCO's compressed run lengths (pycocotools ``rleToString``) to numbers, read strictly.

pycocotools trusts the string: one that ends in the middle of a number is read past its end. So
every code that comes from a file is checked here first. The code is COCO's (``rleFrString`` in
maskApi.c): each character from '0' on holds six bits, five of them data and one "more follows", low
bits first, signed, and from the fourth run on the difference to the run two before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

_MAX_CHARACTERS = 7  # of one number: 35 bits, more than any frame needs


def sound_counts(counts: bytes, height: int, width: int) -> bytes:
    """The same pixels as ``counts`` in the one code that pycocotools itself writes for them.

    A run of no pixels behind the first is legal, says nothing, and makes pycocotools give a box
    beside the mask (``rleToBbox`` takes a pixel from it); so none is let in.

    Raises:
        ValueError: ``counts`` are no runs that cover exactly ``height * width`` pixels.
    """
    if not isinstance(counts, bytes) or height <= 0 or width <= 0:
        raise ValueError("the run-length string is damaged")
    runs = run_lengths(counts)
    if int(runs.sum()) != height * width:
        raise ValueError("the runs do not add up to the frame")
    return counts if runs[1:].all() else packed_runs(runs, height, width)


def packed_runs(runs: NDArray[np.int64], height: int, width: int) -> bytes:
    """COCO's string for (n,) column-major runs, background first, that fill height * width."""
    values = np.arange(len(runs)) % 2
    kept, values = runs[runs > 0], values[runs > 0]
    starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    joined: NDArray[np.int64] = np.add.reduceat(kept, starts)
    return counts_of(np.concatenate(([0], joined)) if values[0] else joined, height, width)


def counts_of(runs: NDArray[np.int64], height: int, width: int) -> bytes:
    """COCO's string for (n,) column-major runs, background first, none but the first of them 0."""
    code = coco_mask.frPyObjects({"size": [height, width], "counts": runs}, height, width)
    return bytes(code["counts"])


def run_lengths(counts: bytes) -> NDArray[np.int64]:
    """The numbers in a COCO compressed RLE: (n,) int64, column-major, background first.

    Raises:
        ValueError: the string is no such code, is cut off, or holds a negative run.
    """
    digits = np.frombuffer(counts, np.uint8).astype(np.int64) - 48
    ends = np.flatnonzero((digits & 0x20) == 0)
    if not len(ends) or ends[-1] != len(digits) - 1 or digits.min() < 0 or digits.max() > 63:
        raise ValueError("the run-length string is damaged")
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if lengths.max() > _MAX_CHARACTERS:
        raise ValueError("the run-length string is damaged")
    places = np.arange(len(digits)) - np.repeat(starts, lengths)
    values: NDArray[np.int64] = np.add.reduceat((digits & 0x1F) << (5 * places), starts)
    values -= np.where(digits[ends] & 0x10, np.left_shift(1, 5 * lengths), 0)
    # Undo the differences: odd and even runs are each a running sum of their own.
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    if values.min() < 0:
        raise ValueError("the run-length string is damaged")
    return values
