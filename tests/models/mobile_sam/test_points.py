"""Clicks in batches give what the official decoder gives for each click by itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vostool.errors import PromptError
from vostool.evaluate.array_source import ArraySource
from vostool.masks.box import Box
from vostool.models.engine import DecodesPoints
from vostool.models.mobile_sam import decoder as decoding
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.models.mobile_sam.network import MobileSam, ready
from vostool.models.shared import point_decoder
from vostool.project.prompts import Point

WIDTH, HEIGHT = 320, 40
POINTS = np.array([(60, 20), (160, 10), (319, 39), (3, 2.5), (200, 33)], np.float32)


@pytest.fixture(scope="module")
def engine() -> MobileSamEngine:
    rng = np.random.default_rng(5)
    clip = [rng.integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8) for _ in range(2)]
    torch.manual_seed(0)
    made = MobileSamEngine(ready(MobileSam()))
    made.open(ArraySource(clip))
    return made


def test_a_batch_equals_the_official_decoder_click_by_click(engine, monkeypatch):
    monkeypatch.setattr(point_decoder, "CPU_BATCH", 2)
    assert isinstance(engine, DecodesPoints)
    decoder = engine.point_decoder(1)
    replies = decoder.decode(POINTS)
    assert replies.logits.shape == (5, 3, 32, 256)
    official = engine._video.decoder
    features = engine._features(engine._video, 1)
    for number, (x, y) in enumerate(POINTS):
        wanted = official.decode(features, (Point(float(x), float(y)),), None, None, True)
        logits = wanted.logits.numpy()[:, :32]
        np.testing.assert_allclose(replies.logits[number], logits, atol=1e-4)
        np.testing.assert_allclose(replies.quality[number], wanted.quality.numpy(), atol=1e-5)
        mask, click = (
            decoder.enlarge(replies.logits[number, 2]),
            official.full_size(wanted.logits[2]),
        )
        assert mask.shape == (HEIGHT, WIDTH)
        assert (mask != click).mean() < 0.02  # rounding, on masks of noise


@pytest.mark.parametrize("several", [True, False])
@pytest.mark.parametrize("box", [None, Box(40, 5, 80, 35)])
def test_one_prompt_equals_the_official_decoder_also_after_an_earlier_mask(engine, box, several):
    ours, network = engine._video.decoder, engine._model
    features = engine._features(engine._video, 0)
    points = (Point(60, 20), Point(200, 33, False))
    with torch.inference_mode():
        first = ours.decode(features, points[:1], None, None, True)
        for before in (None, first.logits[1]):
            given = None if before is None else before[None, None]
            sparse, dense = network.prompt_encoder(
                points=ours._points(points), boxes=ours._box(box), masks=given
            )
            wanted, quality, _, _ = network.mask_decoder(
                image_embeddings=ours._square(features.float()),
                image_pe=network.prompt_encoder.get_dense_pe(),
                sparse_prompt_embeddings=sparse,
                dense_prompt_embeddings=dense,
                multimask_output=several,
                repeat_image=False,
            )
            answer = ours.decode(features, points, box, before, several)
            torch.testing.assert_close(answer.logits, wanted[0], atol=1e-4, rtol=1e-4)
            torch.testing.assert_close(answer.quality, quality[0], atol=1e-5, rtol=1e-4)


def test_features_lie_evenly_over_the_frame_and_no_frame_is_encoded_twice(engine):
    encoded = engine._video.features.encoded
    assert engine.point_decoder(1).features().shape == (256, 8, 64)
    assert engine._video.features.encoded in (encoded, 1)


def test_a_picture_of_its_own_leaves_the_video_as_it_is(engine):
    before = engine._video.features.encoded
    whole = engine._video.source.frame(0)
    again = engine.picture_decoder(whole)
    assert engine._video.features.encoded == before
    np.testing.assert_allclose(
        again.decode(POINTS[:1]).logits, engine.point_decoder(0).decode(POINTS[:1]).logits,
        atol=1e-4,
    )  # fmt: skip


def test_memory_that_runs_out_makes_the_batch_smaller(engine, monkeypatch):
    decoder = engine.point_decoder(0)
    wanted = decoder.decode(POINTS).logits
    masks = decoder._masks

    def few(points):
        if len(points) > 1:
            raise torch.OutOfMemoryError
        return masks(points)

    monkeypatch.setattr(decoder, "_masks", few)
    np.testing.assert_allclose(decoder.decode(POINTS).logits, wanted, atol=1e-4)
    assert decoder.batch == 1


def test_a_frame_that_is_not_there(engine):
    with pytest.raises(PromptError, match="There is no frame 7"):
        engine.point_decoder(7)


@pytest.mark.parametrize("shown", [False, True], ids=["prompts", "prompts and masks"])
def test_objects_asked_together_get_what_each_gets_by_itself(engine, monkeypatch, shown):
    monkeypatch.setattr(decoding, "CPU_BATCH", 2)
    prompts = [
        ([Point(60.0, 20.0), Point(70.0, 22.0)], Box(40, 10, 90, 30)),
        ([Point(160.0, 10.0)], Box(150, 0, 180, 25)),
        ([Point(300.0, 30.0), Point(310.0, 12.0)], Box(290, 5, 320, 40)),
        ([Point(20.0, 20.0), Point(12.0, 12.0)], Box(0, 5, 33, 38)),
    ]
    decoder, features = engine._video.decoder, engine._features(engine._video, 1)
    masks = [_block(box) for _, box in prompts]
    before = [decoder.from_picture(mask) for mask in masks] if shown else None
    together = decoder.decode_all(features, prompts, before)
    assert len(together) == len(prompts)
    alone = before or [None] * len(prompts)
    for answer, (points, box), mask in zip(together, prompts, alone, strict=True):
        wanted = decoder.decode(features, points, box, mask, several=True)
        rows, columns = answer.logits.shape[1:]
        np.testing.assert_allclose(answer.logits, wanted.logits[:, :rows, :columns], atol=1e-4)
        np.testing.assert_allclose(answer.quality, wanted.quality, atol=1e-5)
        np.testing.assert_allclose(
            decoder.to_picture(answer.logits[0], (HEIGHT, WIDTH)),
            decoder.to_picture(wanted.logits[0], (HEIGHT, WIDTH)),
            atol=1e-4,
        )


def _block(box: Box) -> np.ndarray:
    soft = np.zeros((HEIGHT, WIDTH), np.float32)
    soft[round(box.y0) : round(box.y1), round(box.x0) : round(box.x1)] = 1
    return soft
