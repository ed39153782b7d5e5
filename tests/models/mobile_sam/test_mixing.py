"""Whom a mask follows, by what the decoder can and by how large the object is."""

from __future__ import annotations

import numpy as np
import pytest

from vostool.models.mobile_sam.mixing import ABLE, Draft, mixed

HEIGHT, WIDTH, PLACES = 80, 160, (8, 16)


def block(side: int) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    mask[10 : 10 + side, 10 : 10 + side] = 1
    return mask


def remembered_share(side: int, able: float) -> float:
    """How much of what the memory alone has comes into the mask."""
    here = block(side)
    elsewhere = np.zeros_like(here)
    elsewhere[70:, 150:] = 1
    draft = Draft(
        here, here, (here + np.maximum(here, elsewhere)) / 2, np.zeros(PLACES, np.float32)
    )
    soft = mixed(draft, 40 * here - 20, 0, able)
    assert soft[15, 15] == pytest.approx(1, abs=1e-4)
    return float(soft[75, 155])


def test_the_memory_counts_where_the_decoder_is_not_able() -> None:
    assert remembered_share(60, ABLE) == pytest.approx(0, abs=1e-4)
    assert remembered_share(60, 0.7) > 0.3


def test_of_an_object_that_is_small_for_the_memory_it_says_little() -> None:
    large, small = remembered_share(60, 0.7), remembered_share(20, 0.7)
    assert 0 < small < large / 4
