"""The `edgetam` engine as the registry lists it."""

from __future__ import annotations

from pathlib import Path

from vostool.models.edgetam.published import EDGETAM
from vostool.models.engine import Engine
from vostool.models.engine_options import EngineOptions
from vostool.models.shared.loading import importing
from vostool.models.spec import EngineSpec

_INSTALL = 'pip install "torch>=2.6" "transformers>=5.23" "timm>=1.0.9"'


def _load(device: str | None, checkpoint: Path | None, options: EngineOptions) -> Engine:
    assert checkpoint is not None
    with importing("transformers or timm", f"install them again with `{_INSTALL}`"):
        from vostool.models.edgetam.engine import EdgeTamEngine
    return EdgeTamEngine.from_checkpoint(checkpoint, device, options)


ENGINE = EngineSpec(
    name=EDGETAM.name,
    title=EDGETAM.title,
    load=_load,
    weights=EDGETAM,
    other_files=(Path("EdgeTAM-hf", "model.safetensors"),),
    packages=("transformers", "timm"),
    install=_INSTALL,
    rank=2,
)
