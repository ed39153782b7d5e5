"""One thing on several frames keeps its number."""

from __future__ import annotations

import numpy as np

from vostool.finders.finder import Candidate
from vostool.finders.same_things import REMEMBERED, SameThings
from vostool.masks.box import Box
from vostool.masks.mask import Mask

COLOURS = {"red": (220, 30, 30), "blue": (30, 30, 220)}


def scene(**places: int) -> tuple[np.ndarray, list[Candidate]]:
    """Squares of 20 pixels, each at a column, in the order given."""
    picture = np.full((60, 200, 3), 128, np.uint8)
    found = []
    for name, x in places.items():
        pixels = np.zeros((60, 200), bool)
        pixels[20:40, x : x + 20] = True
        picture[pixels] = COLOURS[name]
        found.append(Candidate(Box(x, 20, x + 20, 40), 0.9, "", Mask.from_array(pixels)))
    return picture, found


def test_colours_and_size_say_which_is_which() -> None:
    things = SameThings()
    first = things.numbers(0, *scene(red=10, blue=100))
    second = things.numbers(30, *scene(blue=90, red=30))
    assert second == first[::-1]


def test_what_is_another_thing_has_another_number() -> None:
    things = SameThings()
    (red,) = things.numbers(0, *scene(red=10))
    (blue,) = things.numbers(30, *scene(blue=10))
    assert red != blue
    assert things.numbers(60, *scene(red=10)) == (red,)  # it was seen two looks ago


def test_what_was_long_gone_is_another_thing() -> None:
    things = SameThings()
    (red,) = things.numbers(0, *scene(red=10))
    for number in range(REMEMBERED):
        things.numbers(30 * (number + 1), *scene())
    assert things.numbers(300, *scene(red=10)) != (red,)


def test_a_box_without_a_mask_is_looked_at_as_well() -> None:
    things = SameThings()
    picture, (red,) = scene(red=10)
    number = things.numbers(0, picture, [red])
    assert things.numbers(9, picture, [Candidate(red.box, 0.5)]) == number
