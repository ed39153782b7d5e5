"""A click far from the selected mask begins another object; Shift adds it to the selected one."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.strangers import is_stranger

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


def record(*box: int) -> MaskRecord:
    left, top, right, bottom = box
    pixels = np.zeros((720, 1280), bool)
    pixels[top:bottom, left:right] = True
    return MaskRecord(Mask.from_array(pixels), Provenance.PROMPTED, 0.9)


@pytest.mark.parametrize(
    ("at", "stranger"),
    [
        ((250, 370), False),  # inside
        ((320, 370), False),  # a little beside
        ((450, 370), True),  # the next cup
        ((250, 700), True),  # far below
        ((248, 460), False),  # just below
    ],
)
def test_far_is_measured_by_the_mask(at: tuple[int, int], stranger: bool) -> None:
    assert is_stranger(record(200, 300, 300, 440), *at, (1280, 720)) is stranger


def test_nothing_is_far_from_no_mask() -> None:
    empty = MaskRecord(Mask.from_array(np.zeros((720, 1280), bool)), Provenance.PROMPTED, 0.9)
    assert not is_stranger(None, 5, 5, (1280, 720))
    assert not is_stranger(empty, 5, 5, (1280, 720))


def test_a_click_on_another_thing_is_another_object(opened) -> None:
    opened.mark(1, oid=1)
    first = opened.mask(0, 1)
    opened.click_object(2)
    opened.until(lambda: opened.mask(0, 2) is not None)
    assert opened.mask(0, 1) == first
    assert opened.mask(0, 2).mask == opened.truth(0, 2)
    assert len(opened.project.prompts[0, 1].points) == 1
    assert "Shift+click" in opened.status()
    opened.keys("Ctrl+Z")
    assert set(opened.project.objects) == {1}


def test_shift_adds_what_lies_far_to_the_selected_one(opened) -> None:
    opened.mark(1, oid=1)
    opened.click(*opened.middle(2), LEFT, SHIFT)
    opened.until(lambda: len(opened.project.prompts[0, 1].points) == 2)
    assert set(opened.project.objects) == {1}


def test_a_far_negative_click_stays_with_the_selected_one(opened) -> None:
    opened.mark(1, oid=1)
    opened.click(*opened.middle(2), RIGHT)
    opened.until(lambda: len(opened.project.prompts[0, 1].points) == 2)
    assert not opened.project.prompts[0, 1].points[1].positive
