"""MobileSAM's encoder through OpenVINO: the same features, and PyTorch where it fails."""

from __future__ import annotations

import logging
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from vostool.evaluate.array_source import ArraySource
from vostool.models.mobile_sam.encoder import FeatureEncoder, Geometry
from vostool.models.mobile_sam.engine import MobileSamEngine
from vostool.models.mobile_sam.openvino import Choice, OpenVinoFeatureEncoder, make_feature_encoder
from vostool.models.shared.conversion import SWITCH, Conversion
from vostool.models.shared.late_encoder import LateEncoder
from vostool.models.shared.openvino import is_installed

GEOMETRY = Geometry.of(40, 320)
needs_openvino = pytest.mark.skipif(
    not is_installed(), reason="the optional extra openvino is not installed"
)


@needs_openvino
def test_features_equal_torch_to_rounding_and_are_kept_compiled(network, picture, tmp_path):
    with torch.inference_mode():
        expected = FeatureEncoder(network, GEOMETRY, torch.float32)(picture)["backbone_fpn"][0]
    for _ in range(2):
        made = make_feature_encoder(
            network, GEOMETRY, Choice(torch.float32, "openvino", folder=tmp_path)
        )
        assert isinstance(made, OpenVinoFeatureEncoder)
        levels = made(picture, lambda: False)["backbone_fpn"]
        assert levels[0].dtype == torch.float16
        torch.testing.assert_close(levels[0].float(), expected.float(), atol=5e-3, rtol=0)
        assert len(list(tmp_path.glob("*.blob"))) == 1


@needs_openvino
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_is_not_kept_is_converted_beside_unless_for_one_picture(
    network, monkeypatch, tmp_path, dtype
):
    monkeypatch.setattr("vostool.models.shared.conversion.start_process", pytest.fail)
    choice = Choice(dtype, folder=tmp_path)
    assert isinstance(make_feature_encoder(network, GEOMETRY, choice), LateEncoder)
    alone = make_feature_encoder(network, GEOMETRY, choice, alone=True)
    assert isinstance(alone, FeatureEncoder)


def test_without_the_package_and_where_torch_is_asked_for_it_is_torch(network, monkeypatch):
    assert isinstance(
        make_feature_encoder(network, GEOMETRY, Choice(torch.float32, "torch")), FeatureEncoder
    )
    monkeypatch.setattr("vostool.models.mobile_sam.openvino.is_installed", lambda: False)
    made = make_feature_encoder(network, GEOMETRY, Choice(torch.float32))
    assert isinstance(made, FeatureEncoder)


@needs_openvino
def test_what_is_kept_serves_at_once_and_eight_bits_are_kept_apart(network, monkeypatch, tmp_path):
    waited = Choice(torch.float32, "openvino", folder=tmp_path)
    make_feature_encoder(network, GEOMETRY, waited)
    kept = make_feature_encoder(network, GEOMETRY, replace(waited, backend="auto"))
    assert isinstance(kept, OpenVinoFeatureEncoder)
    other = replace(waited, backend="auto", eight_bits=True)
    assert isinstance(make_feature_encoder(network, GEOMETRY, other), LateEncoder)


@needs_openvino
def test_a_video_closes_while_its_encoder_is_converted(network, monkeypatch, tmp_path):
    started = []
    process = SimpleNamespace(poll=lambda: None, returncode=None, stdout=None)
    monkeypatch.setattr(
        "vostool.models.shared.conversion.start_process",
        lambda recipe: started.append(recipe) or process,
    )
    monkeypatch.setattr("vostool.models.shared.openvino.default_folder", lambda: tmp_path)
    monkeypatch.setattr(Conversion, "_busy", None)
    monkeypatch.delenv(SWITCH)
    frames = np.zeros((2, 40, 320, 3), np.uint8)
    engine = MobileSamEngine(network, backend="auto")
    engine.open(ArraySource(frames))
    assert not engine.quickens, "the first frame waits for nothing"
    engine.prepare(0, lambda: False)
    assert engine.quickens and len(started) == 1
    engine.open(ArraySource(frames))
    engine.prepare(0, lambda: False)
    assert not engine.quickens and len(started) == 1, "one at a time"
    engine.close()
    assert not engine.quickens


def test_torch_serves_where_openvino_does_not(network, monkeypatch, caplog):
    def broken(*_arguments):
        raise RuntimeError("no such operation\nat some place")

    monkeypatch.setattr("vostool.models.shared.conversion.compile_kept", broken)
    with caplog.at_level(logging.WARNING):
        made = make_feature_encoder(network, GEOMETRY, Choice(torch.float32, "openvino"))
    assert isinstance(made, FeatureEncoder)
    assert "OpenVINO cannot run the encoder (no such operation); PyTorch does." in caplog.text
