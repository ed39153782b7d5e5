"""The `mobile-sam` engine as the registry lists it."""

from __future__ import annotations

from pathlib import Path

from vostool.models.engine import Engine
from vostool.models.engine_options import EngineOptions
from vostool.models.mobile_sam.published import MOBILE_SAM
from vostool.models.shared.loading import importing
from vostool.models.spec import EngineSpec
from vostool.models.trainer import Trainer, TrainOptions
from vostool.words import mark

_QUALITIES = {
    "auto": mark("Best: the quickest encoder that keeps the masks"),
    "exact": mark("Exact: the encoder as published, on every frame"),
    "fast": mark("Fast: the least work there is"),
}


def _load(device: str | None, checkpoint: Path | None, options: EngineOptions) -> Engine:
    assert checkpoint is not None
    with importing("PyTorch, sam2 or timm", "install them again, or use the engine flow"):
        from vostool.models.mobile_sam.engine import MobileSamEngine
    return MobileSamEngine.from_checkpoint(checkpoint, device, options)


def _load_trainer(device: str | None, checkpoint: Path, options: TrainOptions) -> Trainer:
    with importing("PyTorch, sam2 or timm", "install them again"):
        from vostool.models.mobile_sam.training.trainer import MobileSamTrainer
    return MobileSamTrainer.from_checkpoint(device, checkpoint, options)


ENGINE = EngineSpec(
    name=MOBILE_SAM.name,
    title=MOBILE_SAM.title,
    load=_load,
    weights=MOBILE_SAM,
    rank=1,
    qualities=_QUALITIES,
    trainer=_load_trainer,
)
