"""Specks and pinholes of a new mask, which a network leaves and nobody means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.masks.box_rle import BoxPixels
from vostool.masks.mask import BoolArray, Mask
from vostool.masks.parts import numbered
from vostool.words import counted, tr

SHARE, LEAST = 5e-5, 4
"""Of the frame's pixels: what is smaller is a speck or a pinhole; and always fewer pixels than
that. SAM 2's own cleaning takes 8 pixels of its 256 x 256, which is 1.2e-4."""
OF_MASK = 0.02
"""A part with more of the mask than this is none, however small the mask."""

Place = tuple[float, float]
"""x, y in pixels of the frame."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """A mask without its specks and pinholes.

    Attributes:
        specks, pinholes: how many went.
    """

    mask: Mask
    specks: int = 0
    pinholes: int = 0

    def __bool__(self) -> bool:
        """True where something went."""
        return bool(self.specks or self.pinholes)

    @property
    def sentence(self) -> str:
        """What went, "" where nothing did."""
        gone = what_went(self.specks, self.pinholes)
        if not gone:
            return ""
        return tr("{names} of the new mask dropped (Mask > Tidy new masks).", names=gone)


def what_went(specks: int, pinholes: int) -> str:
    """ "2 specks and 1 pinhole"; "" where there were none."""
    kinds = ((specks, "speck"), (pinholes, "pinhole"))
    return tr(" and ").join(counted(count, what) for count, what in kinds if count)


def tidied(mask: Mask, inside: Sequence[Place] = (), outside: Sequence[Place] = ()) -> Tidied:
    """Drop specks and fill pinholes; the largest part stays, and so does what was clicked.

    Args:
        inside: clicks on the object; their parts are no specks.
        outside: clicks beside it; their holes are no pinholes.
    """
    box = BoxPixels.of(mask)
    if not box.pixels.size:
        return Tidied(mask)
    area = int(np.count_nonzero(box.pixels))
    bound = min(max(LEAST, round(SHARE * mask.height * mask.width)), OF_MASK * area)
    pixels, specks = _without_specks(box, bound, inside)
    filled, pinholes = _filled(pixels, box, bound, outside)
    if not specks and not pinholes:
        return Tidied(mask)
    done = BoxPixels(box.left, box.top, filled).encoded(mask.height, mask.width)
    return Tidied(done, specks, pinholes)


def _without_specks(box: BoxPixels, bound: float, kept: Sequence[Place]) -> tuple[BoolArray, int]:
    numbers, areas = numbered(box.pixels, connectivity=8)
    keep = areas >= bound
    keep[1 + int(np.argmax(areas[1:]))] = True
    keep[_numbers_at(numbers, box, kept)] = True
    keep[0] = False
    gone = len(areas) - 1 - int(np.count_nonzero(keep))
    return (np.asarray(keep[numbers], np.bool_) if gone else box.pixels), gone


def _filled(
    pixels: BoolArray, box: BoxPixels, bound: float, kept: Sequence[Place]
) -> tuple[BoolArray, int]:
    numbers, areas = numbered(np.pad(~pixels, 1, constant_values=True), connectivity=4)
    fill = areas < bound
    framed = BoxPixels(box.left - 1, box.top - 1, box.pixels)
    fill[[0, numbers[0, 0], *_numbers_at(numbers, framed, kept)]] = False
    count = int(np.count_nonzero(fill))
    return (np.asarray(pixels | fill[numbers][1:-1, 1:-1], np.bool_) if count else pixels), count


def _numbers_at(numbers: NDArray[np.int32], box: BoxPixels, places: Sequence[Place]) -> list[int]:
    found = []
    for x, y in places:
        row, column = int(y) - box.top, int(x) - box.left
        if 0 <= row < numbers.shape[0] and 0 <= column < numbers.shape[1]:
            found.append(int(numbers[row, column]))
    return found
