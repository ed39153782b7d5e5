"""The encoder through OpenVINO: the same features, kept compiled, and PyTorch where it fails."""

from __future__ import annotations

import logging
import pickle
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from vostool.models.engine import SegmentRequest
from vostool.models.sam2 import backend as sam2_backend
from vostool.models.sam2 import openvino as sam2_openvino
from vostool.models.sam2.backend import EncoderOptions, make_encoder
from vostool.models.sam2.build import build_predictor
from vostool.models.sam2.encoder import TorchEncoder, encoder_identity
from vostool.models.sam2.engine import Sam2Engine
from vostool.models.sam2.published import MODELS
from vostool.models.shared import conversion
from vostool.models.shared.conversion import Conversion, Recipe
from vostool.models.shared.encoder import PreemptedError
from vostool.models.shared.openvino import is_installed
from vostool.project.prompts import Point, Prompts

SPEC = MODELS["sam2.1-tiny"]
needs_openvino = pytest.mark.skipif(
    not is_installed(), reason="the optional extra openvino is not installed"
)


@pytest.fixture(scope="module")
def predictor(tiny_checkpoint):
    return build_predictor(SPEC, tiny_checkpoint, torch.device("cpu"), image_size=128)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("openvino")


@pytest.fixture(scope="module")
def encoder(predictor, folder):
    return sam2_openvino.make_openvino_encoder(
        predictor, encoder_identity(predictor), folder=folder
    )


@needs_openvino
def test_features_equal_torch_to_rounding(predictor, encoder):
    picture = torch.randn(1, 3, 128, 128, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        theirs, ours = TorchEncoder(predictor)(picture), encoder(picture)
    for a, b in zip(theirs["backbone_fpn"], ours["backbone_fpn"], strict=True):
        assert a.shape == b.shape and torch.allclose(a, b, atol=1e-4)
    assert torch.equal(theirs["vision_pos_enc"][-1], ours["vision_pos_enc"][-1])


@needs_openvino
def test_a_frame_does_not_change_the_one_before(encoder):
    first = encoder(torch.zeros(1, 3, 128, 128))["backbone_fpn"]
    before = [level.clone() for level in first]
    encoder(torch.ones(1, 3, 128, 128))
    assert all(torch.equal(a, b) for a, b in zip(first, before, strict=True))


@needs_openvino
def test_a_preempted_frame_is_given_up_and_the_next_is_right(encoder):
    picture = torch.ones(1, 3, 128, 128)
    whole = encoder(picture)["backbone_fpn"]
    with pytest.raises(PreemptedError):
        encoder(picture, lambda: True)
    again = encoder(picture)["backbone_fpn"]
    assert all(torch.equal(a, b) for a, b in zip(whole, again, strict=True))


@needs_openvino
def test_what_is_kept_is_loaded_and_what_is_damaged_is_made_again(
    predictor, encoder, folder, tmp_path, monkeypatch
):
    (kept,) = folder.glob("*.blob")
    whole = kept.read_bytes()
    copy = tmp_path / kept.name
    copy.write_bytes(whole)
    converted = []
    convert = Recipe.convert
    monkeypatch.setattr(Recipe, "convert", lambda self: converted.append(1) or convert(self))
    picture = torch.ones(1, 3, 128, 128)
    expected = encoder(picture)["backbone_fpn"]
    identity = encoder_identity(predictor)

    again = sam2_openvino.make_openvino_encoder(predictor, identity, folder=tmp_path)
    assert not converted, "the kept encoder was not used"
    copy.write_bytes(whole[: len(whole) // 2])
    repaired = sam2_openvino.make_openvino_encoder(predictor, identity, folder=tmp_path)
    assert converted == [1]
    assert len(copy.read_bytes()) > len(whole) // 2
    for made in (again, repaired):
        levels = made(picture)["backbone_fpn"]
        assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(levels, expected, strict=True))


@needs_openvino
def test_masks_equal_those_of_the_torch_encoder(predictor, encoder, jpeg_source, monkeypatch):
    monkeypatch.setattr(sam2_openvino, "make_openvino_encoder", lambda *_, **__: encoder)
    request = SegmentRequest(5, 1, Prompts(points=(Point(30, 60),)))
    masks = []
    for backend in ("torch", "openvino"):
        engine = Sam2Engine(SPEC, predictor, encoding=EncoderOptions(backend))
        engine.open(jpeg_source)
        masks.append(engine.segment(request).mask.to_array().astype(bool))
    union = np.logical_or(*masks).sum()
    assert np.logical_and(*masks).sum() >= 0.999 * union


def test_torch_takes_over_with_one_line_when_openvino_fails(predictor, monkeypatch, caplog):
    def fail(*_, **__):
        raise RuntimeError("Unknown operation\nand more")

    monkeypatch.setattr(sam2_openvino, "make_openvino_encoder", fail)
    with caplog.at_level(logging.WARNING):
        encoder = make_encoder(predictor, torch.float32, "openvino")
    assert encoder.backend == "torch"
    (line,) = [record.getMessage() for record in caplog.records]
    assert "Unknown operation" in line and "\n" not in line


def test_auto_stays_with_torch_for_small_frames(predictor):
    assert make_encoder(predictor, torch.float32).backend == "torch"
    assert make_encoder(predictor, torch.bfloat16).backend == "torch"


@needs_openvino
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_auto_converts_for_the_next_start_and_then_takes_what_is_kept(
    predictor, folder, encoder, monkeypatch, tmp_path, dtype
):
    recipes = []
    process = SimpleNamespace(poll=lambda: None, returncode=None, stdout=None)
    monkeypatch.setattr(conversion, "start_process", lambda made: recipes.append(made) or process)
    monkeypatch.setattr(Conversion, "_busy", None)
    monkeypatch.delenv(conversion.SWITCH)
    monkeypatch.setattr(sam2_backend, "cpu_multiplies_bfloat16", lambda: True)
    monkeypatch.setattr(predictor, "image_size", 1024)
    assert make_encoder(predictor, dtype, folder=tmp_path).backend == "torch"
    (made,) = recipes
    assert (made.bfloat16, made.shape[2:]) == (dtype is torch.bfloat16, (1024, 1024))
    pickle.loads(pickle.dumps(made))
    monkeypatch.setattr(conversion, "load_kept", lambda *_: encoder._request.get_compiled_model())
    assert make_encoder(predictor, dtype, folder=tmp_path).backend == "openvino"
    assert len(recipes) == 1
