"""What is new beside what is known, and what was seen before; by properties and by example."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mask_strategies import masks, sizes

from vostool.errors import UsageError
from vostool.finders.finder import Candidate
from vostool.finders.identity import NewRules, new_things, seen_before
from vostool.finders.looks import Looks, likeness, looks_of
from vostool.masks.box import Box
from vostool.masks.mask import Mask

BOX = Box(0, 0, 1, 1)


def candidate(pixels: np.ndarray, score: float = 0.9, whole: int | None = None) -> Candidate:
    return Candidate(BOX, score, mask=Mask.from_array(pixels), whole=whole)


def block(x0: int, x1: int, height: int = 10, width: int = 40) -> np.ndarray:
    pixels = np.zeros((height, width), bool)
    pixels[:, x0:x1] = True
    return pixels


@st.composite
def scenes(draw):
    shape = draw(sizes)
    known = draw(st.lists(masks(shape), max_size=3))
    found = draw(st.lists(masks(shape), max_size=6))
    wholes = st.one_of(st.none(), st.integers(0, max(len(found) - 1, 0)))
    candidates = [
        candidate(pixels, draw(st.floats(0, 1)), draw(wholes)) for pixels in found
    ]  # fmt: skip
    rules = NewRules(
        draw(st.integers(1, 4)), draw(st.integers(1, 30)), draw(st.floats(0.1, 1)), 0.7
    )
    return known, candidates, rules, draw(st.one_of(st.none(), st.integers(-1, 4)))


@given(scenes())
def test_what_is_new_keeps_the_rules(scene) -> None:
    known, candidates, rules, room = scene
    things = new_things(candidates, [Mask.from_array(m) for m in known], rules, room)
    limit = rules.max_objects if room is None else min(rules.max_objects, room)
    assert len(things) <= max(limit, 0)
    assert len({thing.index for thing in things}) == len(things)
    taken = np.logical_or.reduce(known) if known else np.False_
    for thing in things:
        own, whole = thing.mask.to_array(), candidates[thing.index].mask.to_array()
        assert not (own & taken).any(), "a pixel of two objects"
        assert not (own & ~whole).any()
        assert own.sum() >= rules.min_area
        assert own.sum() >= rules.outside * whole.sum()
        taken = taken | whole


@given(scenes())
def test_what_was_taken_is_not_new_again(scene) -> None:
    known, candidates, rules, _ = scene
    candidates = [replace(each, whole=None) for each in candidates]
    have = [Mask.from_array(m) for m in known]
    first = new_things(candidates, have, rules, 100)
    if len(first) < rules.max_objects:
        assert not new_things(
            candidates, have + [candidates[thing.index].mask for thing in first], rules
        )


def test_the_share_is_that_outside_and_no_iou() -> None:
    known = [Mask.from_array(block(0, 12))]
    rules = NewRules(min_area=50, outside=0.8)
    assert not new_things([candidate(block(9, 19))], known, rules), "70 % lies outside"
    (thing,) = new_things([candidate(block(10, 20))], known, rules)
    assert np.array_equal(thing.mask.to_array(), block(12, 20)), "only what is its own"
    rules = NewRules(min_area=90, outside=0.8)
    assert not new_things([candidate(block(10, 20))], known, rules), "80 pixels of its own"


def test_the_best_stay_by_score_then_by_area() -> None:
    found = [
        candidate(block(0, 5), 0.5),
        candidate(block(6, 20), 0.8),
        candidate(block(21, 38), 0.8),
    ]
    rules = NewRules(max_objects=2, min_area=10)
    assert [thing.index for thing in new_things(found, [], rules)] == [2, 1]
    assert [thing.index for thing in new_things(found, [], rules, room=1)] == [2]
    assert not new_things(found, [], rules, room=0)


def test_a_part_of_what_is_taken_is_not_taken_too() -> None:
    found = [candidate(block(0, 5), 0.99, whole=1), candidate(block(0, 30), 0.6)]
    assert [thing.index for thing in new_things(found, [], NewRules(min_area=10))] == [1]


def test_of_two_of_the_same_one_is_taken() -> None:
    found = [candidate(block(0, 10), 0.7), candidate(block(0, 10), 0.9)]
    assert [thing.index for thing in new_things(found, [], NewRules(min_area=10))] == [1]


@pytest.mark.parametrize(
    "values",
    [{"max_objects": 0}, {"min_area": 0}, {"outside": 0}, {"outside": 1.2}, {"likeness": 0}],
)
def test_values_that_make_no_sense(values) -> None:
    with pytest.raises(UsageError):
        NewRules(**values)


def seen(
    colour: tuple[int, int, int], x: int = 10, side: int = 12, frame: int = 0, label=""
) -> Looks:
    picture = np.full((48, 64, 3), 60, np.uint8)
    mask = np.zeros((48, 64), bool)
    mask[10 : 10 + side, x : x + side] = True
    picture[mask] = colour
    noise = np.random.default_rng(frame).integers(-8, 9, picture.shape)
    picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return looks_of(picture, Mask.from_array(mask), frame, label)


RED, BLUE = (210, 40, 40), (40, 60, 220)


def test_the_same_thing_elsewhere_a_little_darker_and_larger_is_alike() -> None:
    now = seen((190, 35, 38), x=40, side=15, frame=30)
    assert likeness(seen(RED), now) > 0.75
    assert likeness(seen(BLUE), now) < 0.4


def test_place_and_size_count() -> None:
    old = seen(RED)
    near, far = seen(RED, frame=5), seen(RED, x=50, frame=5)
    assert likeness(old, near) > likeness(old, far)
    assert likeness(old, near) > likeness(old, seen(RED, side=30, frame=5))


def test_two_names_are_two_things() -> None:
    assert likeness(seen(RED, label="car"), seen(RED, frame=3, label="dog")) == 0
    assert likeness(seen(RED, label="car"), seen(RED, frame=3)) > 0.75


@given(
    st.lists(st.sampled_from([RED, BLUE, (200, 60, 50)]), max_size=4),
    st.lists(st.sampled_from([RED, BLUE, (70, 80, 210)]), max_size=4),
)
def test_no_object_takes_two_and_no_thing_two_objects(old, new) -> None:
    lost = {number: seen(colour, frame=number) for number, colour in enumerate(old, 3)}
    things = [seen(colour, x=30, frame=20 + i) for i, colour in enumerate(new)]
    pairs = seen_before(lost, things, 0.6)
    taken = [oid for oid, _ in pairs.values()]
    assert len(set(taken)) == len(taken)
    assert set(taken) <= set(lost) and set(pairs) <= set(range(len(things)))
    for index, (oid, alike) in pairs.items():
        assert alike == pytest.approx(likeness(lost[oid], things[index]))
        assert alike >= 0.6
    for index in set(range(len(things))) - set(pairs):
        free = [oid for oid in lost if oid not in taken]
        assert all(likeness(lost[oid], things[index]) < 0.6 for oid in free)
