"""What is learned of an object counts for this object alone, in clicks and in runs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from vostool.evaluate.array_source import ArraySource
from vostool.masks.mask import Mask
from vostool.models.engine import (
    Direction,
    Keyframe,
    LearnRequest,
    Learns,
    SegmentRequest,
    TrackRequest,
)
from vostool.models.mobile_sam import engine as engine_room
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.models.mobile_sam.network import MobileSam, ready
from vostool.models.shared.adapter_fit import Recipe, fit_guarded
from vostool.project.learned import Learned
from vostool.project.prompts import Point, Prompts

HEIGHT, WIDTH, FRAMES = 40, 320, 3
CLICK = Prompts((Point(60, 20),))


@pytest.fixture(scope="module")
def clip():
    frames = []
    for number in range(FRAMES):
        picture = np.full((HEIGHT, WIDTH, 3), (60, 120, 60), np.uint8)
        cv2.circle(picture, (60 + 6 * number, 20), 12, (200, 40, 40), -1)
        cv2.rectangle(picture, (200 - 4 * number, 8), (230 - 4 * number, 30), (40, 60, 210), -1)
        frames.append(picture)
    return frames


def key(clip, frame: int, object_id: int) -> Keyframe:
    channel = 0 if object_id == 1 else 2
    picture = clip[frame].astype(int)
    mask = Mask.from_array(picture[..., channel] - picture[..., 2 - channel] > 60)
    return Keyframe(frame, object_id, None, mask)


@pytest.fixture
def engine(clip, monkeypatch):
    """Of random weights, so what it learns need not help on frames left out."""
    torch.manual_seed(0)
    made = MobileSamEngine(ready(MobileSam()))
    made.open(ArraySource(clip))
    quick = Recipe(steps=6, rate=0.02, guarded=False)
    monkeypatch.setattr(engine_room, "fit_guarded", lambda *args: fit_guarded(*args, recipe=quick))
    return made


@pytest.fixture
def learned(engine, clip) -> Learned:
    assert isinstance(engine, Learns)
    found = engine.learn(LearnRequest(1, (key(clip, 0, 1), key(clip, 2, 1))), lambda: False)
    assert found is not None
    assert found.frames == (0, 2)
    assert len(found.state) < 100_000
    return found


def masks(engine, clip, known):
    keys = (key(clip, 0, 1), key(clip, 0, 2))
    request = TrackRequest(keys, Direction.FORWARD, 0, 0, FRAMES - 1, learned=known)
    return [
        {oid: (reply.mask, reply.score) for oid, reply in step.replies.items()}
        for step in engine.track(request, lambda: False)
    ]


def test_a_run_decodes_each_object_with_what_was_learned_of_it_alone(engine, clip, learned):
    plain = masks(engine, clip, {})
    told = masks(engine, clip, {1: learned})
    assert [step[2] for step in told] == [step[2] for step in plain]
    assert [step[1] for step in told] != [step[1] for step in plain]
    assert masks(engine, clip, {}) == plain, "forgotten, it is as it was to the bit"


def test_a_click_is_answered_with_what_was_learned_of_its_object(engine, learned):
    plain = engine.segment(SegmentRequest(1, 1, CLICK))
    with_it = engine.segment(SegmentRequest(1, 1, CLICK, learned=learned))
    again = engine.segment(SegmentRequest(1, 1, CLICK, learned=learned))
    assert with_it == again != plain
    assert engine.segment(SegmentRequest(1, 1, CLICK)) == plain


@pytest.mark.parametrize("other", [Learned("sam2.1-tiny", (0,), b""), Learned("", (), b"PK"), None])
def test_what_another_engine_learned_is_passed_over(engine, other):
    asked = SegmentRequest(1, 1, CLICK, learned=other)
    assert engine.segment(asked) == engine.segment(SegmentRequest(1, 1, CLICK))


def test_a_damaged_state_is_passed_over(engine, learned):
    damaged = Learned(learned.engine, learned.frames, learned.state[:-40])
    asked = SegmentRequest(1, 1, CLICK, learned=damaged)
    assert engine.segment(asked) == engine.segment(SegmentRequest(1, 1, CLICK))


def test_a_click_that_waits_stops_learning(engine, clip):
    keys = (key(clip, 0, 1), key(clip, 2, 1))
    assert engine.learn(LearnRequest(1, keys), lambda: True) is None
    empty = Keyframe(1, 1, None, Mask.empty(HEIGHT, WIDTH))
    assert engine.learn(LearnRequest(1, (empty,)), lambda: False) is None
