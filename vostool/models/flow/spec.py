"""The `flow` engine as the registry lists it."""

from __future__ import annotations

from pathlib import Path

from vostool.models.engine import Engine
from vostool.models.engine_options import EngineOptions
from vostool.models.spec import EngineSpec
from vostool.words import mark


def _load(_device: str | None, _checkpoint: Path | None, _options: EngineOptions) -> Engine:
    from vostool.models.flow.engine import FlowEngine

    return FlowEngine()


ENGINE = EngineSpec(
    name="flow", title=mark("Optical flow (no checkpoint needed)"), load=_load, rank=0
)
