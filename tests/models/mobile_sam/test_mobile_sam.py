"""MobileSAM: strict loading, parity with the official code's stored answers, and the protocol.

`mobile_sam_reference.json` holds what MobileSAM's own code answered with the published weights on
the generated clip's first frame; `mobile_sam_tensors.json` the published file's names and shapes.
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mask_choices import check_choices

from vostool.errors import ModelError, PromptError, SourceError
from vostool.evaluate.array_source import ArraySource
from vostool.evaluate.generated_clip import generate_clip
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import Direction, Keyframe, Prepares, SegmentRequest, TrackRequest
from vostool.models.engine_options import QUALITIES, EngineOptions
from vostool.models.mobile_sam.encoder import Geometry, preprocess
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.models.mobile_sam.network import MobileSam, build_mobile_sam, ready
from vostool.models.mobile_sam.published import MOBILE_SAM
from vostool.models.registry import engine_spec
from vostool.project.prompts import Point, Prompts

HERE = Path(__file__).parent
CPU = torch.device("cpu")
WIDTH, HEIGHT, FRAMES = 320, 40, 4  # a strip: the encoder sees a fifth of its square


def published_names() -> dict[str, torch.Tensor]:
    shapes = json.loads((HERE / "mobile_sam_tensors.json").read_text())
    torch.manual_seed(0)
    return {
        name: torch.zeros((), dtype=torch.int64) if not shape else torch.rand(shape)
        for name, shape in shapes.items()
    }


def saved(tensors, folder) -> Path:
    path = folder / MOBILE_SAM.file_name
    torch.save(tensors, path)
    return path


def test_every_published_tensor_is_loaded(tmp_path):
    weights = published_names()
    network = build_mobile_sam(saved(weights, tmp_path), CPU)
    state = network.state_dict()
    name = "image_encoder.layers.0.downsample.conv1.bn.bias"
    assert name in weights
    assert torch.equal(
        state["mask_decoder.transformer.layers.1.mlp.layers.1.weight"],
        weights["mask_decoder.transformer.layers.1.mlp.lin2.weight"],
    )
    assert not any(".bn." in name for name in state)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda w: w.pop("image_encoder.neck.0.weight"), "1 tensors missing"),
        (lambda w: w.update(stranger=torch.zeros(1)), "1 tensors unknown, such as stranger"),
        (lambda w: w.update({"mask_decoder.iou_token.weight": torch.zeros(2)}), "another shape"),
    ],
)
def test_another_models_weights_are_refused(tmp_path, change, sentence):
    weights = published_names()
    change(weights)
    with pytest.raises(ModelError, match=sentence):
        build_mobile_sam(saved(weights, tmp_path), CPU)


@pytest.mark.parametrize("quality", QUALITIES)
def test_its_quality_is_told_and_coarse_is_its_fast(tmp_path, quality):
    spec = engine_spec("mobile-sam")
    file = saved(published_names(), tmp_path)
    with closing(spec.create("cpu", file, EngineOptions(quality=quality))) as engine:
        assert engine.info.quality == ("fast" if quality == "coarse" else quality)
        assert engine.info.quality in spec.qualities


@pytest.fixture(scope="module")
def clip():
    rng = np.random.default_rng(0)
    frames = []
    for number in range(FRAMES):
        picture = np.full((HEIGHT, WIDTH, 3), (60, 120, 60), np.uint8)
        cv2.circle(picture, (60 + 6 * number, 20), 12, (200, 40, 40), -1)
        cv2.rectangle(picture, (200 - 4 * number, 8), (230 - 4 * number, 30), (40, 60, 210), -1)
        noise = rng.integers(0, 12, picture.shape)
        frames.append((picture + noise).clip(0, 255).astype(np.uint8))
    return frames


def mask_of(clip, frame, channel):
    picture = clip[frame].astype(int)
    return Mask.from_array(picture[..., channel] - picture[..., 2 - channel] > 60)


@pytest.fixture(scope="module")
def engine(clip):
    torch.manual_seed(0)
    made = MobileSamEngine(ready(MobileSam()))
    made.open(ArraySource(clip))
    return made


def run(engine, keys, direction, origin, first=0, last=FRAMES - 1, stop=lambda: False):
    return list(engine.track(TrackRequest(tuple(keys), direction, origin, first, last), stop))


def test_prompts_give_masks_of_the_frames_size(engine):
    for prompts in (Prompts((Point(60, 20),)), Prompts(box=Box(40, 5, 80, 35))):
        reply = engine.segment(SegmentRequest(0, 1, prompts))
        assert (reply.mask.width, reply.mask.height) == (WIDTH, HEIGHT)
        assert 0 <= reply.score <= 1
        assert engine.segment(SegmentRequest(0, 1, prompts)) == reply


def test_a_given_mask_comes_back_as_it_is(engine, clip):
    given = mask_of(clip, 0, 0)
    reply = engine.segment(SegmentRequest(0, 1, Prompts(mask=given)))
    assert (reply.mask, reply.score) == (given, 1.0)


def test_bad_prompts_are_one_sentence(engine):
    with pytest.raises(PromptError, match="outside the 320x40 frame"):
        engine.segment(SegmentRequest(0, 1, Prompts((Point(500, 5),))))
    with pytest.raises(PromptError, match="no prompt on frame 0"):
        engine.segment(SegmentRequest(0, 1, Prompts()))
    with pytest.raises(PromptError, match="There is no frame 99"):
        engine.segment(SegmentRequest(99, 1, Prompts((Point(5, 5),))))


def test_tracks_two_objects_both_ways_and_encodes_each_frame_once(clip):
    torch.manual_seed(0)
    engine = MobileSamEngine(ready(MobileSam()))
    engine.open(ArraySource(clip))
    keys = [Keyframe(1, oid, None, mask_of(clip, 1, 2 * (oid - 1))) for oid in (1, 2)]
    steps = run(engine, keys, Direction.BOTH, 1)
    assert [step.frame for step in steps] == [1, 2, 3, 1, 0]
    assert steps[0].replies[1].mask == keys[0].mask
    assert [steps[place].replies[1].score for place in (0, 3)] == [1.0, 1.0]
    for step in steps:
        masks = [reply.mask.to_array() for reply in step.replies.values()]
        assert set(step.replies) == {1, 2}
        assert np.sum(masks, axis=0).max() <= 1
        assert all(0 <= reply.score <= 1 for reply in step.replies.values())
    again = run(engine, keys, Direction.BOTH, 1)
    assert [s.replies for s in again] == [s.replies for s in steps]
    assert engine._video.features.encoded == FRAMES


def test_cancelling_ends_a_run_with_what_was_done(engine, clip):
    asked = iter([False, True])
    keys = [Keyframe(0, 1, None, mask_of(clip, 0, 0))]
    assert len(run(engine, keys, Direction.FORWARD, 0, stop=lambda: next(asked))) == 1


def test_a_run_goes_on_behind_a_frame_that_cannot_be_read(clip):
    class Broken(ArraySource):
        def frame(self, index):
            if index == 1:
                raise SourceError("Frame 1 could not be decoded.")
            return super().frame(index)

    torch.manual_seed(0)
    engine = MobileSamEngine(ready(MobileSam()))
    engine.open(Broken(clip))
    steps = run(engine, [Keyframe(0, 1, None, mask_of(clip, 0, 0))], Direction.FORWARD, 0, 0, 2)
    assert steps[1].problem == "Frame 1 could not be decoded."
    assert set(steps[2].replies) == {1}


def test_preparing_encodes_ahead_unless_a_click_waits(clip):
    engine = MobileSamEngine(ready(MobileSam()))
    assert isinstance(engine, Prepares)
    with pytest.raises(ModelError, match="has no video"):
        engine.prepare(0, lambda: False)
    engine.open(ArraySource(clip))
    engine.prepare(0, lambda: True)
    assert engine._video.features.encoded == 0
    engine.prepare(0, lambda: False)
    assert engine._video.features.encoded == 1
    engine.close()
    with pytest.raises(ModelError, match="was closed"):
        engine.open(ArraySource(clip))


def test_a_lone_click_has_three_masks_to_choose_from(engine):
    check_choices(engine, 2, Prompts(points=(Point(66, 20),)), Prompts(box=Box(50, 5, 90, 35)))


@pytest.fixture(scope="module")
def reference():
    return json.loads((HERE / "mobile_sam_reference.json").read_text())


def test_features_equal_the_official_ones(published, reference):
    picture = generate_clip(2, 320, 180).frames[0]
    assert int(picture.sum()) == reference["picture_sum"]
    square = torch.zeros(1, 3, 1024, 1024)
    part = preprocess(picture, Geometry.of(180, 320))
    square[:, :, : part.shape[2]] = part
    with torch.inference_mode():
        features = published.image_encoder(square)[0][::32, 4:36:8, 3::15].numpy()
    np.testing.assert_allclose(features, reference["features"], atol=2e-5)


def test_a_click_and_a_box_answer_as_the_official_predictor(published, reference):
    clip = generate_clip(2, 320, 180)
    engine = MobileSamEngine(published)
    engine.open(ArraySource(clip.frames))
    by_size = np.argsort(reference["click_areas"])
    # The smallest is a spot of 129 pixels, which the network is not sure of: rounding moves it.
    for choice, near in ((1, 0.035), (2, 0.02)):
        place = by_size[choice]
        click = Prompts((Point(*reference["point"]),), choice=choice)
        reply = engine.segment(SegmentRequest(0, 1, click))
        # Not equal: the encoder leaves out the empty part of the square, and features are halved.
        assert reply.score == pytest.approx(reference["click_quality"][place], abs=near)
        assert reply.mask.area == pytest.approx(reference["click_areas"][place], rel=0.04)
    reply = engine.segment(SegmentRequest(0, 1, Prompts(box=Box(*reference["box"]))))
    assert reply.score == pytest.approx(reference["box_quality"][0], abs=0.02)
    assert reply.mask.area == pytest.approx(reference["box_area"], rel=0.03)
    truth = Mask.from_array(clip.ids[0] == 1)
    assert reply.mask.iou(truth) > 0.9
