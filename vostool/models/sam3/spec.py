"""The `sam3` engine as the registry lists it."""

from __future__ import annotations

from pathlib import Path

from vostool.models.engine import Engine
from vostool.models.engine_options import EngineOptions
from vostool.models.shared.loading import importing
from vostool.models.spec import EngineSpec
from vostool.models.weights.hub_models import SAM3_TRACKER

INSTALL = "pip install 'vostool[auto]'"


def _load(device: str | None, checkpoint: Path | None, options: EngineOptions) -> Engine:
    assert checkpoint is not None
    with importing("PyTorch or transformers", f"install them again with `{INSTALL}`"):
        from vostool.models.sam3.engine import Sam3Engine
    return Sam3Engine.from_folder(checkpoint, device, options)


ENGINE = EngineSpec(
    name="sam3",
    title="SAM 3",
    load=_load,
    hub=SAM3_TRACKER,
    packages=("transformers",),
    install=INSTALL,
)
