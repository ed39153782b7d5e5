"""A scripted engine that can be trained, in the registry as any other."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from training_videos import ScriptedTrainer, Skill, SkilledEngine

from vostool.models import registry
from vostool.models.spec import EngineSpec
from vostool.models.weights.catalog import ModelSpec


@pytest.fixture
def base(tmp_path) -> Path:
    """The weights to begin with, in a folder of checkpoints."""
    path = tmp_path / "checkpoints" / "base.pt"
    path.parent.mkdir()
    torch.save({"weight": torch.full((1,), 0.2)}, path)
    return path


@pytest.fixture
def scripted(monkeypatch, base) -> EngineSpec:
    """The engine `scripted`."""

    def load(device, checkpoint, options):
        return SkilledEngine(Skill(torch.load(checkpoint, weights_only=True)["weight"]))

    spec = EngineSpec(
        name="scripted",
        title="Scripted",
        load=load,
        weights=ModelSpec("scripted", "Scripted", "", "base.pt", base.stat().st_size, ""),
        trainer=lambda device, checkpoint, options: ScriptedTrainer(checkpoint, options),
    )
    monkeypatch.setattr(registry, "_BUILT_IN", (*registry._BUILT_IN, spec))
    monkeypatch.setenv("VOSTOOL_CHECKPOINTS", str(base.parent))
    return spec
