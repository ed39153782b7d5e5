"""Every engine's door for a picture that belongs to no video."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vostool.errors import PromptError, SourceError
from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.masks.box import Box
from vostool.models.engine import Prepares, SeesPictures, SegmentRequest
from vostool.models.flow.engine import FlowEngine
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.models.mobile_sam.network import MobileSam, ready
from vostool.models.sam2.build import build_predictor
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.one_picture import OnePicture
from vostool.project.prompts import Point, Prompts

WIDTH, HEIGHT = 160, 64
CLICK = Prompts((Point(40, 20),))


@pytest.fixture(scope="module")
def source() -> ArraySource:
    return ArraySource(generate_clip(2, WIDTH, HEIGHT).frames)


@pytest.fixture(params=["flow", "mobile-sam", "sam2.1-tiny"], scope="module")
def engine(request, source, tiny_checkpoint):
    torch.manual_seed(0)
    if request.param == "flow":
        made = FlowEngine()
    elif request.param == "mobile-sam":
        made = MobileSamEngine(ready(MobileSam()))
    else:
        spec = MODELS["sam2.1-tiny"]
        cpu = torch.device("cpu")
        made = Sam2Engine(spec, build_predictor(spec, tiny_checkpoint, cpu, image_size=128))
    made.open(source)
    yield made
    made.close()


def test_a_whole_frame_is_answered_as_its_click(engine, source) -> None:
    assert isinstance(engine, SeesPictures)
    expected = engine.segment(SegmentRequest(0, 1, CLICK))
    got = engine.segment_picture(source.frame(0), CLICK)
    assert got.mask == expected.mask
    assert got.score == pytest.approx(expected.score)


def test_the_open_video_stays_with_what_is_prepared(engine, source) -> None:
    before = engine.segment(SegmentRequest(1, 1, CLICK))
    kept = engine._video.features.encoded if isinstance(engine, Prepares) else 0
    part = np.ascontiguousarray(source.frame(0)[4:44, 10:70])
    got = engine.segment_picture(part, Prompts((Point(20, 10),), Box(2, 2, 50, 30)))
    assert (got.mask.width, got.mask.height) == (60, 40)
    assert engine.segment(SegmentRequest(1, 1, CLICK)).mask == before.mask
    if isinstance(engine, Prepares):
        assert engine._video.features.encoded == kept, "nothing was encoded anew"


def test_prompts_beside_the_picture_are_refused_and_the_video_stays(engine, source) -> None:
    with pytest.raises(PromptError):
        engine.segment_picture(np.zeros((20, 20, 3), np.uint8), Prompts((Point(30, 10),)))
    assert engine.segment(SegmentRequest(0, 1, CLICK)).mask.width == WIDTH


def test_a_picture_alone_is_a_source_of_one_frame() -> None:
    picture = np.zeros((4, 6, 3), np.uint8)
    source = OnePicture(picture)
    assert (len(source), source.info.width, source.info.height) == (1, 6, 4)
    assert source.frame(0) is picture and source.clone().frame(0) is picture
    with pytest.raises(SourceError, match="frame 1"):
        source.frame(1)
