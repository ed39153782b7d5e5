"""Clicks in batches on SAM 2 against the official mask decoder, same weights and features."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vostool.models.engine import DecodesPoints
from vostool.models.sam2.build import build_predictor
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS

SIZE = 128
POINTS = np.array([(30, 60), (100.5, 20.25), (159, 119), (3, 2.5)], np.float32)


@pytest.fixture(scope="module")
def predictor(tiny_checkpoint):
    spec = MODELS["sam2.1-tiny"]
    return build_predictor(spec, tiny_checkpoint, torch.device("cpu"), image_size=SIZE)


def test_a_batch_equals_the_official_decoder(predictor, jpeg_source):
    engine = Sam2Engine(MODELS["sam2.1-tiny"], predictor)
    engine.open(jpeg_source)
    assert isinstance(engine, DecodesPoints)
    decoder = engine.point_decoder(3)
    replies = decoder.decode(POINTS)
    fine, middle, coarse = engine._video.features.get(3)[1]["backbone_fpn"]
    places = torch.from_numpy(POINTS * [SIZE / 160, SIZE / 120]).float()
    with torch.no_grad():
        sparse, dense = predictor.sam_prompt_encoder(
            points=(places[:, None], torch.ones(4, 1, dtype=torch.int32)), boxes=None, masks=None
        )
        logits, quality, _, _ = predictor.sam_mask_decoder(
            image_embeddings=coarse + predictor.no_mem_embed.reshape(1, -1, 1, 1),
            image_pe=predictor.sam_prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=True,
            repeat_image=True,
            high_res_features=[fine, middle],
        )
    np.testing.assert_allclose(replies.logits, logits.numpy(), atol=1e-4)
    np.testing.assert_allclose(replies.quality, quality.numpy(), atol=1e-5)
    assert decoder.enlarge(replies.logits[0, 0]).shape == (120, 160)
    assert decoder.features().shape == (256, 8, 8)


def test_a_picture_of_its_own_needs_no_open_video(predictor, jpeg_source):
    engine = Sam2Engine(MODELS["sam2.1-tiny"], predictor)
    alone = engine.picture_decoder(jpeg_source.frame(3)).decode(POINTS)
    engine.open(jpeg_source)
    np.testing.assert_allclose(
        alone.logits, engine.point_decoder(3).decode(POINTS).logits, atol=1e-5
    )
