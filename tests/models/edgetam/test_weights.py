"""EdgeTAM's two files of weights, and the sentences for what is missing or wrong."""

from __future__ import annotations

import importlib.util

import pytest
import torch

from vostool.errors import ModelError
from vostool.models import registry as engines
from vostool.models.edgetam.published import EDGETAM
from vostool.models.edgetam.spec import ENGINE
from vostool.models.edgetam.weights import from_official, load_edgetam
from vostool.models.sam2.published import MODELS

READY = all(importlib.util.find_spec(name) for name in ENGINE.packages)
needs_extra = pytest.mark.skipif(not READY, reason="needs the extra edgetam")


def official_names() -> dict[str, torch.Tensor]:
    """What SAM 2.0 has outside its encoder, two attention layers, and EdgeTAM's own parts."""
    from sam2.build_sam import build_sam2_video_predictor
    from timm import create_model

    sam2 = build_sam2_video_predictor(MODELS["sam2-tiny"].config, None, device="cpu").state_dict()
    others = ("image_encoder.", "memory_attention.layers.2", "memory_attention.layers.3")
    weights = {name: t for name, t in sam2.items() if not name.startswith(others)}
    backbone = create_model("repvit_m1", features_only=True, out_indices=(0, 1, 2, 3))
    for name, tensor in backbone.state_dict().items():
        weights[f"image_encoder.trunk.body.{name}"] = tensor
    for number, channels in enumerate((384, 192, 96, 48)):
        neck = f"image_encoder.neck.convs.{number}.conv."
        weights[neck + "weight"] = torch.rand(256, channels, 1, 1)
        weights[neck + "bias"] = torch.rand(256)
    shapes = {
        "latents": (256, 64),
        "latents_2d": (256, 64),
        "norm.weight": (64,),
        "norm.bias": (64,),
    }
    for layer in ("layers.0.", "layers.1."):
        for norm in ("attn.norm_x", "attn.norm_latents", "self_attn.norm", "ff.0", "self_ff.0"):
            shapes |= {f"{layer}{norm}.weight": (64,), f"{layer}{norm}.bias": (64,)}
        for part in ("attn", "self_attn"):
            shapes |= {f"{layer}{part}.to_{n}.weight": (64, 64) for n in ("q", "out")}
            shapes[f"{layer}{part}.to_kv.weight"] = (128, 64)
        for part in ("ff", "self_ff"):
            shapes |= {f"{layer}{part}.1.weight": (256, 64), f"{layer}{part}.3.weight": (64, 256)}
    return weights | {f"spatial_perceiver.{n}": torch.rand(s) for n, s in shapes.items()}


@needs_extra
def test_every_tensor_of_the_official_file_finds_its_place(tmp_path):
    from transformers import EdgeTamVideoModel

    from vostool.models.edgetam.build import edgetam_config

    torch.set_num_threads(1)
    weights = official_names()
    assert sum(name.startswith("spatial_perceiver.") for name in weights) == 44
    torch.save({"model": weights}, tmp_path / "edgetam.pt")
    model = EdgeTamVideoModel(edgetam_config())

    load_edgetam(model, tmp_path / "edgetam.pt")

    assert sum(p.numel() for p in model.parameters()) == 13_895_794
    layer = model.spatial_perceiver.layers[1].cross_attention
    both = weights["spatial_perceiver.layers.1.attn.to_kv.weight"]
    assert torch.equal(torch.cat([layer.k_proj.weight, layer.v_proj.weight]), both)

    del weights["no_obj_ptr"]
    torch.save({"model": weights}, tmp_path / "edgetam.pt")
    with pytest.raises(ModelError, match=r"does not fit EdgeTAM .*no_object_pointer"):
        load_edgetam(model, tmp_path / "edgetam.pt")


def test_a_name_without_a_rule_stays():
    assert list(from_official({"something.else": torch.zeros(1)})) == ["something.else"]


@needs_extra
def test_a_truncated_safetensors_file_is_named(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"\x10\x00\x00")
    with pytest.raises(ModelError, match="truncated or no safetensors file"):
        load_edgetam(torch.nn.Linear(1, 1), path)
    with pytest.raises(ModelError, match="There is no checkpoint"):
        load_edgetam(torch.nn.Linear(1, 1), tmp_path / "other.safetensors")


def test_without_its_packages_the_command_that_adds_them_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ModelError, match=r"needs the packages .*`pip install "):
        engines.create_engine(EDGETAM.name, "cpu")
    status = next(s for s in engines.engine_statuses() if s.name == EDGETAM.name)
    assert not status.usable


@needs_extra
def test_without_its_checkpoint_the_way_to_fetch_it_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr("vostool.models.weights.catalog.checkpoint_dirs", lambda: (tmp_path,))
    with pytest.raises(ModelError, match=r"edgetam\.pt of EdgeTAM is not here; fetch it \(56 MB\)"):
        engines.create_engine(EDGETAM.name, "cpu")
