"""A click on a mask changes only the piece that it is about."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vostool.masks.mask import Mask
from vostool.models.mobile_sam import click as mobile_sam_click
from vostool.models.mobile_sam.click import MOST_TAKEN, with_click
from vostool.models.mobile_sam.decoder import Decoded
from vostool.project.prompts import Point, Prompts

SIDE = 24
PICTURES = hnp.arrays(np.bool_, (SIDE, SIDE))
PLACES = st.integers(0, SIDE - 1)


@given(mask=PICTURES, wanted=PICTURES, x=PLACES, y=PLACES, positive=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_click_moves_the_mask_towards_the_other_one_by_one_piece(mask, wanted, x, y, positive):
    changed = with_click(mask, wanted, Point(x + 0.5, y + 0.5, positive))
    if changed is None:
        too_large = (wanted != mask).sum() > MOST_TAKEN * mask.sum()
        assert mask[y, x] == positive or wanted[y, x] != positive or too_large
        return
    assert changed[y, x] == positive != mask[y, x]
    different = changed != mask
    assert (changed[different] == wanted[different]).all()
    assert (changed[different] == positive).all()


def test_pieces_elsewhere_stay_as_they_are():
    mask, wanted = np.zeros((2, SIDE, SIDE), bool)
    mask[4:8, 4:8] = True
    wanted[4:8, 4:12] = True  # grows to the right, loses nothing
    wanted[18:20, 18:20] = True  # and far away
    changed = with_click(mask, wanted, Point(10, 6))
    expected = np.zeros((SIDE, SIDE), bool)
    expected[4:8, 4:12] = True
    assert np.array_equal(changed, expected)


class Stubborn:
    """A decoder that keeps to the mask it is told of, and knows three masks of a click alone."""

    def __init__(self, *known):
        self.known = [torch.from_numpy(np.where(k, 8.0, -8.0)) for k in known]

    def from_picture(self, soft):
        return torch.from_numpy(soft * 16.0 - 8.0)

    def full_size(self, logits):
        return logits.numpy() > 0

    def decode(self, features, points, box, before, several):
        masks = self.known if several else [before]
        return Decoded(torch.stack(masks), torch.tensor([0.9, 0.8, 0.7][: len(masks)]))


@pytest.mark.parametrize("given", ["base", "mask"])
def test_where_the_network_keeps_to_the_mask_the_click_alone_decides(given):
    old, part, whole = np.zeros((3, SIDE, SIDE), bool)
    old[4:8, 4:8] = True
    part[4:8, 8:11] = True
    whole[2:20, 2:20] = True
    prompts = Prompts(points=(Point(9, 6),), **{given: Mask.from_array(old)})
    reply = mobile_sam_click.answer(Stubborn(whole, part, whole), None, prompts)
    assert np.array_equal(reply.mask.to_array(), old | part)
    again = Prompts(points=(Point(9, 6), Point(5, 5)), **{given: Mask.from_array(old)})
    assert mobile_sam_click.answer(Stubborn(whole, part, whole), None, again).mask == reply.mask


@pytest.mark.parametrize("positive", [True, False])
def test_a_click_for_which_the_network_has_no_piece_changes_its_own_surroundings(positive):
    old = np.zeros((SIDE, SIDE), bool)
    old[4:12, 4:12] = True
    at = Point(16, 8) if positive else Point(10, 8, False)
    everything = np.ones((SIDE, SIDE), bool)
    prompts = Prompts(points=(at,), base=Mask.from_array(old))
    reply = mobile_sam_click.answer(Stubborn(*[everything] * 3), None, prompts)
    changed = reply.mask.to_array() != old
    rows, columns = np.nonzero(changed)
    assert changed[8, int(at.x)] and np.hypot(rows - 8, columns - at.x).max() < 5
