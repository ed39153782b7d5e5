"""Everything on a frame of drawn shapes: what is found, what is not asked twice, what is a part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shape_engine import Shape, ShapeEngine

from vostool.errors import ModelError, UsageError
from vostool.finders.choice import Choice, overlaps_of, shown
from vostool.finders.everything.finder import EverythingFinder
from vostool.finders.finder import Grid, Question, View, Way, last_look
from vostool.finders.registry import best_finder, create_finder
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.flow.engine import FlowEngine

HEIGHT, WIDTH = 240, 320
MEADOW = Shape((20, 90, 20), (0, 0, WIDTH, HEIGHT), 0.9)
CAR = Shape((200, 30, 30), (40, 100, 160, 80), 0.93)
WHEEL = Shape((10, 10, 10), (60, 130, 44, 44), 0.97, round=True)
STONE = Shape((120, 120, 120), (250, 40, 16, 16), 0.95)
EVERYTHING = Question(Way.EVERYTHING)


def engine(*shapes: Shape) -> ShapeEngine:
    return ShapeEngine(shapes, HEIGHT, WIDTH)


def found(made: ShapeEngine, question: Question = EVERYTHING, **view: object):
    seen = View(0, made.picture, made, **view)  # type: ignore[arg-type]
    return last_look(EverythingFinder(), seen, question)


def best_iou(candidates, shape: Shape) -> float:
    truth = Mask.from_array(shape.pixels(HEIGHT, WIDTH))
    return max((c.mask.iou(truth) for c in candidates), default=0.0)


def test_a_wheel_is_told_as_a_part_of_its_car_and_a_person_can_take_either():
    candidates = found(engine(MEADOW, CAR, WHEEL))
    assert len(candidates) == 3
    assert all(best_iou(candidates, s) > 0.9 for s in (MEADOW, CAR, WHEEL))
    wheel = max(candidates, key=lambda c: c.score)
    car = candidates[wheel.whole]
    assert car.mask.iou(Mask.from_array(CAR.pixels(HEIGHT, WIDTH))) > 0.9
    assert car.whole is None  # what nearly fills the picture is ground, not a whole
    overlaps = overlaps_of(candidates, HEIGHT, WIDTH)
    place = candidates.index(wheel)
    assert place not in shown(candidates, Choice(), overlaps)
    assert place in shown(candidates, Choice(parts=True), overlaps)


def test_a_second_look_asks_only_where_nothing_lies_yet():
    patient, thorough = engine(MEADOW, CAR), engine(MEADOW, CAR)
    some = found(patient)
    every = found(thorough, Question(Way.EVERYTHING, grid=Grid(second_look=False)))
    assert len(thorough.asked) == 256
    assert 2 * len(patient.asked) < 256
    assert len(some) == len(every) == 2


def test_what_no_mask_is_sure_of_is_asked_again_more_densely():
    vague = replace(MEADOW, quality=0.4)
    made = engine(vague, STONE)
    assert best_iou(found(made), STONE) > 0.9
    assert len(made.asked) > 250


def test_crops_find_what_lies_between_the_points():
    pebble = Shape((250, 250, 250), (170, 62, 6, 6))
    made = engine(MEADOW, pebble)
    coarse = Grid(points_per_side=8, second_look=False)
    assert best_iou(found(made, Question(Way.EVERYTHING, grid=coarse)), pebble) < 0.1
    crops = replace(coarse, points_per_side=32, crop_layers=2)
    again = found(made, Question(Way.EVERYTHING, grid=crops))
    assert best_iou(again, pebble) > 0.5
    assert len(made.pictures) == 4 + 16
    assert len([c for c in again if c.mask.iou(again[0].mask) > 0.9]) == 1


def test_within_a_box_only_what_lies_in_it_is_found_from_a_close_up_where_it_is_small():
    made = engine(MEADOW, CAR, STONE)
    candidates = found(made, Question(Way.EVERYTHING, within=Box(235, 25, 285, 75)))
    assert [best_iou(candidates, s) > 0.8 for s in (STONE, CAR, MEADOW)] == [True, False, False]
    assert made.pictures == [(76, 74)] or made.pictures == [(74, 74)]
    wide = found(engine(MEADOW, CAR, STONE), Question(Way.EVERYTHING, within=Box(20, 80, 250, 200)))
    assert [best_iou(wide, s) > 0.8 for s in (CAR, STONE, MEADOW)] == [True, False, False]


def test_nothing_is_asked_inside_what_is_known():
    made = engine(MEADOW, CAR)
    car = Mask.from_array(CAR.pixels(HEIGHT, WIDTH))
    candidates = found(made, known=(car,))
    assert best_iou(candidates, CAR) < 0.5
    pixels = car.to_array()
    assert not any(pixels[int(y), int(x)] for x, y in made.asked)


def test_looks_grow_and_the_last_one_has_done_all():
    made = engine(MEADOW, CAR, WHEEL)
    looks = list(EverythingFinder().find(View(0, made.picture, made), EVERYTHING))
    assert [look.done for look in looks] == sorted(look.done for look in looks)
    assert looks[0].done == 0
    assert looks[-1].done == looks[-1].total == 16 + 64 + 256
    assert looks[1].candidates


@pytest.mark.parametrize("grid", [Grid(0), Grid(1000), Grid(16, 9)])
def test_grids_that_make_no_sense(grid: Grid):
    with pytest.raises(UsageError):
        found(engine(MEADOW), Question(Way.EVERYTHING, grid=grid))


def test_an_engine_is_needed_that_can_be_asked():
    picture = np.zeros((40, 40, 3), np.uint8)
    with pytest.raises(ModelError, match="needs an engine; choose MobileSAM or SAM 2"):
        last_look(EverythingFinder(), View(0, picture), EVERYTHING)
    with pytest.raises(ModelError, match="cannot look for everything; choose MobileSAM or SAM 2"):
        last_look(EverythingFinder(), View(0, picture, FlowEngine()), EVERYTHING)


def test_it_is_in_the_list_and_needs_no_checkpoint():
    spec = best_finder(Way.EVERYTHING)
    assert (spec.name, spec.status().problem) == ("everything", None)
    assert create_finder("everything").info.ways == (Way.EVERYTHING,)
