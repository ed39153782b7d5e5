"""The SAM 2 engines as the registry lists them: one for each published model, and any SAM 2."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from vostool.models.engine import Engine
from vostool.models.engine_options import EngineOptions
from vostool.models.sam2.published import MODELS
from vostool.models.shared.loading import importing
from vostool.models.spec import EngineSpec, best_of
from vostool.models.trainer import Trainer, TrainOptions
from vostool.models.weights.catalog import ModelSpec
from vostool.words import mark

_QUALITIES = {
    "auto": mark("Best: nearest prompted frames"),
    "exact": mark("Exact: the official predictor, all prompted frames"),
    "fast": mark("Fast: coarser memory, nearest prompted frames"),
    "coarse": mark("Coarse: fast on 512 pixels"),
}
_RANKS = {"2.0": 2, "2.1": 3}


def _load(
    model: ModelSpec | None, device: str | None, checkpoint: Path | None, options: EngineOptions
) -> Engine:
    """Load that model, or None for the one that the checkpoint's tensors tell."""
    assert checkpoint is not None
    with importing("PyTorch or sam2", "install them again, or use the engine flow"):
        from vostool.models.sam2.checkpoint import identify_file
        from vostool.models.sam2.engine import Sam2Engine
    found = model or identify_file(checkpoint)
    return Sam2Engine.from_checkpoint(found, checkpoint, device, options)


def _load_trainer(
    model: ModelSpec, device: str | None, checkpoint: Path, options: TrainOptions
) -> Trainer:
    with importing("PyTorch or sam2", "install them again"):
        from vostool.models.sam2.training.trainer import Sam2Trainer
    return Sam2Trainer.from_checkpoint(model, device, checkpoint, options)


def _load_any(device: str | None, checkpoint: Path | None, options: EngineOptions) -> Engine:
    if checkpoint is None:
        best = best_of(ENGINES) or ENGINES[0]
        checkpoint = best.find()
        if checkpoint is None:
            return best.create(device, None, options)  # which says what is missing
    return _load(None, device, checkpoint, options)


ENGINES = tuple(
    EngineSpec(
        name=model.name,
        title=model.title,
        load=partial(_load, model),
        weights=model,
        rank=_RANKS[model.version],
        slow=True,
        qualities=_QUALITIES,
        trainer=partial(_load_trainer, model),
    )
    for model in MODELS.values()
)
ANY = EngineSpec(
    name="sam2", title="SAM 2, told by its checkpoint", load=_load_any, qualities=_QUALITIES,
    listed=False,
)  # fmt: skip
