"""What of a new track belongs to a correction."""

from __future__ import annotations

import mask_strategies
import numpy as np
import pytest
from hypothesis import given, settings

from vostool.masks.carry import Change, carry, without_rims
from vostool.masks.crop import difference, intersection, union
from vostool.masks.mask import Mask

ARRAYS = mask_strategies.masks((40, 60))
EMPTY = Mask.empty(120, 160)


def boxes(*places: tuple[int, int, int, int]) -> Mask:
    array = np.zeros((120, 160), bool)
    for x0, y0, x1, y1 in places:
        array[y0:y1, x0:x1] = True
    return Mask.from_array(array)


BODY, HEAD = (40, 40, 70, 90), (50, 20, 62, 40)
AWAY = (120, 10, 140, 30)


@settings(max_examples=80, deadline=None)
@given(ARRAYS, ARRAYS, ARRAYS, ARRAYS)
def test_only_what_the_track_says_changes_and_only_in_the_way_of_the_correction(a, b, c, d) -> None:
    before, after, standing, tracked = (Mask.from_array(each) for each in (a, b, c, d))
    change = Change.between(before, after)
    mask, now = carry(change, standing, tracked)
    assert difference(mask, union(standing, tracked)).is_empty
    assert difference(intersection(standing, tracked), mask).is_empty
    assert now == Change.between(standing, mask, tracked)
    assert now.is_empty == (mask == standing)
    if change.added.is_empty:
        assert difference(mask, standing).is_empty
    if change.taken.is_empty:
        assert difference(standing, mask).is_empty


def test_a_missing_part_is_carried_on_and_moves_with_the_object() -> None:
    change = Change.between(boxes(BODY), boxes(BODY, HEAD))
    moved_body, moved_head = (70, 44, 100, 94), (80, 24, 92, 44)
    standing, tracked = boxes(moved_body), boxes(moved_body, moved_head)
    mask, now = carry(change, standing, tracked)
    assert mask == tracked
    assert now.added == boxes(moved_head) and now.taken.is_empty


def test_what_the_correction_did_not_ask_for_stays() -> None:
    head = Change.between(boxes(BODY), boxes(BODY, HEAD))
    assert carry(head, boxes(BODY, HEAD), EMPTY)[0] == boxes(BODY, HEAD), "it took nothing away"
    assert carry(head, boxes(BODY), boxes(BODY, AWAY))[0] == boxes(BODY), "nor was it there"
    mask, _ = carry(head, boxes(BODY, AWAY), boxes(BODY, HEAD))
    assert mask == boxes(BODY, HEAD, AWAY), "each part by itself"
    nothing = Change.between(boxes(BODY), boxes(BODY))
    assert carry(nothing, boxes(BODY), boxes(AWAY))[0] == boxes(BODY)


def test_a_wrong_part_is_taken_away_until_it_is_gone() -> None:
    change = Change.between(boxes(BODY, AWAY), boxes(BODY))
    mask, now = carry(change, boxes(BODY, AWAY), boxes(BODY))
    assert mask == boxes(BODY) and now.taken == boxes(AWAY)
    mask, now = carry(now, boxes(BODY), boxes(BODY))
    assert mask == boxes(BODY) and now.is_empty


def test_a_rim_does_not_join_what_is_apart() -> None:
    """The new track is a pixel wider all around, and wrong at its foot."""
    change = Change.between(boxes(BODY), boxes(BODY, HEAD))
    wider, foot = (39, 39, 71, 91), (40, 91, 60, 115)
    mask, _ = carry(change, boxes(BODY), boxes(wider, HEAD, foot))
    assert intersection(mask, boxes(foot)).area < 0.1 * boxes(foot).area
    assert difference(boxes(BODY, HEAD), mask).is_empty


def test_an_object_that_was_lost_is_all_added() -> None:
    change = Change.between(EMPTY, boxes(BODY))
    assert carry(change, EMPTY, boxes(BODY))[0] == boxes(BODY)
    assert carry(change, EMPTY, EMPTY) == (EMPTY, Change.between(EMPTY, EMPTY))


@given(ARRAYS, ARRAYS)
def test_without_its_rims_a_change_has_no_more_than_it_had(a, b) -> None:
    change = Change.between(Mask.from_array(a), Mask.from_array(b))
    core = without_rims(change)
    assert difference(core.added, change.added).is_empty
    assert difference(core.taken, change.taken).is_empty
    assert core.seen == change.seen


def test_the_outline_is_a_rim_and_a_part_is_not() -> None:
    wider = (39, 39, 71, 91)
    core = without_rims(Change.between(boxes(BODY), boxes(wider, HEAD)))
    assert core.taken.is_empty
    assert core.added.area == pytest.approx(boxes(HEAD).area, rel=0.2)
    assert intersection(core.added, boxes(HEAD)).area > 0.9 * core.added.area
    assert without_rims(Change.between(boxes(BODY), boxes(wider))).added.is_empty
