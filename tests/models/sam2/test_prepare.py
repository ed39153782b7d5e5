"""Encoding ahead of a click: kept when it is done, given up when a click waits, bounded always."""

from __future__ import annotations

import resource
import sys

import numpy as np
import pytest
import torch

from vostool.errors import ModelError
from vostool.models.engine import Prepares, SegmentRequest
from vostool.models.sam2.backend import EncoderOptions
from vostool.models.sam2.build import build_predictor
from vostool.models.sam2.encoder import TorchEncoder, encoder_identity
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.encoder import PreemptedError
from vostool.models.shared.feature_disk import DiskFeatures
from vostool.models.shared.features import FeatureCache
from vostool.project.prompts import Point, Prompts

SPEC = MODELS["sam2.1-tiny"]
CLICK = Prompts(points=(Point(30, 60),))


@pytest.fixture(scope="module")
def predictor(tiny_checkpoint):
    return build_predictor(SPEC, tiny_checkpoint, torch.device("cpu"), image_size=128)


@pytest.fixture
def engine(predictor, jpeg_source):
    engine = Sam2Engine(SPEC, predictor)
    engine.open(jpeg_source)
    return engine


def never() -> bool:
    return False


class FlipsAfter:
    """False so many times, then True."""

    def __init__(self, count: int) -> None:
        self.left = count
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        self.left -= 1
        return self.left < 0


def test_a_click_on_a_prepared_frame_reads_nothing(engine, jpeg_source):
    assert isinstance(engine, Prepares)
    engine.prepare(5, never)
    assert jpeg_source.read == [5]
    prepared = engine.segment(SegmentRequest(5, 1, CLICK))
    assert jpeg_source.read == [5]
    other = Sam2Engine(SPEC, engine._model)
    other.open(jpeg_source.clone())
    assert other.segment(SegmentRequest(5, 1, CLICK)) == prepared


@pytest.mark.parametrize("answers", [0, 1, 2, 6, 12])
def test_a_preparation_that_is_preempted_keeps_nothing(engine, jpeg_source, answers):
    stop = FlipsAfter(answers)
    engine.prepare(5, stop)
    assert stop.asked == answers + 1
    assert engine._video.features.bytes_held == 0
    assert engine._video.features.encoded == 0
    assert jpeg_source.read == ([5] if answers else [])
    engine.prepare(5, never)
    assert engine._video.features.encoded == 1


def test_a_preparation_is_asked_about_between_all_blocks(engine):
    stop = FlipsAfter(1000)
    engine.prepare(5, stop)
    assert stop.asked == 1 + len(engine._model.image_encoder.trunk.blocks)
    engine.prepare(5, FlipsAfter(0))
    assert engine._video.features.encoded == 1


def test_what_cannot_be_prepared_is_passed_over(engine, jpeg_source):
    jpeg_source.broken.add(3)
    for frame in (3, -1, 22):
        engine.prepare(frame, never)
    assert engine._video.features.encoded == 0
    engine.close()
    with pytest.raises(ModelError, match="no video"):
        engine.prepare(0, never)
    engine.close()


def test_the_encoder_equals_the_official_one_to_the_bit(predictor):
    picture = torch.randn(1, 3, 128, 128, generator=torch.Generator().manual_seed(1))
    encoder = TorchEncoder(predictor)
    for half in (False, True):
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=half):
            theirs = predictor.forward_image(picture)
            ours = TorchEncoder(predictor)(picture) if half else encoder(picture)
        for a, b in zip(theirs["backbone_fpn"], ours["backbone_fpn"], strict=True):
            assert a.dtype == b.dtype and torch.equal(a, b)
        positions = zip(theirs["vision_pos_enc"], ours["vision_pos_enc"], strict=True)
        assert all(a.shape == b.shape and a.dtype == b.dtype for a, b in positions)
        # Attention reads the coarsest level's positions only.
        assert torch.equal(theirs["vision_pos_enc"][-1], ours["vision_pos_enc"][-1])


def test_the_encoder_tells_weights_apart(predictor, tiny_checkpoint):
    before = encoder_identity(predictor)
    other = build_predictor(SPEC, tiny_checkpoint, torch.device("cpu"), image_size=256)
    assert encoder_identity(other) == before
    with torch.no_grad():
        other.memory_encoder.out_proj.bias.add_(1)
        assert encoder_identity(other) == before
        other.sam_mask_decoder.conv_s0.bias.add_(1e-3)
    assert encoder_identity(other) != before


def test_reopening_with_features_on_disk_needs_no_encoder(predictor, jpeg_source, tmp_path):
    options = EncoderOptions("torch", True, tmp_path, keep_on_disk=True, fingerprint="f00")
    masks = []
    for session in range(2):
        engine = Sam2Engine(SPEC, predictor, encoding=options)
        engine.open(jpeg_source)
        masks.append(engine.segment(SegmentRequest(4, 1, CLICK)))
        assert engine._video.features.encoded == 1 - session
        engine.close()
    assert masks[0] == masks[1]
    assert jpeg_source.read == [4]


def test_features_on_disk_go_with_the_session_unless_kept(predictor, jpeg_source, tmp_path):
    engine = Sam2Engine(SPEC, predictor, encoding=EncoderOptions("torch", True, tmp_path))
    engine.open(jpeg_source)
    engine.prepare(0, never)
    assert [path for path in tmp_path.rglob("*") if path.is_file()]
    engine.open(jpeg_source)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def stub_cache(max_bytes: int, disk: DiskFeatures | None = None) -> FeatureCache:
    """Levels of the true shapes for 128 pixels (262 KB a frame), from a stub encoder."""
    shapes = ((1, 32, 32, 32), (1, 64, 16, 16), (1, 256, 8, 8))

    def encode(picture, stop=None):
        value = float(picture[0, 0, 0, 0])
        if stop is not None and stop():
            raise PreemptedError
        made = [torch.full(shape, value) for shape in shapes]
        return {"backbone_fpn": made, "vision_pos_enc": made}

    return FeatureCache(
        lambda frame: torch.full((3, 1, 1), float(frame)),
        encode,
        max_bytes,
        disk=disk,
        positions=lambda made: made,
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_is_bounded_over_5000_frames():
    bound = 8 * 2**20
    cache = stub_cache(bound)
    resident = []
    for frame in range(5000):
        cache.get(frame)
        assert cache.bytes_held <= bound
        if frame % 500 == 499:
            with open("/proc/self/statm") as file:
                resident.append(int(file.read().split()[1]) * resource.getpagesize())
    assert cache.encoded == 5000
    # All 5,000 would be 1.3 GB; the allocator may keep a little of what was freed.
    assert max(resident) - resident[0] < 32 * 2**20


def test_memory_and_disk_are_bounded_together(tmp_path):
    disk = DiskFeatures(tmp_path, 20 * 2**18, reserve_bytes=0)
    cache = stub_cache(3 * 2**18, disk)
    for frame in range(100):
        cache.get(frame)
        assert cache.bytes_held <= 3 * 2**18
        assert disk.bytes_held <= 20 * 2**18
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 20 * 2**18
    _, features = cache.get(90)
    assert cache.encoded == 100 and disk.hits == 1
    assert float(np.unique(features["backbone_fpn"][0].numpy())[0]) == 90
