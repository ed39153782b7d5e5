"""Clicks and boxes on an object that is known from another frame."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from vostool.evaluate.array_source import ArraySource
from vostool.masks.box import Box
from vostool.masks.mask import BoolArray, Mask
from vostool.models.engine import Keyframe, SegmentRequest
from vostool.models.mobile_sam.decoder import Decoded, PromptDecoder
from vostool.models.mobile_sam.encoder import Geometry
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.models.mobile_sam.looks import LatestLooks, Looks
from vostool.models.mobile_sam.meant import lone
from vostool.project.prompts import Point, Prompts

HEIGHT, WIDTH = 270, 480
SMALL = Geometry.of(40, 320)
HEAD, BOARD, BELOW, BESIDE = range(4)


def scene(middle: int) -> tuple[np.ndarray, list[BoolArray]]:
    """Four things in a heap, around a column of the picture; the picture and their masks."""
    noise = np.random.default_rng(3).integers(90, 150, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    picture = cv2.GaussianBlur(noise, (0, 0), 3)
    drawn = []
    for part in range(4):
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        if part == HEAD:
            cv2.circle(mask, (middle, 100), 34, 1, -1)
        elif part == BOARD:
            cv2.rectangle(mask, (middle - 70, 142), (middle + 70, 167), 1, -1)
        elif part == BELOW:
            cv2.rectangle(mask, (middle - 40, 168), (middle + 40, 212), 1, -1)
        else:
            cv2.circle(mask, (middle + 90, 152), 26, 1, -1)
        drawn.append(mask > 0)
        picture[drawn[-1]] = ((200, 40, 40), (40, 60, 190), (50, 170, 60), (200, 190, 40))[part]
    for part in range(4):
        for later in drawn[part + 1 :]:
            drawn[part] &= ~later
    return picture, drawn


@pytest.fixture(scope="module")
def heaps(published):
    """An engine on two frames with the heap in other places, and the masks of both."""
    (first, there), (second, here) = scene(120), scene(300)
    engine = MobileSamEngine(published)
    engine.open(ArraySource([first, second]))
    return engine, there, here


def union(parts: list[BoolArray], of: tuple[int, ...]) -> BoolArray:
    return np.any([parts[part] for part in of], 0)


def asked(heaps, of, prompts: Prompts, *, known: bool) -> float:
    """Intersection over union of the second frame's mask with the parts that are the object."""
    engine, there, here = heaps
    key = Keyframe(0, 1, None, Mask.from_array(union(there, of)))
    request = SegmentRequest(1, 1, prompts, looks=(key,) if known else ())
    mask, truth = engine.segment(request).mask.to_array(), union(here, of)
    return float((mask & truth).sum() / (mask | truth).sum())


def click(x: int, y: int) -> Prompts:
    return Prompts((Point(x + 0.5, y + 0.5),))


@pytest.mark.parametrize("place", [(300, 95), (285, 110), (300, 153), (330, 153)])
def test_a_click_on_a_part_means_all_of_a_known_object_and_nothing_beside(heaps, place):
    of = (HEAD, BOARD)
    assert asked(heaps, of, click(*place), known=False) < 0.6
    assert asked(heaps, of, click(*place), known=True) > 0.75


def test_of_all_that_looks_like_the_object_no_choice_is_told_for_it_is_none_of_the_three(heaps):
    engine, there, _ = heaps
    key = Keyframe(0, 1, None, Mask.from_array(union(there, (HEAD, BOARD))))
    whole = engine.segment(SegmentRequest(1, 1, click(300, 95), looks=(key,)))
    assert whole.choice is None
    alone = engine.segment(SegmentRequest(1, 1, click(300, 95)))
    assert alone.choice in (0, 1, 2) and alone.mask != whole.mask


def test_a_click_on_a_known_part_does_not_mean_the_whole(heaps):
    assert asked(heaps, (BOARD,), click(270, 155), known=True) > 0.75


def test_a_click_on_what_does_not_look_like_the_object_is_answered_by_itself(heaps):
    engine, there, here = heaps
    key = Keyframe(0, 1, None, Mask.from_array(there[HEAD]))
    lawn = SegmentRequest(1, 1, click(60, 60))
    alone = engine.segment(lawn).mask
    known = engine.segment(SegmentRequest(1, 1, click(60, 60), looks=(key,))).mask
    assert known.to_array()[60, 60] and alone.to_array()[60, 60]
    assert not (known.to_array() & here[HEAD]).all()


def test_what_is_many_times_as_large_as_the_object_comes_last(network):
    decoder = PromptDecoder(network, SMALL)
    features = torch.randn(1, 256, SMALL.rows, SMALL.columns)
    mask = np.zeros((40, 320), bool)
    mask[10:20, 100:120] = True
    looks = Looks(decoder, features, 1, [(0, features, Mask.from_array(mask))])
    small, large, alike = torch.full((3, 256, 256), -5.0)
    small[8:14, 80:92], large[:30, :200] = 5.0, 5.0
    alike[8:16, 80:96] = 5.0
    masks = torch.stack([small, alike, large])
    assert looks.may_be(masks) == [True, True, False]
    sure_of_the_largest = Decoded(masks, torch.tensor([0.6, 0.6, 0.99]))
    for place in (looks, None):
        _, quality, choice = lone(sure_of_the_largest, Point(110.5, 15.5), place)
        assert (choice == 2) == (quality > 0.9) == (place is None)


def test_a_mask_that_was_chosen_stays_chosen(heaps):
    engine, there, _ = heaps
    key = Keyframe(0, 1, None, Mask.from_array(union(there, (HEAD, BOARD))))
    chosen = Prompts((Point(300.5, 95.5),), choice=0)
    alone = engine.segment(SegmentRequest(1, 1, chosen))
    assert engine.segment(SegmentRequest(1, 1, chosen, looks=(key,))) == alone


def test_a_box_means_the_known_object_in_it_and_not_what_else_fills_it(heaps):
    _, _, here = heaps
    of = (HEAD, BOARD)
    rows, columns = np.nonzero(union(here, of))
    box = Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    alone, known = (asked(heaps, of, Prompts(box=box), known=k) for k in (False, True))
    assert known > 0.95 and known >= alone


def test_points_with_a_box_lie_as_they_are_meant(heaps):
    engine, there, here = heaps
    of = (HEAD, BOARD)
    rows, columns = np.nonzero(union(here, of))
    box = Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    key = Keyframe(0, 1, None, Mask.from_array(union(there, of)))
    points = (Point(300.5, 95.5), Point(310.5, 155.5, positive=False))
    prompts = Prompts(points, box, together=2)
    mask = engine.segment(SegmentRequest(1, 1, prompts, looks=(key,))).mask.to_array()
    assert mask[95, 300] and not mask[155, 310]


def test_what_was_compared_last_is_kept_until_the_frame_or_a_known_mask_is_another(heaps):
    engine, there, _ = heaps
    keys = [Keyframe(0, 1, None, Mask.from_array(there[part])) for part in (HEAD, BOARD)]
    kept = LatestLooks()
    made: list[int] = []

    def looks(frame: int, *known: Keyframe) -> None:
        kept.of(frame, known, lambda: made.append(frame))

    for frame, key in ((1, keys[0]), (1, keys[0]), (1, keys[1]), (2, keys[1]), (2, keys[1])):
        looks(frame, key)
    assert made == [1, 1, 2]
    click_on = click(300, 95)
    answers = [
        engine.segment(SegmentRequest(1, 1, click_on, looks=(key,))).mask
        for key in (keys[0], keys[1], keys[0])
    ]
    assert answers[0] == answers[2]
