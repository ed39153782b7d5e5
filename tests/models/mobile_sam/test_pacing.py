"""Quality "fast": which frames go through the encoder, counted with a scripted one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from torch.nn.functional import avg_pool2d, pixel_shuffle, pixel_unshuffle

from vostool.evaluate.array_source import ArraySource
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Keyframe, TrackRequest
from vostool.models.mobile_sam.decoder import Decoded, PromptDecoder
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.models.mobile_sam.network import MobileSam, ready
from vostool.models.mobile_sam.pacing import MOST_CARRIED

WIDTH, HEIGHT, RADIUS, FRAMES = 256, 128, 24, 13
GROUND = (
    cv2.GaussianBlur(
        np.random.default_rng(2).integers(0, 256, (HEIGHT, WIDTH), np.uint8), (0, 0), 2
    ).astype(np.float32)
    - 128
)
"""A texture, so that flow sees what moves."""


def picture(x: float | None) -> np.ndarray:
    """A red disc, whose texture goes along, on green; or the green alone."""
    frame = np.array((40, 130, 50)) + GROUND[..., None]
    if x is not None:
        moved = np.roll(GROUND.T, (round(x), 40), (0, 1)).T[..., None]
        frame = np.where(disc(x).to_array()[..., None], np.array((200, 40, 40)) + moved, frame)
    return np.asarray(frame.clip(0, 255), np.uint8)


def disc(x: float) -> Mask:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(mask, (round(x), HEIGHT // 2), RADIUS, 1, -1)
    return Mask.from_array(mask > 0)


def encode(pixels: torch.Tensor, _stop: object = None) -> dict[str, list[torch.Tensor]]:
    """Colours as features; the finer red, small, for the scripted decoder."""
    coarse = avg_pool2d(pixels, 16)
    red = pixel_unshuffle(avg_pool2d(pixels[:, :1] - pixels[:, 1:2], 4), 4)
    features = torch.zeros(1, 256, *coarse.shape[2:])
    features[:, :3], features[:, 3:19] = coarse, red / 100
    return {"backbone_fpn": [features[:, :, :32, :64].half()], "vision_pos_enc": []}


def decode_all(_decoder, features, prompts, _before=None):
    """The red of the whole frame, for each prompt."""
    logits = 300 * pixel_shuffle(features[:, 3:19].float(), 4)[0]
    return [Decoded(logits.repeat(3, 1, 1), torch.ones(3)) for _ in prompts]


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return ready(MobileSam())


@pytest.fixture
def opened(monkeypatch, network):
    monkeypatch.setattr(PromptDecoder, "decode_all", decode_all)

    def make(places, quality="fast"):
        engine = MobileSamEngine(network, quality=quality)
        engine.open(ArraySource([picture(x) for x in places]))
        engine._video.features._encode = encode
        return engine

    return make


def track(engine, places, direction, *given):
    keys = tuple(Keyframe(frame, 1, None, disc(places[frame])) for frame in given)
    request = TrackRequest(keys, direction, given[0], 0, len(places) - 1)
    steps = {step.frame: step for step in engine.track(request, lambda: False)}
    return {frame: step.replies[1].mask for frame, step in steps.items()}


def encoded(engine, count=FRAMES):
    features = engine._video.features
    held = [frame for frame in range(count) if features.holds(frame)]
    assert features.encoded == len(held)  # no frame twice
    return held


def overlap(mask, truth):
    one, other = mask.to_array(), truth.to_array()
    return (one & other).sum() / (one | other).sum()


SLOW = [60 + 2 * n for n in range(FRAMES)]


@pytest.mark.parametrize("forward", [True, False])
def test_flow_carries_the_frames_between_those_that_are_encoded(opened, forward):
    engine = opened(SLOW)
    origin = 0 if forward else FRAMES - 1
    direction = Direction.FORWARD if forward else Direction.BACKWARD
    masks = track(engine, SLOW, direction, origin)
    held = encoded(engine)
    assert origin in held
    assert len(held) < 2 * FRAMES / 3
    assert max(np.diff([*held, FRAMES - 1 if forward else held[-1]])) <= MOST_CARRIED + 1
    assert min(overlap(masks[f], disc(SLOW[f])) for f in range(FRAMES)) > 0.85


def test_exact_and_auto_encode_each_frame(opened):
    for quality in ("exact", "auto"):
        engine = opened(SLOW[:5], quality)
        track(engine, SLOW[:5], Direction.FORWARD, 0)
        assert encoded(engine, 5) == list(range(5))


def test_both_ways_and_a_second_run_use_what_was_encoded(opened):
    engine = opened(SLOW)
    track(engine, SLOW, Direction.BOTH, 6)
    first = encoded(engine)
    assert 6 in first
    assert len(first) < FRAMES
    track(engine, SLOW, Direction.BACKWARD, 6)
    assert set(first) <= set(encoded(engine))


def test_a_corrected_frame_is_encoded(opened):
    engine = opened(SLOW)
    track(engine, SLOW, Direction.FORWARD, 0, 5)
    assert {0, 5} <= set(encoded(engine))


def test_a_frame_at_hand_is_used_and_not_carried(opened, monkeypatch):
    asked = []
    engine = opened(SLOW)
    engine.prepare(3, lambda: False)
    features = engine._features
    monkeypatch.setattr(engine, "_features", lambda v, f: asked.append(f) or features(v, f))
    track(engine, SLOW, Direction.FORWARD, 0)
    assert 3 in asked
    assert len(asked) < FRAMES


def test_an_object_that_jumps_is_encoded_on_each_frame(opened):
    fast = [40 + 25 * n for n in range(6)]
    engine = opened(fast)
    track(engine, fast, Direction.FORWARD, 0)
    assert encoded(engine, 6) == list(range(6))


def test_an_object_that_is_lost_asks_for_features_until_it_is_found(opened):
    gone = [*SLOW[:5], None, None, None, *SLOW[8:]]
    engine = opened(gone)
    masks = track(engine, gone, Direction.FORWARD, 0)
    held = encoded(engine)
    assert 5 in held
    assert {6, 7} & set(held)
    assert overlap(masks[FRAMES - 1], disc(SLOW[-1])) > 0.8


def test_cancelling_a_fast_run_ends_it(opened):
    engine = opened(SLOW)
    keys = (Keyframe(0, 1, None, disc(SLOW[0])),)
    stops = iter([False, False, True])
    request = TrackRequest(keys, Direction.FORWARD, 0, 0, FRAMES - 1)
    assert len(list(engine.track(request, lambda: next(stops)))) == 2
