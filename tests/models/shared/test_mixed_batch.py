"""Objects that were prompted on frames of their own, tracked together and one by one."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest
import seeded
import torch

from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.masks.box import Box
from vostool.models.engine import Direction, Keyframe, TrackRequest
from vostool.models.engine_options import EngineOptions
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.graphs import Graphs
from vostool.project.prompts import Point, Prompts

FRAMES, WIDTH, HEIGHT = 14, 96, 64
POINTERS = 4  # of an object, so that few frames fill what attention reads
LIBRARIES = ("sam2", "edgetam", "sam3")


@pytest.fixture(scope="module", params=LIBRARIES)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    torch.set_num_threads(1)
    if request.param == "sam2":
        predictor = seeded.sam2()
        predictor.max_obj_ptrs_in_encoder = POINTERS
        return predictor
    pytest.importorskip("transformers", reason="needs the extra auto")
    if request.param == "edgetam":
        pytest.importorskip("timm", reason="needs the extra edgetam")
        return _few_pointers(seeded.edgetam())
    import tiny_finders

    from vostool.models.sam3.engine import _loaded

    folder = tiny_finders.sam3_video(tmp_path_factory.mktemp("models") / "sam3")
    return _few_pointers(_loaded(folder, torch.device("cpu")))


def _few_pointers(model: Any) -> Any:
    model.config.max_object_pointers_in_encoder = POINTERS
    return model


def engine_of(model: Any, batch: int) -> Any:
    options = EngineOptions(object_batch=batch)
    if type(model).__name__ == "SAM2VideoPredictor":
        return Sam2Engine(MODELS["sam2.1-tiny"], model, options=options)
    if "EdgeTam" in type(model).__name__:
        from vostool.models.edgetam.engine import EdgeTamEngine

        return EdgeTamEngine(model, options=options)
    from vostool.models.sam3.engine import Sam3Engine

    return Sam3Engine(model, options=options)


def keys_of(objects: int, backward: bool) -> tuple[Keyframe, ...]:
    """Object n begins n frames late; the last one has a second keyframe ahead of it."""
    keys = [
        Keyframe(
            FRAMES - 1 - n if backward else n,
            n + 1,
            Prompts(box=Box(4 + 9 * n, 5 + 4 * n, 40 + 9 * n, 34 + 5 * n)),
        )
        for n in range(objects)
    ]
    click = Prompts((Point(50, 30), Point(20, 50, False)))
    return (*keys, Keyframe(0 if backward else FRAMES - 1, objects, click))


class Replaying:
    """Runs recorded work again, into the tensors that the recording left its results in."""

    def __init__(self) -> None:
        self.recorded = self.replayed = 0

    in_turn = contextlib.nullcontext

    def record(self, work: Any) -> Any:
        self.recorded += 1
        results = work()

        def replay() -> None:
            self.replayed += 1
            for held, made in zip(results, work(), strict=True):
                held.copy_(made)

        return replay, results


class Run:
    """Logits by frame and object, and how many objects each pass was of."""

    def __init__(
        self, model: Any, batch: int, backward: bool = False, graphs: Graphs | None = None
    ) -> None:
        engine = engine_of(model, batch)
        if graphs is not None:
            engine._graphs = graphs
            engine._encoder_graphs = Graphs(Replaying(), "its encoder")
        engine.open(ArraySource(generate_clip(FRAMES, WIDTH, HEIGHT).frames))
        network = engine._opened().network
        self.passes: list[list[int]] = [[]]
        self.logits: dict[tuple[int, int], np.ndarray] = {}
        infer, kept = network.infer, engine._logits

        def counted(frame: int, attended: Any) -> Any:
            self.passes[-1].append(len(attended.tokens))
            return infer(frame, attended)

        shown: list[np.ndarray] = []

        def seen(video: Any, outputs: Any) -> Any:
            shown.extend(output["pred_masks"].float().numpy().copy() for output in outputs)
            return kept(video, outputs)

        network.infer, engine._logits = counted, seen
        direction = Direction.BACKWARD if backward else Direction.FORWARD
        start = FRAMES - 1 if backward else 0
        request = TrackRequest(keys_of(5, backward), direction, start, 0, FRAMES - 1)
        for step in engine.track(request, lambda: False):
            self.logits |= {(step.frame, oid): shown.pop(0) for oid in step.replies}
            self.passes.append([])


@pytest.mark.parametrize("backward", [False, True])
def test_objects_of_different_frames_go_together_and_are_what_they_are_alone(model, backward):
    together, alone = Run(model, 8, backward), Run(model, 1, backward)
    assert together.logits.keys() == alone.logits.keys()
    for key, logits in alone.logits.items():
        np.testing.assert_allclose(together.logits[key], logits, atol=2e-3, rtol=1e-3)
    assert {n for each in alone.passes for n in each} == {1}
    assert max(n for each in together.passes for n in each) >= 4
    assert sum(map(len, together.passes)) < 0.8 * sum(map(len, alone.passes))


def test_pieces_of_a_full_bank_go_through_recordings_and_give_the_same(model):
    """What a card would replay, with a recorder that does on a CPU what a card does."""
    plain, recorder = Run(model, 8), Replaying()
    replayed = Run(model, 8, graphs=Graphs(recorder, "this"))
    assert recorder.replayed > recorder.recorded > 0
    assert replayed.logits.keys() == plain.logits.keys()
    for key, logits in plain.logits.items():
        np.testing.assert_allclose(replayed.logits[key], logits, atol=2e-3, rtol=1e-3)
    numbers = {n for each in replayed.passes for n in each}
    assert numbers <= {1, 2, 4, 8}, "buckets"
