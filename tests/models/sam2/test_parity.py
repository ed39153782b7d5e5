"""The SAM 2 engine against the official SAM2VideoPredictor, same weights, same pixels.

The logits at the frame's size are compared, before thresholding: both sides call the predictor's
`_get_orig_video_res_output` last, and a recorder around it keeps what each got.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Keyframe, SegmentRequest, TrackRequest
from vostool.models.sam2.build import build_predictor
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.prompt_steps import box_along
from vostool.project.prompts import Point, Prompts

SIZE = 128
TOLERANCE = 1e-4
HEIGHT, WIDTH = 120, 160

CLICKS = (Point(30, 60), Point(100.5, 20.25, positive=False), Point(40, 52))
BOX = Box(8, 36, 50, 80)
Logits = dict[tuple[int, int], np.ndarray]


def disc(x: int, y: int, radius: int) -> Mask:
    ys, xs = np.mgrid[:HEIGHT, :WIDTH]
    return Mask.from_array((xs - x) ** 2 + (ys - y) ** 2 <= radius**2)


@pytest.fixture(scope="module")
def predictor(tiny_checkpoint):
    spec = MODELS["sam2.1-tiny"]
    return build_predictor(spec, tiny_checkpoint, torch.device("cpu"), image_size=SIZE)


@contextlib.contextmanager
def recorded(predictor: Any) -> Iterator[list[np.ndarray]]:
    """Every tensor of logits that leaves the predictor, in order."""
    seen: list[np.ndarray] = []
    original: Callable[..., Any] = type(predictor)._get_orig_video_res_output

    def record(state, masks):
        result = original(predictor, state, masks)
        seen.append(result[1].float().numpy().copy())
        return result

    predictor._get_orig_video_res_output = record
    try:
        yield seen
    finally:
        del predictor._get_orig_video_res_output


def official_prompt(predictor, state, frame, object_id, prompts):
    """As a person's clicks reach the official predictor, one call after the other."""
    masks = None
    if prompts.start_mask is not None:
        array = prompts.start_mask.to_array()
        _, ids, masks = predictor.add_new_mask(state, frame, object_id, array)
    if prompts.base is not None:
        return official_correction(predictor, state, frame, object_id, prompts)
    if prompts.box is not None:
        box = np.array([prompts.box.x0, prompts.box.y0, prompts.box.x1, prompts.box.y1], np.float32)
        _, ids, masks = predictor.add_new_points_or_box(state, frame, object_id, box=box)
    for point in prompts.points:
        _, ids, masks = predictor.add_new_points_or_box(
            state,
            frame,
            object_id,
            points=np.array([[point.x, point.y]], np.float32),
            labels=np.array([int(point.positive)], np.int32),
            clear_old_points=False,
        )
    return masks[ids.index(object_id), 0].float().numpy()


def official_correction(predictor, state, frame, object_id, prompts):
    """Clicks on a tracked mask, which brings its own box along unless one lies beside it."""
    for count in range(1, len(prompts.points) + 1):
        points = prompts.points[:count]
        box = box_along(prompts.base, points)
        _, ids, masks = predictor.add_new_points_or_box(
            state,
            frame,
            object_id,
            points=np.array([(p.x, p.y) for p in points], np.float32),
            labels=np.array([int(p.positive) for p in points], np.int32),
            box=None if box is None else np.array([box.x0, box.y0, box.x1, box.y1], np.float32),
        )
    return masks[ids.index(object_id), 0].float().numpy()


def official_state(predictor, folder, keyframes):
    state = predictor.init_state(str(folder))
    for key in keyframes:
        prompts = key.prompts if key.prompts is not None else Prompts(mask=key.mask)
        official_prompt(predictor, state, key.frame, key.object_id, prompts)
    return state


def official_run(predictor, state, start, frames, reverse=False) -> Logits:
    found = {}
    steps = predictor.propagate_in_video(
        state, start_frame_idx=start, max_frame_num_to_track=frames, reverse=reverse
    )
    for frame, ids, masks in steps:
        for number, object_id in enumerate(ids):
            found[frame, object_id] = masks[number, 0].float().numpy().copy()
    return found


def our_run(predictor, source, request, dtype=torch.float32, engine=None):
    """(logits by leg and (frame, object), the steps)."""
    if engine is None:
        engine = Sam2Engine(MODELS["sam2.1-tiny"], predictor, dtype)
        engine.open(source)
    steps, legs, last = [], [{}], -1
    run = engine.track(request, lambda: False)
    while True:
        with recorded(predictor) as seen:
            step = next(run, None)
        if step is None:
            return legs, steps
        if request.direction is Direction.BOTH and len(legs) == 1 and step.frame < last:
            legs.append({})
        last = step.frame
        steps.append(step)
        # Preparing a run prompts the keyframes, which records too; the replies come last.
        for object_id, logits in zip(
            step.replies, seen[len(seen) - len(step.replies) :], strict=True
        ):
            legs[-1][step.frame, object_id] = logits[0, 0]


def assert_equal(ours: Logits, theirs: Logits) -> float:
    assert ours.keys() == theirs.keys()
    assert len({int((logits > 0).sum()) for logits in ours.values()}) > 1, "masks say nothing"
    for logits in ours.values():
        assert 0 < (logits > 0).sum() < logits.size
    worst = max(float(np.abs(ours[key] - theirs[key]).max()) for key in ours)
    assert worst <= TOLERANCE
    return worst


def request(keys, direction=Direction.FORWARD, origin=0, first=0, last=5) -> TrackRequest:
    return TrackRequest(tuple(keys), direction, origin, first, last)


PROMPTS = {
    "one click": Prompts(points=CLICKS[:1]),
    "three clicks": Prompts(points=CLICKS),
    "box": Prompts(box=BOX),
    "box and clicks": Prompts(box=BOX, points=CLICKS),
    "mask": Prompts(mask=disc(30, 60, 20)),
    "mask and clicks": Prompts(mask=disc(30, 60, 20), points=CLICKS[:2]),
    "correction": Prompts(base=disc(34, 60, 25), points=CLICKS[1:]),
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


def test_full_size_equals_official(tiny_checkpoint, jpeg_folder, jpeg_source):
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
    with pytest.MonkeyPatch.context() as patch:
        module = "sam2.sam2_video_predictor"
        patch.setattr(f"{module}.load_video_frames", lambda **_: (range(22), HEIGHT, WIDTH))
        patch.setattr(full, "_get_image_feature", lambda *_, **__: None)
        state = full.init_state(str(jpeg_folder))
    state["cached_features"] = engine._video.features
    official_prompt(full, state, 0, 1, keys[0].prompts)
    assert_equal(ours, official_run(full, state, 0, 1))
    assert jpeg_source.read == [0, 1]
