"""Whether a compressed run-length code is sound, before pycocotools gets to see it.

pycocotools trusts the string: one that ends in the middle of a number is read past its end. So
whatever comes from a file is checked here first. The code is COCO's (``rleFrString`` in
maskApi.c): six bits a character from '0' on, five of them data and one "more follows", low bits
first, signed, and from the fourth run on the difference to the run two before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_MAX_CHARACTERS = 7  # of one number: 35 bits, more than any frame needs


def is_valid_counts(counts: bytes, height: int, width: int) -> bool:
    """True where ``counts`` are runs that cover exactly ``height * width`` pixels."""
    if not isinstance(counts, bytes) or height <= 0 or width <= 0 or not counts:
        return False
    runs = _runs(np.frombuffer(counts, np.uint8))
    if runs is None or bool((runs < 0).any()):
        return False
    return int(runs.sum()) == height * width


def _runs(characters: NDArray[np.uint8]) -> NDArray[np.int64] | None:
    """The run lengths, or None where the string is no such code."""
    bits = characters.astype(np.int64) - 48
    if bits.min() < 0 or bits.max() > 63 or bits[-1] & 0x20:
        return None
    ends = np.flatnonzero(bits & 0x20 == 0)
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if lengths.max() > _MAX_CHARACTERS:
        return None
    places = np.arange(bits.size) - np.repeat(starts, lengths)
    numbers = np.add.reduceat((bits & 0x1F) << (5 * places), starts)
    numbers -= np.where(bits[ends] & 0x10, np.int64(1) << (5 * lengths), 0)
    # Undo the differences: odd and even runs are each a running sum of their own.
    numbers[1::2] = np.cumsum(numbers[1::2])
    numbers[2::2] = np.cumsum(numbers[2::2])
    return numbers
