"""The door to every engine: names, what is usable here, and making one. Loads no torch itself."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vostool.errors import ModelError, UsageError
from vostool.models.engine import Engine
from vostool.models.engine_options import EngineOptions
from vostool.models.preload import load_torch_ahead
from vostool.models.weights.catalog import (
    EDGETAM,
    MOBILE_SAM,
    MODELS,
    ModelSpec,
    checkpoint_dirs,
    fetch_command,
    find_checkpoint,
    looks_whole,
)

FLOW = "flow"
SAM2 = "sam2"
"""Any SAM 2: which one is told by the checkpoint's tensors."""
FLOW_TITLE = "Optical flow (no checkpoint needed)"
EDGETAM_PACKAGES = ("transformers", "timm")
CONVERTED_EDGETAM = Path("EdgeTAM-hf", "model.safetensors")
_PACKAGES_COMMAND = 'pip install "transformers>=5.23" "timm>=1.0.20"'
DEVICES = ("cpu", "cuda", "mps")


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """One engine as `vostool models` lists it.

    Attributes:
        name: as typed on the command line.
        title: for people.
        checkpoint: the file it would read, or None.
        problem: one sentence why it cannot be used here, or None where it can.
        size: of the official checkpoint in bytes; 0 for an engine that needs none.
    """

    name: str
    title: str
    checkpoint: Path | None = None
    problem: str | None = None
    size: int = 0

    @property
    def usable(self) -> bool:
        return self.problem is None


def engine_names() -> tuple[str, ...]:
    """Every name that :func:`create_engine` knows."""
    return (FLOW, MOBILE_SAM.name, *MODELS, EDGETAM.name, SAM2)


def engine_statuses() -> list[EngineStatus]:
    """Every engine with its checkpoint, by a look at the file's ends only."""
    sam2 = (_status(spec) for spec in MODELS.values())
    return [EngineStatus(FLOW, FLOW_TITLE), _status(MOBILE_SAM), *sam2, _edgetam_status()]


def default_engine() -> str:
    """The best engine that can be used here: a SAM 2 whose checkpoint is found, else MobileSAM
    where its weights are, else "flow".

    2.1 goes before 2.0. On CUDA the larger model goes first; elsewhere, where a frame takes
    seconds, the smaller one.
    """
    found = [spec for spec in MODELS.values() if _status(spec).usable]
    if not found:
        return MOBILE_SAM.name if _status(MOBILE_SAM).usable else FLOW
    newest = [spec for spec in found if spec.version == found[0].version]
    if len(newest) == 1:
        return newest[0].name
    return (newest[-1] if _has_cuda() else newest[0]).name


def create_engine(
    name: str,
    device: str | None = None,
    checkpoint: Path | None = None,
    options: EngineOptions | None = None,
) -> Engine:
    """Make the engine of that name, with its model loaded.

    Args:
        name: one of :func:`engine_names`.
        device: "cpu", "cuda" or "mps"; None takes the best there is. "flow" always uses the CPU.
        checkpoint: a file to use in place of the one that is searched for; "sam2" takes any
            SAM 2 checkpoint, fine-tuned ones too, and tells the model by its tensors.
        options: quality and bounds of a SAM 2; None takes the defaults.

    Raises:
        UsageError: no engine of that name, or no such device.
        ModelError: the checkpoint is missing, damaged or of another model, or the device is absent.
    """
    if name not in engine_names():
        raise UsageError(_unknown(name, "engine", engine_names()))
    if device is not None and device not in DEVICES:
        raise UsageError(_unknown(device, "device", DEVICES))
    if name == FLOW:
        from vostool.models.flow.engine import FlowEngine

        return FlowEngine()
    if name == EDGETAM.name:
        return _create_edgetam(device, checkpoint)
    if name == MOBILE_SAM.name:
        return _create_mobile_sam(device, checkpoint, options or EngineOptions())
    spec = MODELS[_best_sam2() if name == SAM2 else name]
    path = checkpoint if checkpoint is not None else find_checkpoint(spec)
    if path is None:
        raise ModelError(_missing(spec))
    _prepare_torch()
    try:
        from vostool.models.sam2.engine import Sam2Engine
        from vostool.models.weights.checkpoint import identify_file
    except (ImportError, OSError) as error:
        # OSError: a shared library of torch that does not load on this machine
        raise ModelError(
            f"PyTorch or sam2 cannot be loaded ({error}); install them again, "
            "or use the engine flow."
        ) from error
    if name == SAM2:
        spec = identify_file(path)
    return Sam2Engine.from_checkpoint(spec, path, device, options or EngineOptions())


def _best_sam2() -> str:
    """The best SAM 2 that can be used here, else the smallest one."""
    best = default_engine()
    return best if best in MODELS else next(iter(MODELS))


def _create_edgetam(device: str | None, checkpoint: Path | None) -> Engine:
    problem = _missing_packages()
    if problem is not None:
        raise ModelError(problem)
    path = checkpoint if checkpoint is not None else _find_edgetam()
    if path is None:
        raise ModelError(_missing(EDGETAM))
    _prepare_torch()
    try:
        from vostool.models.edgetam.engine import EdgeTamEngine
    except (ImportError, OSError) as error:
        raise ModelError(
            f"transformers or timm cannot be loaded ({error}); "
            f"install them again with `{_PACKAGES_COMMAND}`."
        ) from error
    return EdgeTamEngine.from_checkpoint(path, device)


def _create_mobile_sam(
    device: str | None, checkpoint: Path | None, options: EngineOptions
) -> Engine:
    path = checkpoint if checkpoint is not None else find_checkpoint(MOBILE_SAM)
    if path is None:
        raise ModelError(_missing(MOBILE_SAM))
    _prepare_torch()
    try:
        from vostool.models.mobile_sam.engine import MobileSamEngine
    except (ImportError, OSError) as error:
        raise ModelError(
            f"PyTorch, sam2 or timm cannot be loaded ({error}); install them again, "
            "or use the engine flow."
        ) from error
    return MobileSamEngine.from_checkpoint(path, device, options.cache_bytes, options.encoder)


def _find_edgetam() -> Path | None:
    """The official file, else the converted model in a folder ``EdgeTAM-hf`` beside it."""
    converted = (folder / CONVERTED_EDGETAM for folder in checkpoint_dirs())
    return find_checkpoint(EDGETAM) or next((path for path in converted if path.is_file()), None)


def _edgetam_status() -> EngineStatus:
    path = _find_edgetam()
    problem = _missing_packages()
    if problem is None and path is None:
        problem = _missing(EDGETAM)
    elif problem is None and path is not None and path.suffix == ".pt":
        problem = _file_problem(EDGETAM, path)
    return EngineStatus(EDGETAM.name, EDGETAM.title, path, problem, EDGETAM.size)


def _missing_packages() -> str | None:
    if all(importlib.util.find_spec(name) is not None for name in EDGETAM_PACKAGES):
        return None
    return (
        f"{EDGETAM.title} needs the packages {' and '.join(EDGETAM_PACKAGES)}; "
        f"add them with `{_PACKAGES_COMMAND}`."
    )


def _status(spec: ModelSpec) -> EngineStatus:
    path = find_checkpoint(spec)
    if path is None:
        return EngineStatus(spec.name, spec.title, None, _missing(spec), spec.size)
    return EngineStatus(spec.name, spec.title, path, _file_problem(spec, path), spec.size)


def _file_problem(spec: ModelSpec, path: Path) -> str | None:
    if looks_whole(path):
        return None
    if not os.access(path, os.R_OK):
        return f"The checkpoint {path} may not be read; change its permissions."
    return (
        f"The checkpoint {path} is truncated or no checkpoint; "
        f"delete it and fetch it again with `{fetch_command(spec)}`."
    )


def _missing(spec: ModelSpec) -> str:
    return (
        f"The checkpoint {spec.file_name} of {spec.title} is not here; "
        f"fetch it ({spec.size / 1e6:.0f} MB) with `{fetch_command(spec)}`."
    )


def _unknown(value: str, kind: str, known: Sequence[str]) -> str:
    return f"There is no {kind} '{value}'; known are {', '.join(known)}."


def _prepare_torch() -> None:
    """Settings that torch reads once, when it is loaded, and its libraries."""
    if sys.platform == "darwin":
        # Some of SAM 2's operations exist on the CPU only; the official examples set this too.
        os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")
    load_torch_ahead()


def _has_cuda() -> bool:
    _prepare_torch()
    try:
        import torch
    except (ImportError, OSError):
        return False

    return torch.cuda.is_available()
