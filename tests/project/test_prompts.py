from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vostool.errors import PromptError
from vostool.masks.box import Box
from vostool.masks.colours import PALETTE, palette_colour
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.objects import AnnotatedObject
from vostool.project.prompts import Point, Prompts, with_box

NUMBERS = st.floats(-1e4, 1e4)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_a_box_from_corners_holds_both_in_order(xa: float, ya: float, xb: float, yb: float) -> None:
    assume(xa != xb and ya != yb)
    box = Box.from_corners(xa, ya, xb, yb)
    assert box.x0 < box.x1 and box.y0 < box.y1
    assert {box.x0, box.x1} == {xa, xb} and {box.y0, box.y1} == {ya, yb}
    assert box == Box.from_corners(xb, yb, xa, ya)


@pytest.mark.parametrize(
    "corners", [(5, 5, 5, 9), (5, 5, 9, 5), (9, 5, 5, 9), (0, 0, float("nan"), 1)]
)
def test_a_box_without_area_is_refused(corners: tuple[float, ...]) -> None:
    with pytest.raises(PromptError, match="has no area"):
        Box(*corners)


def test_empty_means_that_the_person_gave_nothing() -> None:
    mask = Mask.empty(4, 6)
    assert Prompts().is_empty
    assert Prompts(base=mask).is_empty
    assert not Prompts(points=(Point(1, 1),)).is_empty
    assert not Prompts(box=Box(0, 0, 1, 1)).is_empty
    assert not Prompts(mask=mask).is_empty


def test_the_given_mask_goes_before_the_corrected_one() -> None:
    given_mask, base = Mask.empty(4, 6), Mask.empty(6, 4)
    assert Prompts(mask=given_mask, base=base).start_mask is given_mask
    assert Prompts(base=base).start_mask is base
    assert Prompts().start_mask is None


@pytest.mark.parametrize(
    "prompts",
    [
        Prompts(points=(Point(0, 0), Point(59.9, 39.9, False))),
        Prompts(box=Box(-5, -5, 100, 100)),
        Prompts(box=Box(59, 39, 100, 100)),
        Prompts(mask=Mask.empty(40, 60)),
    ],
)
def test_inside(prompts: Prompts) -> None:
    assert prompts.check_inside(60, 40) is None


@pytest.mark.parametrize(
    ("prompts", "words"),
    [
        (Prompts(points=(Point(1, 1), Point(60.5, 1))), "60.5,1 lies outside the 60x40"),
        (Prompts(points=(Point(1, -0.5),)), "1,-0.5 lies outside"),
        (Prompts(points=(Point(float("nan"), 1),)), "lies outside"),
        (Prompts(box=Box(60, 0, 70, 10)), "lies outside the 60x40"),
        (Prompts(box=Box(0, -9, 10, 0)), "lies outside"),
        (Prompts(mask=Mask.empty(60, 40)), "40x60, but the frame is 60x40"),
        (Prompts(points=(Point(1, 1),), base=Mask.empty(4, 4)), "give a mask of the frame's size"),
    ],
)
def test_outside_is_refused_in_one_sentence(prompts: Prompts, words: str) -> None:
    with pytest.raises(PromptError, match=words) as caught:
        prompts.check_inside(60, 40)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@pytest.mark.parametrize("provenance", list(Provenance))
def test_a_box_starts_anew_and_remembers_the_mask_that_it_corrects(provenance: Provenance) -> None:
    box, shown = Box(0, 0, 4, 4), Mask.from_array(np.ones((4, 6), bool))
    prompts = with_box(box, MaskRecord(shown, provenance))
    assert prompts.start_mask is None
    assert prompts.base == (None if provenance is Provenance.PROMPTED else shown)
    lost = with_box(box, MaskRecord(Mask.empty(4, 6), provenance))
    assert lost.base == (None if provenance is Provenance.PROMPTED else Mask.empty(4, 6))
    assert with_box(box) == Prompts(box=box)


def test_neighbouring_objects_have_their_own_colours() -> None:
    assert len(set(PALETTE)) == len(PALETTE)
    assert [palette_colour(n) for n in range(1, len(PALETTE) + 1)] == list(PALETTE)
    assert palette_colour(len(PALETTE) + 1) == PALETTE[0]
    assert AnnotatedObject.new(3, "cat") == AnnotatedObject(3, "cat", PALETTE[2])
