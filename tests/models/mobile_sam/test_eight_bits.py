"""The encoder in 8 bits: whose weights the table is of, what is quantised, and how near it stays."""

from __future__ import annotations

import mobile_sam_ranges
import pytest
import torch

from vostool.models.mobile_sam import eight_bits
from vostool.models.mobile_sam import openvino as mobile_openvino
from vostool.models.mobile_sam.eight_bits import LEFT_OUT, Range, fits, published_ranges
from vostool.models.mobile_sam.encoder import FeatureEncoder, Geometry
from vostool.models.mobile_sam.network import build_mobile_sam
from vostool.models.mobile_sam.openvino import Choice, make_feature_encoder, may_quantise
from vostool.models.mobile_sam.published import MOBILE_SAM
from vostool.models.shared.openvino import is_installed

GEOMETRY = Geometry.of(40, 320)


@pytest.fixture(scope="module")
def ranges(network, picture):
    return mobile_sam_ranges.ranges_of(network, [picture])


def test_the_table_has_every_layer_with_weights_but_five(network):
    layers = [name for name, _ in eight_bits.weighted_layers(network.image_encoder)]
    assert list(published_ranges()) == [name for name in layers if name not in LEFT_OUT]
    assert len(layers) == 69 and set(LEFT_OUT) < set(layers)
    assert all(r.low < r.high and r.norm > 0 for r in published_ranges().values())


def test_it_is_of_the_published_weights_alone(network, ranges, fetched_checkpoint_folders):
    assert not fits(network.image_encoder, published_ranges())
    assert fits(network.image_encoder, ranges)
    places = [folder / MOBILE_SAM.file_name for folder in fetched_checkpoint_folders]
    checkpoint = next((place for place in places if place.is_file()), None)
    if checkpoint is None:
        pytest.skip("the published checkpoint is not here")
    published = build_mobile_sam(checkpoint, torch.device("cpu"))
    assert fits(published.image_encoder, published_ranges())
    published.image_encoder.neck[2].weight *= 1.01
    assert not fits(published.image_encoder, published_ranges())


def test_a_table_is_written_as_it_is_read(ranges, tmp_path, monkeypatch):
    file = tmp_path / "ranges.json"
    file.write_text(eight_bits.table_text(ranges))
    monkeypatch.setattr(eight_bits, "TABLE", file)
    published_ranges.cache_clear()
    read = published_ranges()
    published_ranges.cache_clear()
    assert list(read) == list(ranges)
    for name, was in ranges.items():
        assert (read[name].low, read[name].high) == pytest.approx((was.low, was.high), rel=1e-3)
        assert read[name].norm == pytest.approx(was.norm, rel=1e-6)


@pytest.mark.parametrize(
    ("quality", "multiplies", "same", "dtype", "amx", "may"),
    [
        ("auto", True, True, torch.float32, False, True),
        ("fast", True, True, torch.float32, True, True),
        ("exact", True, True, torch.float32, False, False),
        ("auto", False, True, torch.float32, False, False),
        ("auto", True, False, torch.float32, False, False),
        ("auto", True, True, torch.bfloat16, False, True),
        ("auto", True, True, torch.bfloat16, True, False),
    ],
)
def test_it_may_where_nobody_asked_for_exactness_and_the_cpu_does_nothing_better(
    network, ranges, monkeypatch, quality, multiplies, same, dtype, amx, may
):
    monkeypatch.setattr(mobile_openvino, "cpu_multiplies_int8", lambda: multiplies)
    monkeypatch.setattr(mobile_openvino, "cpu_has_amx", lambda: amx)
    if same:
        monkeypatch.setattr(eight_bits, "published_ranges", lambda: ranges)
    assert may_quantise(network, quality, dtype) is may


def test_zero_is_one_of_the_levels():
    for low, high in ((-0.17, 31.22), (0.5, 2.0), (-3.0, -1.0)):
        a, b = eight_bits.aligned(Range(low, high, 1.0))
        step = (b - a) / 255
        assert a <= 0 <= b and round(-a / step) == pytest.approx(-a / step, abs=1e-6)
        assert a == pytest.approx(min(low, 0), abs=step)
        assert b == pytest.approx(max(high, 0), abs=step)


@pytest.mark.skipif(not is_installed(), reason="OpenVINO is not installed here")
def test_features_stay_near_and_every_layer_of_the_table_is_quantised(
    network, ranges, picture, tmp_path, monkeypatch
):
    counts = []
    original = eight_bits.quantise
    monkeypatch.setattr(eight_bits, "published_ranges", lambda: ranges)
    monkeypatch.setattr(
        eight_bits, "quantise", lambda model, table: counts.append(original(model, table))
    )
    choice = Choice(torch.float32, "openvino", eight_bits=True, folder=tmp_path)
    made = make_feature_encoder(network, GEOMETRY, choice)(picture)["backbone_fpn"][0].float()
    assert counts == [64]
    with torch.inference_mode():
        exact = FeatureEncoder(network, GEOMETRY, torch.float32)(picture)["backbone_fpn"][0].float()
    alike = torch.nn.functional.cosine_similarity(made.flatten(), exact.flatten(), 0)
    assert 0.98 < alike < 0.999999, "not near, or not quantised at all"
