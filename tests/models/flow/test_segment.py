"""Prompts to masks by the flow engine: what clicks and boxes promise, whatever the picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.errors import PromptError
from vostool.evaluate.generated_clip import generate_clip
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.flow.segment import segment_picture
from vostool.project.prompts import Point, Prompts

CLIP = generate_clip(2, 240, 136)
PICTURE, IDS = CLIP.frames[0], CLIP.ids[0]


def iou(mask, truth):
    return (mask & truth).sum() / (mask | truth).sum()


def box_of(object_id):
    ys, xs = np.nonzero(object_id == IDS)
    return Box(int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)


@pytest.mark.parametrize("object_id", [1, 2, 3])
def test_a_box_finds_the_object_in_it(object_id):
    reply = segment_picture(PICTURE, Prompts(box=box_of(object_id)))
    assert iou(reply.mask.to_array(), object_id == IDS) > 0.8
    assert 0.4 < reply.score <= 1


def test_a_click_finds_most_of_a_plain_object():
    ys, xs = np.nonzero(IDS == 3)
    reply = segment_picture(PICTURE, Prompts(points=(Point(xs.mean(), ys.mean()),)))
    assert iou(reply.mask.to_array(), IDS == 3) > 0.6


point = st.builds(
    Point,
    st.floats(0, 240, allow_nan=False, exclude_max=True),
    st.floats(0, 136, allow_nan=False, exclude_max=True),
    st.booleans(),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(point, min_size=1, max_size=5), st.booleans(), st.booleans())
def test_positive_points_are_inside_and_negative_ones_outside(points, with_box, with_base):
    prompts = Prompts(
        points=tuple(points),
        box=Box(-20, 10.5, 130, 400) if with_box else None,
        base=Mask.from_array(IDS == 1) if with_base else None,
    )
    mask = segment_picture(PICTURE, prompts).mask.to_array()
    assert mask.shape == IDS.shape
    last = {(min(239, int(p.x)), min(135, int(p.y))): p.positive for p in points}
    for (x, y), positive in last.items():
        assert mask[y, x] == positive


def test_points_correct_a_mask_and_leave_the_rest():
    base = (IDS == 1) | (IDS == 3)
    ys, xs = np.nonzero(IDS == 3)
    away = Point(float(xs.mean()), float(ys.mean()), positive=False)
    mask = segment_picture(PICTURE, Prompts(points=(away,), base=Mask.from_array(base)))
    corrected = mask.mask.to_array()
    assert np.array_equal(corrected & (IDS == 1), IDS == 1)
    assert (corrected & (IDS == 3)).sum() < 0.7 * (IDS == 3).sum()


def test_a_point_that_says_what_is_so_changes_nothing():
    base = Mask.from_array(IDS == 1)
    ys, xs = np.nonzero(IDS == 1)
    inside = Point(float(xs.mean()), float(ys.mean()))
    prompts = Prompts(points=(inside, Point(1, 1, False)), base=base)
    assert segment_picture(PICTURE, prompts).mask == base


def test_a_given_mask_stays_as_it_is():
    given_mask = Mask.from_array(IDS == 2)
    reply = segment_picture(PICTURE, Prompts(mask=given_mask))
    assert (reply.mask, reply.score) == (given_mask, 1.0)


def test_a_negative_point_alone_gives_an_empty_mask():
    reply = segment_picture(PICTURE, Prompts(points=(Point(100, 50, False),)))
    assert reply.mask.is_empty
    assert reply.score == 0


def test_same_prompts_same_mask():
    prompts = Prompts(points=(Point(40, 70), Point(200, 20, False)), box=box_of(1))
    assert len({segment_picture(PICTURE, prompts) for _ in range(3)}) == 1


def test_flat_and_tiny_pictures_have_an_answer():
    for shape in ((5, 7, 3), (64, 64, 3)):
        flat = np.full(shape, 90, np.uint8)
        click = segment_picture(flat, Prompts(points=(Point(3, 3),)))
        box = segment_picture(flat, Prompts(box=Box(1, 1, 4, 4)))
        assert click.mask.to_array()[3, 3]
        assert not box.mask.is_empty


def test_prompts_outside_are_refused():
    with pytest.raises(PromptError, match="outside"):
        segment_picture(PICTURE, Prompts(points=(Point(500, 10),)))
    with pytest.raises(PromptError, match="mask is"):
        segment_picture(PICTURE, Prompts(mask=Mask.empty(9, 9)))
