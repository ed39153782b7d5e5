"""A run whose masks arrive while the next frame is worked on gives the same as any other."""

from __future__ import annotations

import pytest
import seeded
import torch

from vostool.errors import ModelError, SourceError
from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.masks.box import Box
from vostool.models.engine import Direction, Keyframe, TrackRequest
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.mask_transfer import MaskTransfer
from vostool.project.prompts import Point, Prompts

CPU = torch.device("cpu")
FRAMES = 5
KEYS = (
    Keyframe(1, 1, Prompts((Point(40, 30),))),
    Keyframe(1, 2, Prompts(box=Box(8, 6, 50, 50))),
    Keyframe(3, 2, Prompts(box=Box(10, 6, 50, 50))),
)


class Late:
    """Tells when a tensor was sent and when it was waited for."""

    late = True

    def __init__(self) -> None:
        self.log: list[str] = []

    def __call__(self, tensor):
        number = sum(entry.startswith("sent") for entry in self.log)
        self.log.append(f"sent {number}")
        kept = tensor.clone()

        def arrived():
            self.log.append(f"asked {number}")
            return kept

        return arrived


class Clip(ArraySource):
    broken = None

    def frame(self, index):
        if index == self.broken:
            raise SourceError(f"Frame {index} could not be decoded.")
        return super().frame(index)


@pytest.fixture(scope="module")
def network():
    torch.set_num_threads(1)
    return seeded.sam2()


def opened(network, late: Late | None = None, broken=None) -> Sam2Engine:
    engine = Sam2Engine(MODELS["sam2.1-tiny"], network)
    if late is not None:
        engine._masks = MaskTransfer(CPU, late, fixed=True)
    clip = Clip(generate_clip(FRAMES, 96, 64).frames)
    clip.broken = broken
    engine.open(clip)
    return engine


def run(direction=Direction.BOTH) -> TrackRequest:
    return TrackRequest(KEYS, direction, 1, 0, FRAMES - 1)


def never() -> bool:
    return False


@pytest.mark.parametrize("broken", [None, 2])
def test_the_same_masks_in_the_same_order_and_remembered(network, broken) -> None:
    at_once, late = opened(network, broken=broken), opened(network, Late(), broken)
    expected = list(at_once.track(run(), never))
    assert list(late.track(run(), never)) == expected
    assert sum(step.problem is not None for step in expected) == (broken is not None)
    held, also_held = (engine._opened().memory._frames for engine in (at_once, late))
    assert list(held) == list(also_held) and len(held) >= 4
    assert all(held[key].mask == also_held[key].mask for key in held)


def test_a_frame_is_asked_for_when_the_next_was_sent(network) -> None:
    late = Late()
    steps = opened(network, late).track(run(Direction.FORWARD), never)
    assert next(steps).frame == 1
    assert late.log == ["sent 0", "sent 1", "asked 0"]
    list(steps)
    assert late.log[3:] == ["sent 2", "asked 1", "sent 3", "asked 2", "asked 3"]


def test_cancelling_ends_with_the_frame_that_was_sent(network) -> None:
    seen = []
    for step in opened(network, Late()).track(run(Direction.FORWARD), lambda: len(seen) == 2):
        seen.append(step.frame)
    assert seen == [1, 2, 3]


def test_a_run_that_fails_has_given_what_was_sent_before(network, monkeypatch) -> None:
    engine = opened(network, Late())
    steps = engine.track(run(Direction.FORWARD), never)
    assert next(steps).frame == 1

    def lost(*_, **__):
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    monkeypatch.setattr(engine, "_logits", lost)
    assert next(steps).frame == 2
    with pytest.raises(ModelError, match="lost its GPU"):
        next(steps)


def test_float16_that_gives_no_numbers_is_told_late(network, monkeypatch) -> None:
    engine = opened(network, Late())
    steps = engine.track(run(Direction.FORWARD), never)
    next(steps)
    enlarge = engine._logits

    def no_number(video, outputs):
        for output in outputs:
            output["object_score_logits"] = output["object_score_logits"] * torch.nan
        return enlarge(video, outputs)

    monkeypatch.setattr(engine, "_logits", no_number)
    assert next(steps).frame == 2
    with pytest.raises(ModelError, match="gave no numbers in float16"):
        next(steps)
    assert engine.info.dtype == "float32"
