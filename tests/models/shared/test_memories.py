"""Look-alike and long memory on the three libraries' networks, with seeded weights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import seeded
import torch

from vostool.errors import UsageError
from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.masks.box import Box
from vostool.models.engine import Direction, Keyframe, TrackedFrame, TrackRequest
from vostool.models.engine_options import EngineOptions
from vostool.models.flow.engine import FlowEngine
from vostool.models.memory_kinds import MEMORIES
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.reading import Assembly, Reading
from vostool.project.prompts import Prompts

FRAMES, WIDTH, HEIGHT, KEY = 9, 96, 64, 3
LIBRARIES = ("sam2", "edgetam", "sam3")


@pytest.fixture(scope="module", params=LIBRARIES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    torch.set_num_threads(1)
    made = _engine(request.param, tmp_path_factory)
    made.open(ArraySource(generate_clip(FRAMES, WIDTH, HEIGHT).frames))
    return made


def _engine(library: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    options = EngineOptions(object_batch=4)
    if library == "sam2":
        return Sam2Engine(MODELS["sam2.1-tiny"], seeded.sam2(), options=options)
    pytest.importorskip("transformers", reason="needs the extra auto")
    if library == "edgetam":
        pytest.importorskip("timm", reason="needs the extra edgetam")
        from vostool.models.edgetam.engine import EdgeTamEngine

        return EdgeTamEngine(seeded.edgetam(), options=options)
    import tiny_finders

    from vostool.models.sam3.engine import Sam3Engine, _loaded

    folder = tiny_finders.sam3_video(tmp_path_factory.mktemp("models") / "sam3")
    return Sam3Engine(_loaded(folder, torch.device("cpu")), options=options)


def keys(objects: int = 1) -> tuple[Keyframe, ...]:
    return tuple(
        Keyframe(KEY, n + 1, Prompts(box=Box(4 + 9 * n, 5 + 4 * n, 40 + 9 * n, 34 + 5 * n)))
        for n in range(objects)
    )


def run(engine: Any, memory: Any, objects: int = 1) -> list[TrackedFrame]:
    request = TrackRequest(keys(objects), Direction.BOTH, KEY, 0, FRAMES - 1, memory=memory)
    return list(engine.track(request, lambda: False))


def last_reading(engine: Any) -> tuple[Any, Reading]:
    """The network, and what it reads on the clip's last frame after a run up to it."""
    video = engine._opened()
    request = TrackRequest(keys(), Direction.FORWARD, KEY, 0, FRAMES - 2)
    assert len(list(engine.track(request, lambda: False))) == FRAMES - 1 - KEY
    return video.network, video.memory.tracker(1).reading(FRAMES - 1, False)


def masks(steps: list[TrackedFrame]) -> dict[tuple[int, int], Any]:
    """What stands in the end."""
    return {(s.frame, oid): reply.mask for s in steps for oid, reply in s.replies.items()}


def plain_order(steps: list[TrackedFrame]) -> list[int]:
    return [step.frame for step in steps if not step.revised]


@pytest.mark.parametrize("memory", MEMORIES)
def test_a_run_tells_every_frame_once_and_a_repeated_one_the_same(engine, memory):
    one = run(engine, memory)
    assert plain_order(one) == [*range(KEY, FRAMES), *range(KEY, -1, -1)]
    assert masks(run(engine, memory)) == masks(one)


@pytest.mark.parametrize("memory", ["distractor", "long"])
def test_the_first_frame_after_the_prompt_is_the_standard_ones(engine, memory):
    """Nothing but the prompt is remembered yet, and the best mask is taken."""
    assert masks(run(engine, memory))[KEY + 1, 1] == masks(run(engine, "standard"))[KEY + 1, 1]


def test_the_best_of_the_proposed_masks_is_the_one_that_the_library_takes(engine):
    network, reading = last_reading(engine)
    last = FRAMES - 1
    with engine._computing():
        attended = Assembly(network)([reading])
        (taken,) = network.infer(last, attended)
        (proposed,) = network.propose(last, attended).parts()
        best = int(np.argmax(proposed.qualities))
        chosen = network.choose(last, proposed, best)
        other = network.choose(last, proposed, (best + 1) % 3)
    assert len(proposed.qualities) == 3
    for name in ("pred_masks", "maskmem_features", network.pointer, "object_score_logits"):
        assert chosen[name].shape == taken[name].shape, name
        torch.testing.assert_close(chosen[name].float(), taken[name].float(), atol=1e-5, rtol=1e-5)
    assert not torch.equal(other["pred_masks"], taken["pred_masks"])


@pytest.mark.parametrize("memory", ["distractor", "long"])
def test_objects_are_tracked_together_as_they_are_alone(engine, memory):
    together = masks(run(engine, memory, objects=2))
    engine._object_batch = 1
    try:
        alone = masks(run(engine, memory, objects=2))
    finally:
        engine._object_batch = 4
    assert together.keys() == alone.keys()
    for key, mask in alone.items():
        assert (mask.to_array() != together[key].to_array()).sum() <= 12, key


def test_keys_that_are_weighed_change_what_is_seen(engine):
    network, reading = last_reading(engine)
    count = len(reading.memories) + len(reading.pointers)
    with engine._computing():
        plain = Assembly(network)([reading])
        even = Assembly(network)([replace(reading, weights=(1.0,) * count)])
        weighed = Assembly(network)([replace(reading, weights=(1.05,) * count)])
    torch.testing.assert_close(even.positions.float(), plain.positions.float(), atol=1e-5, rtol=0)
    keys_of = plain.tokens.float() + plain.positions.float()
    found = weighed.tokens.float() + weighed.positions.float()
    torch.testing.assert_close(found, 1.05 * keys_of, atol=2e-2, rtol=2e-2)
    assert torch.equal(weighed.tokens, plain.tokens)


def test_engines_without_such_a_memory_say_so():
    flow = FlowEngine()
    flow.open(ArraySource(generate_clip(3, WIDTH, HEIGHT).frames))
    with pytest.raises(UsageError, match="Optical flow has no memory 'long', which is for SAM 2"):
        run(flow, "long")
