"""MobileSAM's encoder through OpenVINO: the same features, and PyTorch where it fails."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import torch

from vostool.models.mobile_sam.encoder import FeatureEncoder, Geometry, preprocess
from vostool.models.mobile_sam.network import MobileSam, ready
from vostool.models.mobile_sam.openvino import OpenVinoFeatureEncoder, make_feature_encoder
from vostool.models.shared.openvino import is_installed

GEOMETRY = Geometry.of(40, 320)
needs_openvino = pytest.mark.skipif(
    not is_installed(), reason="the optional extra openvino is not installed"
)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return ready(MobileSam())


@pytest.fixture(scope="module")
def picture():
    frame = np.random.default_rng(1).integers(0, 255, (40, 320, 3)).astype(np.uint8)
    return preprocess(frame, GEOMETRY)


@needs_openvino
def test_features_equal_torch_to_rounding_and_are_kept_compiled(network, picture, tmp_path):
    with torch.inference_mode():
        expected = FeatureEncoder(network, GEOMETRY, torch.float32)(picture)["backbone_fpn"][0]
    for _ in range(2):
        made = make_feature_encoder(network, GEOMETRY, torch.float32, "openvino", tmp_path)
        assert isinstance(made, OpenVinoFeatureEncoder)
        levels = made(picture, lambda: False)["backbone_fpn"]
        assert levels[0].dtype == torch.float16
        torch.testing.assert_close(levels[0].float(), expected.float(), atol=5e-3, rtol=0)
        assert len(list(tmp_path.glob("*.blob"))) == 1


def test_float32_stays_in_torch_unless_asked(network):
    assert isinstance(make_feature_encoder(network, GEOMETRY, torch.float32), FeatureEncoder)


def test_torch_serves_where_openvino_does_not(network, monkeypatch, caplog):
    def broken(*_arguments):
        raise RuntimeError("no such operation\nat some place")

    monkeypatch.setattr("vostool.models.mobile_sam.openvino.compile_kept", broken)
    with caplog.at_level(logging.WARNING):
        made = make_feature_encoder(network, GEOMETRY, torch.float32, "openvino")
    assert isinstance(made, FeatureEncoder)
    assert "OpenVINO cannot run the encoder (no such operation); PyTorch does." in caplog.text
