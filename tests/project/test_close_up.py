"""Prompts for a part of a frame, and the answer put back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.errors import PromptError
from vostool.masks.box import Box
from vostool.masks.crop import Window, decode_window
from vostool.masks.mask import Mask
from vostool.project.close_up import part_prompts, put_back
from vostool.project.prompts import Point, Prompts

HEIGHT, WIDTH = 60, 80


def mask_of(*boxes: tuple[int, int, int, int]) -> Mask:
    array = np.zeros((HEIGHT, WIDTH), bool)
    for x0, y0, x1, y1 in boxes:
        array[y0:y1, x0:x1] = True
    return Mask.from_array(array)


def test_clicks_in_the_part_go_along_and_others_do_not() -> None:
    window = Window(20, 10, 40, 30)
    old = Prompts((Point(30.5, 20.5), Point(5, 5), Point(21, 39, positive=False)))
    got = part_prompts(mask_of((25, 15, 50, 35)), window, old)
    assert got.points == (Point(10.5, 10.5), Point(1, 29, positive=False))
    assert got.box == Box(5, 5, 30, 25)
    assert got.base == Mask.from_array(decode_window(mask_of((25, 15, 50, 35)), window))
    got.check_inside(window.width, window.height)


def test_without_a_click_the_middle_of_the_mask_is_one() -> None:
    got = part_prompts(mask_of((25, 15, 50, 35)), Window(20, 10, 40, 30))
    (point,) = got.points
    assert point.positive and got.base is not None
    assert got.base.to_array()[int(point.y), int(point.x)]


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        (Window(0, 0, WIDTH, HEIGHT), "zoom in"),
        (Window(20, 10, 10, 30), "zoom out"),
        (Window(0, 0, 20, 20), "No outline"),
        (Window(26, 16, 18, 16), "No outline"),
    ],
)
def test_a_part_that_shows_no_outline_is_refused(window: Window, sentence: str) -> None:
    with pytest.raises(PromptError, match=sentence):
        part_prompts(mask_of((25, 15, 50, 35)), window)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_outside_the_part_nothing_changes(data) -> None:
    bits = st.integers(0, 2**32 - 1)
    rng = np.random.default_rng(data.draw(bits))
    whole = rng.random((12, 9)) < 0.5
    left, top = data.draw(st.integers(0, 8)), data.draw(st.integers(0, 11))
    width, height = data.draw(st.integers(1, 9 - left)), data.draw(st.integers(1, 12 - top))
    part = rng.random((height, width)) < 0.5
    window = Window(left, top, width, height)
    got = put_back(Mask.from_array(whole), window, Mask.from_array(part)).to_array()
    whole[top : top + height, left : left + width] = part
    assert np.array_equal(got, whole)


def test_a_part_of_another_size_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        put_back(mask_of((1, 1, 5, 5)), Window(0, 0, 20, 20), Mask.empty(20, 19))
