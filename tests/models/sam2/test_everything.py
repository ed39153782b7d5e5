"""Everything on the plain grid against ``SAM2AutomaticMaskGenerator``: same weights, same pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from sam2.automatic_mask_generator import SAM2AutomaticMaskGenerator

from vostool.evaluate.array_source import ArraySource
from vostool.finders.everything.finder import EverythingFinder
from vostool.finders.everything.pool import Sieve
from vostool.finders.finder import Grid, Question, View, Way, last_look
from vostool.masks.mask import Mask
from vostool.models.sam2.build import build_predictor
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS

SIZE = 128


@pytest.fixture(scope="module")
def engine(tiny_checkpoint) -> Sam2Engine:
    spec = MODELS["sam2.1-tiny"]
    predictor = build_predictor(spec, tiny_checkpoint, torch.device("cpu"), image_size=SIZE)
    return Sam2Engine(spec, predictor)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    coarse = np.random.default_rng(3).integers(0, 255, (9, 9, 3), dtype=np.uint8)
    return cv2.resize(coarse, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:FutureWarning")
def test_the_plain_grid_finds_what_the_official_generator_finds(engine, picture):
    generator = SAM2AutomaticMaskGenerator(
        engine._model, points_per_side=4, points_per_batch=16, pred_iou_thresh=0,
        stability_score_thresh=0, box_nms_thresh=1.0,
    )  # fmt: skip
    # The official image predictor knows pictures of 1024 pixels only.
    generator.predictor._bb_feat_sizes = [(32, 32), (16, 16), (8, 8)]
    official = sorted(generator.generate(picture), key=lambda m: -m["predicted_iou"])
    assert len(official) == 48

    engine.open(ArraySource([picture]))
    finder = EverythingFinder(Sieve(score=0, stability=0, overlap=1))
    question = Question(Way.EVERYTHING, grid=Grid(4, second_look=False))
    ours = last_look(finder, View(0, picture, engine), question)
    assert len(ours) == 48
    for mine, theirs in zip(ours, official, strict=True):
        assert mine.score == pytest.approx(theirs["predicted_iou"], abs=1e-5)
        assert mine.mask is not None
        assert mine.mask.iou(Mask.from_array(theirs["segmentation"])) > 0.99
        # Theirs is counted on enlarged masks, ours on the network's own.
        assert mine.stability == pytest.approx(theirs["stability_score"], abs=0.05)
