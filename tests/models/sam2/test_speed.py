"""What makes SAM 2 faster against what it replaces: attention, batches, caps, and little memory."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vostool.errors import ModelError, UsageError
from vostool.masks.box import Box
from vostool.models.engine import Direction, Keyframe, TrackRequest
from vostool.models.engine_options import EngineOptions
from vostool.models.registry import create_engine
from vostool.models.sam2.attention import accelerate
from vostool.models.sam2.build import build_for, build_predictor
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.project.prompts import Point, Prompts

SPEC = MODELS["sam2.1-tiny"]
CPU = torch.device("cpu")
BOX = Prompts(box=Box(8, 36, 50, 80))
CLICK = Prompts(points=(Point(30, 60),))


@pytest.fixture
def small(tiny_checkpoint):
    return build_predictor(SPEC, tiny_checkpoint, CPU, image_size=128)


def masks(predictor, source, keys, last=4, **options):
    engine = Sam2Engine(SPEC, predictor, options=EngineOptions(**options))
    engine.open(source)
    request = TrackRequest(tuple(keys), Direction.FORWARD, 0, 0, last)
    steps = list(engine.track(request, lambda: False))
    return np.stack([[r.mask.to_array() for r in s.replies.values()] for s in steps])


def attention_inputs(seed=0, side=8, memories=3, pointers=8, batch=2):
    generator = torch.Generator().manual_seed(seed)
    count = side * side
    q = torch.randn(batch, count, 256, generator=generator)
    k, v = (
        torch.randn(batch, memories * count + pointers, 64, generator=generator) for _ in range(2)
    )
    return q, k, v, pointers


def test_attention_through_64_channels_equals_official(small):
    module = small.memory_attention.layers[0].cross_attn_image
    inputs = attention_inputs()
    with torch.inference_mode():
        official = module(*inputs)
        accelerate(small, pooled=False)
        ours = module(*inputs)
    assert torch.allclose(ours, official, atol=2e-6)


def test_pooling_equal_neighbours_changes_nothing_but_the_rotation(small):
    """Where neighbours have the same key and value, one that counts for four is the same."""
    from vostool.models.sam2.attention import _attend, _pool

    generator = torch.Generator().manual_seed(1)
    coarse = torch.randn(1, 2, 4, 1, 4, 1, 64, generator=generator).expand(-1, -1, -1, 2, -1, 2, -1)
    tokens = torch.cat([coarse.reshape(1, 128, 64), torch.randn(1, 6, 64)], dim=1)
    queries = torch.randn(64, 64, generator=generator)
    keys, values, bias = _pool(tokens, tokens, 128, 64)
    assert keys.shape[1] == 16 + 64 + 6
    whole = _attend(queries, tokens[0], tokens[0], None)
    assert torch.allclose(_attend(queries, keys[0], values[0], bias), whole, atol=1e-4)


def test_accelerated_run_gives_the_official_masks(small, jpeg_source):
    keys = [Keyframe(0, 1, BOX)]
    official = masks(small, jpeg_source, keys)
    accelerate(small, pooled=False)
    ours = masks(small, jpeg_source, keys)
    assert (official != ours).mean() < 1e-4


def test_objects_together_equal_objects_alone(small, jpeg_source):
    keys = [Keyframe(0, 1, BOX), Keyframe(0, 2, CLICK), Keyframe(2, 3, CLICK), Keyframe(0, 4, BOX)]
    keys[2] = Keyframe(0, 3, CLICK)
    alone = masks(small, jpeg_source, keys, object_batch=1)
    together = masks(small, jpeg_source, keys, object_batch=3)
    assert (alone != together).mean() < 1e-4


def test_capped_keyframes_are_read_as_the_run_comes_near(small, jpeg_source):
    small.max_cond_frames_in_attn = 2
    engine = Sam2Engine(SPEC, small)
    engine.open(jpeg_source)
    keys = tuple(Keyframe(n, 1, BOX) for n in (0, 6, 12, 18))
    request = TrackRequest(keys, Direction.FORWARD, 0, 0, 2)
    assert len(list(engine.track(request, lambda: False))) == 3
    assert set(engine._video.features._levels) == {0, 1, 2, 6}


def test_memory_that_runs_out_halves_the_batch(small, jpeg_source, monkeypatch):
    keys = [Keyframe(0, n, BOX) for n in range(1, 5)]
    expected = masks(small, jpeg_source, keys, last=2)
    original, asked = small.memory_attention.forward, []

    def fail(**arguments):
        asked.append(arguments["memory"].shape[1])
        if asked[-1] > 1:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return original(**arguments)

    monkeypatch.setattr(small.memory_attention, "forward", fail)
    assert np.array_equal(masks(small, jpeg_source, keys, last=2, object_batch=4), expected)
    assert asked[:3] == [4, 2, 1]


def test_memory_that_is_not_there_at_all_is_one_sentence(small, jpeg_source, monkeypatch):
    def fail(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(small, "_prepare_memory_conditioned_features", fail)
    monkeypatch.setattr(small, "add_new_points_or_box", fail)
    with pytest.raises(ModelError, match="more memory than the GPU has free"):
        masks(small, jpeg_source, [Keyframe(0, 1, BOX)])


def test_stored_masks_behind_the_origin_are_remembered(small, jpeg_source):
    keys = (Keyframe(0, 1, BOX),)
    engine = Sam2Engine(SPEC, small)
    engine.open(jpeg_source)
    behind = engine.track(TrackRequest(keys, Direction.FORWARD, 0, 0, 3), lambda: False)
    stored = tuple(Keyframe(s.frame, 1, None, s.replies[1].mask) for s in behind if s.frame)
    request = TrackRequest(keys, Direction.FORWARD, 4, 4, 5, stored)
    first = [s.replies[1] for s in engine.track(request, lambda: False)]
    again = Sam2Engine(SPEC, small)
    again.open(jpeg_source)
    assert [s.replies[1] for s in again.track(request, lambda: False)] == first


def test_options_say_what_is_wrong_and_what_they_mean(tiny_checkpoint):
    with pytest.raises(UsageError, match="no quality 'best'"):
        EngineOptions(quality="best")
    with pytest.raises(UsageError, match="At least 2"):
        EngineOptions(max_keyframes=1)
    coarse = build_for(EngineOptions(quality="coarse"), SPEC, tiny_checkpoint, CPU)
    assert (coarse.image_size, coarse.max_cond_frames_in_attn) == (512, 4)
    info = Sam2Engine(SPEC, coarse, options=EngineOptions(quality="coarse")).info
    assert info.quality == "coarse"
    assert "512 pixels" in info.detail


def test_the_nearest_prompted_frames_are_attended_to_unless_exact_is_asked_for(tiny_checkpoint):
    caps = {
        quality: build_for(EngineOptions(quality=quality), SPEC, tiny_checkpoint, CPU)
        for quality in ("auto", "exact", "fast")
    }
    assert [p.max_cond_frames_in_attn for p in caps.values()] == [4, -1, 4]
    detail = Sam2Engine(SPEC, caps["auto"], options=EngineOptions()).info.detail
    assert "4 nearest prompted frames" in detail


def test_up_to_the_cap_auto_gives_the_exact_masks(tiny_checkpoint, jpeg_source):
    keys = [Keyframe(n, 1, BOX) for n in (0, 1, 2, 3)]
    capped, exact = (build_predictor(SPEC, tiny_checkpoint, CPU, image_size=128) for _ in range(2))
    capped.max_cond_frames_in_attn = EngineOptions().keyframe_cap
    assert np.array_equal(masks(capped, jpeg_source, keys), masks(exact, jpeg_source, keys))


def test_any_file_name_will_do(tiny_checkpoint, tmp_path):
    state = torch.load(tiny_checkpoint, weights_only=True)["model"]
    torch.save(state, tmp_path / "fine-tuned.pt")
    assert create_engine("sam2", "cpu", tmp_path / "fine-tuned.pt").info.name == "sam2.1-tiny"
    torch.save({"a": torch.ones(1)}, tmp_path / "other.pt")
    with pytest.raises(ModelError, match="of none of the SAM 2 models"):
        create_engine("sam2", "cpu", tmp_path / "other.pt")
