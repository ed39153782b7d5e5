"""Which candidates are shown, and how fast a slider is answered."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from vostool.errors import UsageError
from vostool.finders.choice import Choice, groups, overlaps_of, shown, wholes_of
from vostool.finders.finder import Candidate
from vostool.masks.box import Box
from vostool.masks.mask import Mask

HEIGHT, WIDTH = 100, 200


def square(x: int, y: int, side: int, score: float = 0.9, **more: object) -> Candidate:
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[y : y + side, x : x + side] = True
    box = Box(x, y, x + side, y + side)
    return Candidate(box, score, mask=Mask.from_array(pixels), **more)  # type: ignore[arg-type]


def chosen(candidates: list[Candidate], **values: object) -> tuple[int, ...]:
    choice = Choice(**{"smallest_area": 0, **values})  # type: ignore[arg-type]
    return shown(candidates, choice, overlaps_of(candidates, HEIGHT, WIDTH))


def test_each_threshold_leaves_out_what_is_below_it():
    good = square(0, 0, 20)
    assert chosen([good]) == (0,)
    assert chosen([good, square(50, 0, 20, score=0.6)]) == (0,)
    assert chosen([good, replace(square(50, 0, 20), text_score=0.2)]) == (0,)
    assert chosen([good, replace(square(50, 0, 20), stability=0.5)]) == (0,)
    assert chosen([good, square(50, 0, 10)], smallest_area=101) == (0,)
    assert chosen([good, square(50, 0, 100)], box_size_threshold=0.4) == (0,)


def test_ground_is_what_nobody_named_and_fills_or_crosses_the_picture():
    thing, filling = square(50, 10, 40), replace(square(0, 0, 100), box=Box(0, 0, 170, 100))
    crossing = replace(square(5, 5, 60), box=Box(1, 60, 199, 80))  # the left edge to the right one
    upright = replace(square(9, 20, 50), box=Box(100, 0, 120, 100))
    named = replace(crossing, label="meadow", mask=square(150, 50, 40).mask)
    many = [thing, filling, crossing, upright, named]
    assert sorted(chosen(many, ground=False, overlap=1.0)) == [0, 4]
    assert sorted(chosen(many, overlap=1.0)) == [0, 1, 2, 3, 4]
    assert not chosen([], ground=False)


def test_the_best_of_too_many_are_shown():
    many = [square(20 * i, 0, 10, score=0.8 + i / 100) for i in range(5)]
    assert chosen(many, largest_number=2) == (4, 3)


def test_of_two_that_overlap_the_better_is_shown_and_less_overlap_shows_more():
    worse, better = square(0, 0, 20, 0.85), square(2, 0, 20, 0.95)  # IoU 18/22
    assert chosen([worse, better]) == (1,)
    assert chosen([worse, better], overlap=0.9) == (1, 0)


def test_two_names_for_one_place_are_both_shown():
    assert set(chosen([square(0, 0, 20, label="dog"), square(0, 0, 20, label="pet")])) == {0, 1}


def test_parts_wait_behind_their_whole_until_they_are_asked_for_or_it_is_not_shown():
    wheel = square(10, 10, 20, 0.95, whole=1)
    car = square(0, 0, 90, 0.85)
    assert chosen([wheel, car]) == (1,)
    assert chosen([wheel, car], parts=True) == (1, 0)
    assert chosen([wheel, car], score=0.9) == (0,)


def test_groups_go_up_to_the_outermost_whole_and_a_circle_ends():
    hub, wheel, car = (
        square(15, 15, 5, whole=1),
        square(10, 10, 20, whole=2),
        square(0, 0, 90),
    )
    assert wholes_of([hub, wheel, car], 0) == (1, 2)
    assert groups([hub, wheel, car]) == {2: (0, 1)}
    assert wholes_of([square(0, 0, 9, whole=1), square(0, 0, 9, whole=0)], 0) == (1,)


def test_boxes_without_masks_are_compared_as_they_are():
    two = [Candidate(Box(0, 0, 50, 50), 0.9), Candidate(Box(-5, 0, 48, 50), 0.8)]
    assert chosen(two) == (0,)
    assert chosen(two, overlap=0.99) == (0, 1)
    assert chosen([]) == ()


@pytest.mark.parametrize("value", [{"score": 1.5}, {"overlap": -0.1}, {"largest_number": 0}])
def test_values_that_make_no_sense(value: dict[str, float]):
    with pytest.raises(UsageError):
        Choice(**value)  # type: ignore[arg-type]


def test_a_hundred_candidates_are_chosen_from_within_50_ms():
    rng = np.random.default_rng(0)
    many = [
        square(int(x), int(y), int(side), float(score))
        for x, y, side, score in zip(
            rng.integers(0, 150, 100), rng.integers(0, 60, 100),
            rng.integers(5, 40, 100), rng.uniform(0.5, 1, 100), strict=True,
        )
    ]  # fmt: skip
    overlaps = overlaps_of(many, HEIGHT, WIDTH)
    took = []
    for score in (0.5, 0.6, 0.7, 0.8, 0.9):
        start = time.perf_counter()
        shown(many, Choice(score=score, smallest_area=0), overlaps)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.05


def test_of_equal_scores_the_steadier_and_the_larger_come_first():
    large, small = square(0, 0, 80, 0.9), square(100, 0, 10, 0.9)
    shaky = square(100, 40, 50, 0.9, stability=0.8)
    assert chosen([shaky, small, large]) == (2, 0, 1)
    assert chosen([square(0, 0, 40, 0.8), square(100, 0, 30, 0.95)]) == (1, 0)


def test_more_than_a_byte_holds_are_chosen_from() -> None:
    """numpy 2 lets pycocotools count the areas of 255 masks at most."""
    many = []
    for number in range(300):
        x, y = 3 * (number % 20), 2 * (number // 20)
        pixels = np.zeros((40, 60), np.bool_)
        pixels[y : y + 2, x : x + 3] = True
        many.append(Candidate(Box(x, y, x + 3, y + 2), 0.9, mask=Mask.from_array(pixels)))
    overlaps = overlaps_of(many, 40, 60)
    assert overlaps.areas.tolist() == [6] * 300
    choice = Choice(smallest_area=1, largest_number=400)
    assert sorted(shown(many, choice, overlaps)) == list(range(300))
