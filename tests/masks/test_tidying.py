"""Specks and pinholes go; what is large, clicked, or all there is stays."""

from __future__ import annotations

import numpy as np
import pytest

from vostool.masks.mask import BoolArray, Mask
from vostool.masks.tidying import tidied

SIDE = 400


def disc(radius: int = 80) -> BoolArray:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return np.asarray((rows - 200) ** 2 + (columns - 200) ** 2 < radius**2, np.bool_)


def test_specks_and_pinholes_go_and_are_counted() -> None:
    clean, dirty = disc(), disc()
    dirty[5:7, 5:7] = dirty[390, 390] = True
    dirty[200, 200] = dirty[210:212, 190] = False
    done = tidied(Mask.from_array(dirty))
    assert done.mask == Mask.from_array(clean)
    assert (done.specks, done.pinholes) == (2, 2)
    assert done.sentence.startswith("2 specks and 2 pinholes")


def test_a_clean_mask_is_the_same_and_nothing_is_said() -> None:
    mask = Mask.from_array(disc())
    done = tidied(mask)
    assert done.mask is mask and not done and done.sentence == ""


def test_what_is_large_stays() -> None:
    dirty = disc()
    dirty[5:15, 5:15] = True
    dirty[195:205, 195:205] = False
    assert not tidied(Mask.from_array(dirty))


def test_what_was_clicked_stays() -> None:
    dirty = disc()
    dirty[5:7, 5:7] = True
    dirty[200, 200] = False
    mask = Mask.from_array(dirty)
    assert not tidied(mask, inside=[(5.5, 6.5)], outside=[(200.5, 200.5)])
    assert tidied(mask, outside=[(5.5, 6.5)], inside=[(200.5, 200.5)]).specks == 1


@pytest.mark.parametrize("count", [1, 3, 300])
def test_a_mask_of_nothing_but_specks_keeps_the_largest(count: int) -> None:
    dots = np.zeros((SIDE, SIDE), bool)
    dots.flat[: 4 * SIDE * 20 : 4 * SIDE * 20 // count] = True
    dots[300, 300:302] = True
    done = tidied(Mask.from_array(dots))
    assert done.mask.to_array()[300, 300]
    assert not done.mask.is_empty


def test_nothing_stays_nothing_and_everything_everything() -> None:
    for whole in (np.zeros((9, 7), bool), np.ones((9, 7), bool)):
        mask = Mask.from_array(whole)
        assert tidied(mask, inside=[(3, 3)], outside=[(-5, 99)]).mask == mask


def test_a_hole_at_the_border_is_no_pinhole() -> None:
    open_side = np.ones((SIDE, SIDE), bool)
    open_side[0, 10] = open_side[200, 0] = False
    assert not tidied(Mask.from_array(open_side))
