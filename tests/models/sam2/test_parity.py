"""The SAM 2 engine against the official SAM2VideoPredictor, same weights, same pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from official_sam2 import (
    BOX,
    CLICKS,
    HEIGHT,
    SIZE,
    TOLERANCE,
    WIDTH,
    assert_equal,
    disc,
    official_prompt,
    official_run,
    official_state,
    our_run,
    recorded,
    request,
    unread_state,
)

from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Keyframe, SegmentRequest
from vostool.models.sam2.build import build_predictor
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.prompt_steps import box_along
from vostool.project.prompts import Point, Prompts


@pytest.fixture(scope="module")
def predictor(tiny_checkpoint):
    spec = MODELS["sam2.1-tiny"]
    return build_predictor(spec, tiny_checkpoint, torch.device("cpu"), image_size=SIZE)


PROMPTS = {
    "one click": Prompts(points=CLICKS[:1]),
    "three clicks": Prompts(points=CLICKS),
    "box": Prompts(box=BOX),
    "box and clicks": Prompts(box=BOX, points=CLICKS),
    "mask": Prompts(mask=disc(30, 60, 20)),
    "mask and clicks": Prompts(mask=disc(30, 60, 20), points=CLICKS[:2]),
    "correction": Prompts(base=disc(34, 60, 25), points=CLICKS[1:]),
    "box and clicks in one call": Prompts(box=BOX, points=CLICKS, together=2),
    "clicks in one call": Prompts(points=CLICKS, together=3),
    "mask and box": Prompts(mask=disc(30, 60, 20), box=BOX),
}


@pytest.mark.parametrize("name", PROMPTS)
def test_prompted_frame_equals_official(name, predictor, jpeg_folder, jpeg_source):
    state = predictor.init_state(str(jpeg_folder))
    theirs = official_prompt(predictor, state, 2, 1, PROMPTS[name])
    engine = Sam2Engine(MODELS["sam2.1-tiny"], predictor)
    engine.open(jpeg_source)

    with recorded(predictor) as seen:
        reply = engine.segment(SegmentRequest(2, 1, PROMPTS[name]))

    assert np.abs(seen[-1][0, 0] - theirs).max() <= TOLERANCE
    assert 0 < reply.mask.area < WIDTH * HEIGHT
    assert np.array_equal(reply.mask.to_array(), theirs > 0)
    assert 0 <= reply.score <= 1


@pytest.mark.parametrize("name", ["three clicks", "box and clicks", "mask"])
def test_forward_run_equals_official(name, predictor, jpeg_folder, jpeg_source):
    keys = [Keyframe(0, 1, PROMPTS[name])]
    theirs = official_run(predictor, official_state(predictor, jpeg_folder, keys), 0, 5)
    (ours,), steps = our_run(predictor, jpeg_source, request(keys))
    assert_equal(ours, theirs)
    assert [step.frame for step in steps] == list(range(6))


def test_backward_run_equals_official(predictor, jpeg_folder, jpeg_source):
    keys = [Keyframe(6, 1, PROMPTS["box"])]
    state = official_state(predictor, jpeg_folder, keys)
    theirs = official_run(predictor, state, 6, 5, reverse=True)
    (ours,), steps = our_run(
        predictor, jpeg_source, request(keys, Direction.BACKWARD, origin=6, first=1, last=21)
    )
    assert_equal(ours, theirs)
    assert [step.frame for step in steps] == [6, 5, 4, 3, 2, 1]


def test_both_ways_over_a_long_clip_equals_official(predictor, jpeg_folder, jpeg_source):
    """Longer than what attention reads (6 memories, 15 pointers), so that dropping is tested."""
    keys = [Keyframe(1, 1, PROMPTS["three clicks"])]
    state = official_state(predictor, jpeg_folder, keys)
    forward = official_run(predictor, state, 1, 21)
    backward = official_run(predictor, state, 1, 21, reverse=True)
    legs, _ = our_run(predictor, jpeg_source, request(keys, Direction.BOTH, 1, 0, 21))
    assert len(legs[0]) == 21
    assert_equal(legs[0], forward)
    assert_equal(legs[1], backward)


def test_both_ways_from_between_keyframes_equals_official(predictor, jpeg_folder, jpeg_source):
    keys = [Keyframe(2, 1, PROMPTS["box"]), Keyframe(20, 1, PROMPTS["one click"])]
    state = official_state(predictor, jpeg_folder, keys)
    forward = official_run(predictor, state, 19, 21)
    backward = official_run(predictor, state, 19, 21, reverse=True)
    legs, _ = our_run(predictor, jpeg_source, request(keys, Direction.BOTH, 19, 0, 21))
    assert_equal(legs[0], forward)
    assert_equal(legs[1], backward)


def test_two_objects_equal_official(predictor, jpeg_folder, jpeg_source):
    keys = [Keyframe(0, 7, PROMPTS["three clicks"]), Keyframe(0, 3, PROMPTS["mask"])]
    theirs = official_run(predictor, official_state(predictor, jpeg_folder, keys), 0, 4)
    (ours,), steps = our_run(predictor, jpeg_source, request(keys, last=4))
    assert_equal(ours, theirs)
    assert set(steps[0].replies) == {3, 7}


def test_a_correction_brings_the_box_of_its_mask_unless_the_object_reaches_farther():
    base = Mask.from_array(np.pad(np.ones((20, 30), bool), ((10, 70), (20, 50))))
    inside, edge, outside = Point(30, 20), Point(50, 30), Point(50.5, 20)
    assert box_along(base, ()) == Box(20, 10, 50, 30)
    assert box_along(base, (inside, edge, Point(90, 90, False))) == Box(20, 10, 50, 30)
    assert box_along(base, (inside, outside)) is None
    assert box_along(Mask.empty(8, 8), (inside,)) is None


def test_later_keyframes_equal_official(predictor, jpeg_folder, jpeg_source):
    """One keyframe is reached by the run, one lies behind its end, one is a confirmed mask."""
    keys = [
        Keyframe(0, 1, PROMPTS["three clicks"]),
        Keyframe(3, 1, PROMPTS["correction"], disc(50, 60, 20)),
        Keyframe(5, 1, None, disc(60, 60, 18)),
        Keyframe(9, 1, PROMPTS["box"]),
    ]
    theirs = official_run(predictor, official_state(predictor, jpeg_folder, keys), 0, 7)
    (ours,), _ = our_run(predictor, jpeg_source, request(keys, last=7))
    assert_equal(ours, theirs)


def test_object_that_begins_later_equals_official_alone(predictor, jpeg_folder, jpeg_source):
    keys = [Keyframe(1, 1, PROMPTS["box"]), Keyframe(3, 2, PROMPTS["three clicks"])]
    theirs = {}
    for key in keys:
        state = official_state(predictor, jpeg_folder, [key])
        theirs |= official_run(predictor, state, key.frame, 6 - key.frame)
    (ours,), steps = our_run(predictor, jpeg_source, request(keys, origin=1, first=1, last=6))
    assert_equal(ours, theirs)
    assert [set(step.replies) for step in steps[:3]] == [{1}, {1}, {1, 2}]


def test_range_inside_the_clip_equals_official(predictor, jpeg_folder, jpeg_source):
    keys = [Keyframe(2, 1, PROMPTS["box"])]
    state = official_state(predictor, jpeg_folder, keys)
    theirs = official_run(predictor, state, 8, 3)
    (ours,), steps = our_run(predictor, jpeg_source, request(keys, origin=8, first=4, last=11))
    assert_equal(ours, theirs)
    assert [step.frame for step in steps] == [8, 9, 10, 11]


def test_bfloat16_equals_official_under_autocast(predictor, jpeg_folder, jpeg_source):
    keys = [Keyframe(0, 1, PROMPTS["box and clicks"])]
    with torch.autocast("cpu", torch.bfloat16):
        theirs = official_run(predictor, official_state(predictor, jpeg_folder, keys), 0, 3)
    (ours,), _ = our_run(predictor, jpeg_source, request(keys, last=3), torch.bfloat16)
    assert_equal(ours, theirs)


def test_sam_2_0_equals_official(tmp_path, jpeg_folder, jpeg_source):
    """The older generation has another config; its random weights are its own."""
    from sam2.build_sam import build_sam2_video_predictor

    spec = MODELS["sam2-tiny"]
    torch.manual_seed(1)
    path = tmp_path / spec.file_name
    torch.save({"model": build_sam2_video_predictor(spec.config, device="cpu").state_dict()}, path)
    older = build_predictor(spec, path, torch.device("cpu"), image_size=SIZE)
    keys = [Keyframe(0, 1, PROMPTS["box and clicks"])]
    theirs = official_run(older, official_state(older, jpeg_folder, keys), 0, 3)
    (ours,), _ = our_run(older, jpeg_source, request(keys, last=3))
    assert_equal(ours, theirs)


def test_segment_in_the_middle_of_a_run_disturbs_nothing(predictor, jpeg_source):
    keys = [Keyframe(0, 1, PROMPTS["three clicks"])]
    (alone,), _ = our_run(predictor, jpeg_source, request(keys))
    engine = Sam2Engine(MODELS["sam2.1-tiny"], predictor, cache_bytes=1)
    engine.open(jpeg_source)
    masks = {}
    for step in engine.track(request(keys), lambda: False):
        masks[step.frame] = step.replies[1].mask
        engine.segment(SegmentRequest(step.frame, 1, PROMPTS["box"]))
        engine.segment(SegmentRequest(12, 1, PROMPTS["one click"]))
    for (frame, _), logits in alone.items():
        assert np.array_equal(masks[frame].to_array(), logits > 0)


def test_full_size_equals_official(tiny_checkpoint, jpeg_source):
    """At the 1024 pixels of the real models: one prompted and one tracked frame.

    Both sides read the same encoder features here to save seconds; that those are equal is what
    the tests at the smaller size and the test of the preprocessing show.
    """
    full = build_predictor(MODELS["sam2.1-tiny"], tiny_checkpoint, torch.device("cpu"))
    assert full.image_size == 1024
    engine = Sam2Engine(MODELS["sam2.1-tiny"], full)
    engine.open(jpeg_source)
    keys = [Keyframe(0, 1, PROMPTS["box and clicks"])]
    (ours,), _ = our_run(full, jpeg_source, request(keys, last=1), engine=engine)
    state = unread_state(full, engine._video.features, 22)
    official_prompt(full, state, 0, 1, keys[0].prompts)
    assert_equal(ours, official_run(full, state, 0, 1))
    assert sorted(jpeg_source.read) == [0, 1]
