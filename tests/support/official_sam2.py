"""The official SAM2VideoPredictor as a person would use it, and our engine on the same pixels.

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
from vostool.models.engine import Direction, TrackRequest
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


@contextlib.contextmanager
def recorded(predictor: Any) -> Iterator[list[np.ndarray]]:
    """The logits (1, 1, H, W) of every object that leaves the predictor, in order."""
    seen: list[np.ndarray] = []
    original: Callable[..., Any] = type(predictor)._get_orig_video_res_output

    def record(state, masks):
        result = original(predictor, state, masks)
        seen.extend(result[1].float().numpy().copy()[:, None])
        return result

    predictor._get_orig_video_res_output = record
    try:
        yield seen
    finally:
        del predictor._get_orig_video_res_output


def unread_state(predictor, features, count: int):
    """An official state that reads no picture: our features of each frame are given to it."""
    with pytest.MonkeyPatch.context() as patch:
        module = "sam2.sam2_video_predictor"
        patch.setattr(f"{module}.load_video_frames", lambda **_: (range(count), HEIGHT, WIDTH))
        patch.setattr(predictor, "_get_image_feature", lambda *_, **__: None)
        state = predictor.init_state("")
    state["cached_features"] = features
    return state


def official_prompt(predictor, state, frame, object_id, prompts):
    """As a person's clicks reach the official predictor, one call after the other."""
    masks = None
    if prompts.start_mask is not None:
        array = prompts.start_mask.to_array()
        _, ids, masks = predictor.add_new_mask(state, frame, object_id, array)
    if prompts.base is not None:
        return official_correction(predictor, state, frame, object_id, prompts)
    given = {}
    if prompts.box is not None:
        box = prompts.box
        given["box"] = np.array([box.x0, box.y0, box.x1, box.y1], np.float32)
    if prompts.together:
        given |= official_points(prompts.points[: prompts.together])
    if given:
        _, ids, masks = predictor.add_new_points_or_box(state, frame, object_id, **given)
    for point in prompts.points[prompts.together :]:
        _, ids, masks = predictor.add_new_points_or_box(
            state,
            frame,
            object_id,
            **official_points([point]),
            clear_old_points=False,
        )
    return masks[ids.index(object_id), 0].float().numpy()


def official_points(points):
    """The official arguments for clicks."""
    return {
        "points": np.array([(p.x, p.y) for p in points], np.float32),
        "labels": np.array([int(p.positive) for p in points], np.int32),
    }


def official_correction(predictor, state, frame, object_id, prompts):
    """Clicks on a tracked mask, which brings its own box along unless one lies beside it."""
    for count in range(1, len(prompts.points) + 1):
        points = prompts.points[:count]
        box = box_along(prompts.base, points)
        _, ids, masks = predictor.add_new_points_or_box(
            state,
            frame,
            object_id,
            **official_points(points),
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
