"""A click on a mask changes only the piece that it is about."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.mobile_sam import click as mobile_sam_click
from vostool.models.mobile_sam.decoder import SINGLE, WHOLE, Decoded
from vostool.models.mobile_sam.pieces import centrality, with_click
from vostool.project.prompts import Point, Prompts

SIDE = 24
PICTURES = hnp.arrays(np.bool_, (SIDE, SIDE))
PLACES = st.integers(0, SIDE - 1)


@given(mask=PICTURES, wanted=PICTURES, x=PLACES, y=PLACES, positive=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_click_moves_the_mask_towards_the_other_one_by_one_piece(mask, wanted, x, y, positive):
    changed = with_click(mask, wanted, Point(x + 0.5, y + 0.5, positive))
    if changed is None:
        assert mask[y, x] == positive or wanted[y, x] != positive
        return
    assert changed[y, x] == positive != mask[y, x]
    different = changed != mask
    assert (changed[different] == wanted[different]).all()
    assert (changed[different] == positive).all()
    assert cv2.connectedComponents(different.astype(np.uint8))[0] == 2


def test_pieces_elsewhere_stay_as_they_are():
    mask, wanted = np.zeros((2, SIDE, SIDE), bool)
    mask[4:8, 4:8] = True
    wanted[4:8, 4:12] = True  # grows to the right, loses nothing
    wanted[18:20, 18:20] = True  # and far away
    changed = with_click(mask, wanted, Point(10, 6))
    expected = np.zeros((SIDE, SIDE), bool)
    expected[4:8, 4:12] = True
    assert np.array_equal(changed, expected)


@pytest.mark.parametrize("positive", [True, False])
def test_a_click_at_the_edge_does_not_mean_all_that_lies_behind_it(positive):
    mask = np.zeros((100, 100), bool)
    mask[:, :50] = True
    wanted = mask.copy()
    wanted[55:] = positive  # the network would take all of the lower part, or nothing of it
    at = Point(51.5, 72.5) if positive else Point(48.5, 72.5, False)
    changed = with_click(mask, wanted, at)
    rows, columns = np.nonzero(changed != mask)
    assert len(rows) > 0 and np.hypot(rows - 72, columns - int(at.x)).max() < 9
    deep = Point(75.5, 77.5) if positive else Point(24.5, 77.5, False)
    assert np.array_equal(with_click(mask, wanted, deep), wanted)


def test_a_negative_click_does_not_take_the_most_of_a_mask():
    mask = np.zeros((100, 100), bool)
    mask[10:90, 48:53] = True  # so thin that its thickness says nothing
    changed = with_click(mask, np.zeros_like(mask), Point(50, 50, False))
    assert 0 < np.count_nonzero(mask & ~changed) < 0.2 * np.count_nonzero(mask)


def test_a_thin_piece_is_taken_whole_however_long():
    mask = np.zeros((100, 100), bool)
    mask[10:90, 10:90] = True
    wanted = np.zeros_like(mask)
    wanted[14:86, 14:86] = True  # a seam of 4 pixels all around was too much
    assert np.array_equal(with_click(mask, wanted, Point(12, 50, False)), wanted)


def test_a_mask_of_the_whole_picture_can_be_cut_into():
    wanted = np.zeros((SIDE, SIDE), bool)
    wanted[:, 12:] = True
    changed = with_click(np.ones_like(wanted), wanted, Point(6, 12, False))
    assert np.array_equal(changed, wanted)


def test_a_positive_click_means_the_piece_in_whose_middle_it_lies():
    mask, wanted = np.zeros((2, 100, 100), bool)
    mask[5:15, 5:15] = True
    wanted[40:90, 40:90] = True
    assert centrality(mask, wanted, Point(65.5, 65.5)) == pytest.approx(1, abs=0.05)
    assert np.array_equal(with_click(mask, wanted, Point(65.5, 65.5)), mask | wanted)
    at_its_edge = Point(42.5, 65.5)
    assert centrality(mask, wanted, at_its_edge) < 0.2
    added = with_click(mask, wanted, at_its_edge) & ~mask
    rows, columns = np.nonzero(added)
    assert added[65, 42] and np.hypot(rows - 65, columns - 42).max() < 9
    assert centrality(mask, wanted, Point(20, 65)) is None


class Stubborn:
    """A decoder that keeps to the mask it is told of, and knows three masks of a click alone."""

    def __init__(self, *known):
        self.known = [torch.from_numpy(np.where(k, 8.0, -8.0)) for k in known]

    def from_picture(self, soft):
        return torch.from_numpy(soft * 16.0 - 8.0)

    def full_size(self, logits):
        return logits.numpy() > 0

    def decode(self, features, points, box, before, several):
        masks = self.known if several else [before]
        return Decoded(torch.stack(masks), torch.tensor([0.9, 0.8, 0.7][: len(masks)]))

    def decode_every(self, features, points, box, before):
        return Decoded(torch.stack([before] * 4), torch.tensor([0.9, 0.8, 0.8, 0.8]))


@pytest.mark.parametrize("given", ["base", "mask"])
def test_where_the_network_keeps_to_the_mask_the_click_alone_decides(given):
    old, part, whole = np.zeros((3, SIDE, SIDE), bool)
    old[4:8, 4:8] = True
    part[4:8, 8:11] = True
    whole[2:20, 2:20] = True
    prompts = Prompts(points=(Point(9, 6),), **{given: Mask.from_array(old)})
    reply = mobile_sam_click.answer(Stubborn(whole, part, whole), None, prompts)
    assert np.array_equal(reply.mask.to_array(), old | part)
    again = Prompts(points=(Point(9, 6), Point(5, 5)), **{given: Mask.from_array(old)})
    assert mobile_sam_click.answer(Stubborn(whole, part, whole), None, again).mask == reply.mask


@pytest.mark.parametrize("positive", [True, False])
def test_a_click_for_which_the_network_has_no_piece_changes_its_own_surroundings(positive):
    old = np.zeros((SIDE, SIDE), bool)
    old[4:12, 4:12] = True
    at = Point(16, 8) if positive else Point(10, 8, False)
    everything = np.ones((SIDE, SIDE), bool)
    prompts = Prompts(points=(at,), base=Mask.from_array(old))
    reply = mobile_sam_click.answer(Stubborn(*[everything] * 3), None, prompts)
    changed = reply.mask.to_array() != old
    rows, columns = np.nonzero(changed)
    assert changed[8, int(at.x)] and np.hypot(rows - 8, columns - at.x).max() < 12


class Scripted(Stubborn):
    """A decoder whose single mask and whose largest mask after further clicks are given."""

    def __init__(self, *known, single, whole, quality):
        super().__init__(*known)
        masks = [single, known[0], known[1], whole]
        self.every = torch.stack([torch.from_numpy(np.where(m, 8.0, -8.0)) for m in masks])
        self.quality = torch.tensor([quality[0], 0.99, 0.99, quality[1]])

    def decode_every(self, features, points, box, before):
        return Decoded(self.every, self.quality)


def block(left, right):
    mask = np.zeros((SIDE, SIDE), bool)
    mask[4:20, left:right] = True
    return mask


SPOT, SHELL, INSECT, STONE = block(8, 10), block(8, 14), block(4, 16), block(4, 22)


@pytest.mark.parametrize(
    ("single", "whole", "quality", "place"),
    [
        (SPOT, INSECT, (0.87, 0.77), WHOLE),  # the single mask fell to a part
        (INSECT, SHELL, (0.93, 0.95), SINGLE),
        (INSECT, STONE, (0.90, 0.92), SINGLE),  # the larger one still has the stone
        (STONE, INSECT, (0.92, 0.90), WHOLE),
    ],
)
def test_after_a_click_a_likely_mask_that_is_like_the_one_before_and_holds_all_clicks_is_taken(
    single, whole, quality, place
):
    decoder = Scripted(SPOT, SHELL, STONE, single=single, whole=whole, quality=quality)
    prompts = Prompts((Point(9, 12), Point(19, 12, False)), choice=2)
    reply = mobile_sam_click.answer(decoder, None, prompts)
    assert np.array_equal(reply.mask.to_array(), single if place == SINGLE else whole)
    assert reply.score == pytest.approx(quality[place != SINGLE])


def test_a_correction_takes_the_piece_of_the_answer_that_leaves_most_as_it_is():
    old, beyond = block(4, 14), block(0, 24)
    click = Prompts((Point(15, 12),), base=Mask.from_array(old))
    for single, whole in ((INSECT, beyond), (beyond, INSECT)):
        decoder = Scripted(SPOT, SHELL, STONE, single=single, whole=whole, quality=(0.9, 0.9))
        reply = mobile_sam_click.answer(decoder, None, click)
        assert np.array_equal(reply.mask.to_array(), INSECT)


@pytest.mark.parametrize(
    ("single", "whole", "place"), [(SHELL, INSECT, WHOLE), (INSECT, STONE, SINGLE)]
)
def test_a_box_means_the_mask_that_fills_it(single, whole, place):
    decoder = Scripted(SPOT, SHELL, STONE, single=single, whole=whole, quality=(0.95, 0.93))
    prompts = Prompts(box=Box(4, 4, 16, 20))
    reply = mobile_sam_click.answer(decoder, None, prompts)
    assert np.array_equal(reply.mask.to_array(), INSECT)
    assert reply.score == pytest.approx(0.95 if place == SINGLE else 0.93)


def test_a_box_on_nothing_has_an_answer():
    nothing = np.zeros((SIDE, SIDE), bool)
    decoder = Scripted(SPOT, SHELL, STONE, single=nothing, whole=nothing, quality=(0.1, 0.1))
    assert mobile_sam_click.answer(decoder, None, Prompts(box=Box(4, 4, 16, 20))).mask.is_empty


class Shown(Scripted):
    """Answers a box in one way, and in another way where it is shown a mask."""

    def __init__(self, answer, shown):
        super().__init__(*[answer] * 3, single=answer, whole=answer, quality=(0.9, 0.9))
        self.shown = torch.from_numpy(np.where(shown, 8.0, -8.0))

    def decode_every(self, features, points, box, before):
        masks = self.every if before is None else torch.stack([self.shown] * 4)
        return Decoded(masks, self.quality)


def in_picture(*blocks):
    mask = np.zeros((80, 80), bool)
    for x0, y0, x1, y1 in blocks:
        mask[y0:y1, x0:x1] = True
    return mask


BODY, POST, ARM = (20, 20, 50, 70), (50, 45, 60, 70), (50, 20, 70, 30)
TRACKED = in_picture(BODY)
ROUND_ALL = Box(20, 20, 70, 70)


def boxed(answer, shown, tracked=TRACKED, points=()):
    prompts = Prompts(points, box=ROUND_ALL, base=Mask.from_array(tracked))
    return mobile_sam_click.answer(Shown(answer, shown), None, prompts).mask.to_array()


HOLE = in_picture((25, 40, 35, 50))


@pytest.mark.parametrize(
    ("answer", "shown", "expected"),
    [
        (in_picture(BODY, ARM), in_picture(BODY, ARM), in_picture(BODY, ARM)),
        (in_picture(BODY, ARM), TRACKED, TRACKED),  # a mast that reaches the box as the arm does
        (TRACKED & ~HOLE, TRACKED & ~HOLE, TRACKED),
        (in_picture(BODY, POST, ARM) & ~HOLE, in_picture(BODY, ARM), in_picture(BODY, ARM)),
    ],
)
def test_a_box_on_a_tracked_mask_changes_what_it_asks_for_and_the_network_is_sure_of(
    answer, shown, expected
):
    assert np.array_equal(boxed(answer, shown), expected)


def test_a_box_that_the_tracked_mask_fills_changes_nothing():
    """It says nothing of a wheel's spokes, nor of what shows between the legs of a chair."""
    filled, fits = in_picture(BODY, POST, ARM), in_picture(BODY, ARM)
    assert np.array_equal(boxed(filled, filled, fits), fits)


def test_a_box_beside_the_tracked_mask_starts_anew():
    answer, elsewhere = in_picture(BODY, POST, ARM), in_picture((0, 0, 30, 30))
    assert np.array_equal(boxed(answer, elsewhere, elsewhere), answer)
    assert np.array_equal(boxed(answer, elsewhere, in_picture()), answer)


def test_a_click_after_such_a_box_goes_on_from_what_was_kept():
    click = Point(55.5, 58.5)
    answer = in_picture(BODY, POST, ARM)
    kept, clicked = boxed(answer, TRACKED), boxed(answer, TRACKED, points=(click,))
    assert not kept[58, 55]
    assert clicked[58, 55]
    assert (clicked[kept]).all()


def test_a_box_that_came_with_a_click_corrects_the_tracked_mask():
    shown, anew = in_picture(BODY, ARM), in_picture(BODY, POST, ARM)
    prompts = Prompts((Point(55.5, 25.5),), ROUND_ALL, base=Mask.from_array(TRACKED), together=1)
    reply = mobile_sam_click.answer(Shown(anew, shown), None, prompts)
    assert np.array_equal(reply.mask.to_array(), shown)


def test_a_click_away_from_the_mask_takes_the_piece_that_it_is_in_the_middle_of():
    """The network draws a village behind the pilot, and for the click alone the pilot."""
    wing, pilot = in_picture((20, 5, 60, 20)), in_picture((38, 50, 44, 58))
    village = in_picture((38, 50, 44, 58), (44, 40, 78, 76))
    decoder = Scripted(pilot, pilot, village, single=wing | village, whole=wing | village,
                       quality=(0.9, 0.9))  # fmt: skip
    prompts = Prompts(points=(Point(41, 54),), base=Mask.from_array(wing))
    reply = mobile_sam_click.answer(decoder, None, prompts)
    assert np.array_equal(reply.mask.to_array(), wing | pilot)


def told(points, wanted, together):
    """A mask of most of the picture after points on it, where the network wants another one."""
    decoder = Scripted(wanted, wanted, wanted, single=wanted, whole=wanted, quality=(0.9, 0.9))
    prompts = Prompts(points, base=Mask.from_array(SKIRT), together=together)
    return mobile_sam_click.answer(decoder, None, prompts).mask.to_array()


SKIRT = in_picture((5, 5, 75, 75))
STALK = tuple(Point(40.5, y + 0.5, positive=False) for y in (30, 36, 42, 48))


def test_the_points_of_a_stroke_reach_no_farther_than_to_the_next_one():
    """The network takes a large part of the skirt for the stalk of grass before it."""
    taken = SKIRT & ~told(STALK, SKIRT & ~in_picture((20, 20, 60, 60)), len(STALK))
    rows, columns = np.nonzero(taken)
    assert all(taken[int(p.y), int(p.x)] for p in STALK)
    assert np.abs(columns - 40).max() <= 7 and rows.min() >= 23 and rows.max() <= 55


def test_points_of_both_signs_given_in_one_go_bound_each_other():
    arm = in_picture((75, 30, 80, 50))
    points = (Point(77.5, 33.5), Point(77.5, 45.5, positive=False), Point(70.5, 40.5, False))
    changed = told(points, SKIRT | arm, len(points))
    assert changed[33, 77] and changed[37, 77]
    assert not changed[45:, 75:].any()
    assert told(points[:1], SKIRT | arm, 1)[30:50, 75:].all()


def test_of_points_on_nothing_that_mask_is_taken_which_holds_them():
    """Asked in one call the network draws both ends, one by one only the first."""
    both, one = in_picture((10, 10, 20, 20), (50, 10, 60, 20)), in_picture((10, 10, 20, 20))

    class Joined(Stubborn):
        def decode(self, features, points, box, before, several):
            drawn = np.where(both if len(points) > 1 else one, 8.0, -8.0)
            return Decoded(torch.from_numpy(np.stack([drawn] * 3)), torch.full((3,), 0.8))

    points = (Point(15, 15), Point(55, 15))
    decoder = Joined()
    separate = mobile_sam_click.answer(decoder, None, Prompts(points))
    assert np.array_equal(separate.mask.to_array(), one)
    in_one_go = mobile_sam_click.answer(decoder, None, Prompts(points, together=2))
    assert np.array_equal(in_one_go.mask.to_array(), both)


PERSON, CAP, ROAD = (20, 10, 60, 76), (32, 10, 48, 20), (0, 40, 80, 80)


def refined(first, click, single, whole, quality=(0.9, 0.9)):
    """The mask of a click whose largest mask is ``first``, and of one more click."""
    decoder = Scripted(first, first, first, single=single, whole=whole, quality=quality)
    prompts = Prompts((Point(40, 15), click), choice=2)
    return mobile_sam_click.answer(decoder, None, prompts).mask.to_array()


def test_a_negative_click_in_the_very_middle_of_a_mask_says_that_it_is_something_else():
    person, cap = in_picture(PERSON), in_picture(CAP)
    less = person & ~in_picture((30, 30, 50, 60))
    torso, shoe = Point(40.5, 43.5, positive=False), Point(23.5, 73.5, positive=False)
    assert np.array_equal(refined(person, torso, cap, less), cap)
    # Beside the middle it takes away, and what is likest to the mask before is preferred.
    unshod = person & ~in_picture((20, 70, 27, 76))
    assert np.array_equal(refined(person, shoe, cap, unshod), unshod)


def test_a_click_at_the_edge_of_what_the_network_would_change_brings_its_own_piece_alone():
    person, both = in_picture(PERSON), in_picture(PERSON, ROAD)
    at = Point(61.5, 60.5)
    brought = refined(person, at, both, both) & ~person
    rows, columns = np.nonzero(brought)
    assert brought[60, 61] and np.hypot(rows - 60, columns - 61).max() < 9
    bag = in_picture(PERSON, (60, 30, 76, 50))
    assert np.array_equal(refined(person, Point(68.5, 40.5), bag, bag), bag)


def test_a_stroke_goes_along_the_object_and_does_not_mean_what_that_is_a_part_of():
    """In one call the network is surer of the person, one by one it draws the cap."""
    person, cap = in_picture(PERSON), in_picture(CAP)

    class Surer(Stubborn):
        def decode(self, features, points, box, before, several):
            drawn = np.where(person if len(points) > 1 else cap, 8.0, -8.0)
            return Decoded(torch.from_numpy(np.stack([drawn] * 3)), torch.full((3,), 0.95))

        def decode_every(self, features, points, box, before):
            return Decoded(torch.stack([before] * 4), torch.tensor([0.8, 0.7, 0.7, 0.7]))

    def told(*places):
        prompts = Prompts(tuple(Point(*place) for place in places), together=len(places))
        return mobile_sam_click.answer(Surer(), None, prompts).mask.to_array()

    assert np.array_equal(told((34, 15), (46, 15)), cap)
    assert np.array_equal(told((40, 12), (40, 70)), person)  # a stroke along all of the person
    later = Prompts((Point(34, 15), Point(46, 15), Point(40, 17)), together=2)
    assert np.array_equal(mobile_sam_click.answer(Surer(), None, later).mask.to_array(), cap)


def test_the_points_of_a_stroke_lie_in_the_middle_of_nothing():
    person, both = in_picture(PERSON), in_picture(PERSON, ROAD)
    at_the_edge = (Point(40, 15), Point(61.5, 60.5))

    class Blank(Scripted):
        def decode(self, features, points, box, before, several):
            return super().decode(features, points, box, torch.full((80, 80), -8.0), several)

    decoder = Blank(*[person] * 3, single=both, whole=both, quality=(0.9, 0.9))
    stroke = mobile_sam_click.answer(decoder, None, Prompts(at_the_edge, together=2))
    assert np.array_equal(stroke.mask.to_array(), both)
    clicks = mobile_sam_click.answer(decoder, None, Prompts(at_the_edge))
    assert person.sum() < clicks.mask.area < both.sum()


def test_a_further_click_asks_the_network_once_for_each_new_step():
    calls: list[int] = []

    class Counting(Scripted):
        def decode_every(self, features, points, box, before):
            calls.append(len(points))
            return super().decode_every(features, points, box, before)

    person = in_picture(PERSON)
    decoder = Counting(*[person] * 3, single=person, whole=person, quality=(0.9, 0.9))
    points = tuple(Point(40, y) for y in (15, 25, 35, 45))
    kept = mobile_sam_click.LatestAnswers()
    kept.begin("a frame")
    replies = [
        mobile_sam_click.answer(decoder, None, Prompts(points[:count]), kept=kept)
        for count in (1, 2, 3, 4, 4)
    ]
    assert calls == [2, 3, 4]
    assert replies[-1] == mobile_sam_click.answer(decoder, None, Prompts(points))
    kept.begin("another")
    calls.clear()
    mobile_sam_click.answer(decoder, None, Prompts(points), kept=kept)
    assert calls == [2, 3, 4]


def on_a_thing(click, *more, thing=PERSON, single=PERSON, quality=0.9):
    """What clicks leave of a mask of a person, where the network knows of one thing there."""
    known, shown = in_picture(thing), in_picture(single)
    decoder = Scripted(known, known, known, single=shown, whole=shown, quality=(quality, quality))
    prompts = Prompts((click, *more), base=Mask.from_array(in_picture(PERSON)))
    return mobile_sam_click.answer(decoder, None, prompts).mask


TORSO = Point(40.5, 43.5, positive=False)


def test_a_negative_click_in_the_middle_of_what_is_one_thing_says_that_the_object_is_not_there():
    assert on_a_thing(TORSO).is_empty
    assert not on_a_thing(Point(25.5, 43.5, positive=False)).is_empty  # at its edge
    assert not on_a_thing(TORSO, thing=(30, 30, 50, 56)).is_empty  # a part of it is a thing
    assert not on_a_thing(TORSO, single=CAP).is_empty  # the network can do without
    assert on_a_thing(TORSO, single=CAP, quality=0.6).is_empty  # but does not believe it


def test_a_stroke_that_also_says_what_belongs_to_the_object_does_not_say_that_it_is_absent():
    known = in_picture(PERSON)
    decoder = Scripted(known, known, known, single=known, whole=known, quality=(0.9, 0.9))
    points = (TORSO, Point(30.5, 20.5))
    prompts = Prompts(points, base=Mask.from_array(known), together=2)
    assert not mobile_sam_click.answer(decoder, None, prompts).mask.is_empty


def test_after_that_a_positive_click_begins_anew():
    found = on_a_thing(TORSO, Point(10, 10), thing=(5, 5, 70, 78))
    assert np.array_equal(found.to_array(), in_picture((5, 5, 70, 78)))
