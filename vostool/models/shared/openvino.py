"""Image encoders through OpenVINO, where it is installed; their compiled form is kept on disk."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import platformdirs
import torch

from vostool.models.shared.encoder import PreemptedError, Stop
from vostool.models.shared.preload import load_openvino_ahead

if TYPE_CHECKING:
    from openvino import CompiledModel, Core, InferRequest, Model

_LOG = logging.getLogger(__name__)
InTorch = TypeVar("InTorch")
InOpenVino = TypeVar("InOpenVino")
_KEPT_MODELS = 8
_POLL_MS = 5
_TELEMETRY = "openvino_telemetry"


def is_installed() -> bool:
    """Whether the package is there; loads nothing."""
    return importlib.util.find_spec("openvino") is not None


def import_openvino() -> ModuleType:
    """The package, told nothing to anyone: the only door to it.

    OpenVINO's Python part tells Google Analytics of its import and of each conversion, unless a
    person forbade it beforehand; it does without where `openvino_telemetry` is not to be had.

    Raises:
        ImportError: it is not installed, or does not load here.
    """
    sys.modules.setdefault(_TELEMETRY, None)  # type: ignore[arg-type]  # None: no such module
    load_openvino_ahead()
    import openvino

    package: ModuleType = openvino
    return package


def default_folder() -> Path:
    """Where compiled encoders are kept, in the user's cache; it may not exist yet."""
    return Path(platformdirs.user_cache_dir("vostool", appauthor=False)) / "openvino"


def encoder_of(
    backend: Literal["torch", "openvino"],
    device: torch.device,
    *,
    in_torch: Callable[[], InTorch],
    in_openvino: Callable[[], InOpenVino],
) -> InTorch | InOpenVino:
    """The encoder that was asked for; PyTorch's, with one line in the log, where OpenVINO does not
    work.

    Args:
        device: where the network lies.
        in_openvino: makes OpenVINO's; may raise anything.
    """
    if backend == "torch":
        return in_torch()
    if device.type != "cpu":
        _LOG.warning("OpenVINO runs on the CPU only; the encoder stays in PyTorch.")
        return in_torch()
    try:
        return in_openvino()
    except Exception as error:  # OpenVINO raises its own kinds; PyTorch can do the work in any case
        first = (str(error).splitlines() or [type(error).__name__])[0]
        _LOG.warning("OpenVINO cannot run the encoder (%s); PyTorch does.", first)
        return in_torch()


def infer(request: InferRequest, picture: torch.Tensor, stop: Stop | None) -> list[torch.Tensor]:
    """All outputs of a network for one input, float32.

    Raises:
        PreemptedError: ``stop`` turned True before they were there.
    """
    array = picture.float().contiguous().numpy()
    request.start_async([array], share_inputs=True)
    if stop is None:
        request.wait()
    else:
        _wait_unless(request, stop)
    count = len(request.model_outputs)
    # Copied, because the request writes the next frame into the same memory.
    return [torch.from_numpy(request.get_output_tensor(n).data.copy()) for n in range(count)]


def _wait_unless(request: InferRequest, stop: Stop) -> None:
    while not request.wait_for(_POLL_MS):
        if stop():
            request.cancel()
            # Waiting for what was cancelled raises; it is over either way.
            with contextlib.suppress(RuntimeError):
                request.wait()
            raise PreemptedError


def compile_kept(
    convert: Callable[[], Model], facts: list[object], bfloat16: bool, folder: Path | None = None
) -> CompiledModel:
    """A network compiled for this CPU, from disk where it was kept, else converted now and kept.

    Args:
        facts: what tells this network and its input's size from every other.
        bfloat16: compute in bfloat16; float32 otherwise, equal to PyTorch to rounding.
        folder: where compiled encoders are kept; :func:`default_folder` when None. Where it
            cannot be written the encoder works all the same and is made again next time.

    Raises:
        ImportError: the package is not installed, or does not load here.
        Exception: whatever OpenVINO raises when it cannot convert or compile the model.
    """
    openvino = import_openvino()
    core, settings = openvino.Core(), _settings(bfloat16)
    path = _place(core, facts, bfloat16, folder)
    compiled = _load(core, path, settings)
    if compiled is None:
        compiled = core.compile_model(convert(), "CPU", settings)
        _keep(compiled, path)
    return compiled


def load_kept(
    facts: list[object], bfloat16: bool, folder: Path | None = None
) -> CompiledModel | None:
    """What :func:`compile_kept` kept of these facts; None where it is not there or not whole.

    Loads OpenVINO, which takes a second, only where something is kept.

    Raises:
        ImportError: the package does not load here.
    """
    if not any((folder or default_folder()).glob("*.blob")):
        return None
    openvino = import_openvino()
    core = openvino.Core()
    return _load(core, _place(core, facts, bfloat16, folder), _settings(bfloat16))


def _settings(bfloat16: bool) -> dict[str, Any]:
    return {
        "INFERENCE_PRECISION_HINT": "bf16" if bfloat16 else "f32",
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        "PERFORMANCE_HINT": "LATENCY",
    }


def _place(core: Core, facts: list[object], bfloat16: bool, folder: Path | None) -> Path:
    """The file of a network; another release or processor compiles another one."""
    facts = [*facts, bfloat16, import_openvino().__version__, str(core.available_devices)]
    facts.append(core.get_property("CPU", "FULL_DEVICE_NAME"))
    name = hashlib.blake2b(json.dumps(facts).encode(), digest_size=16).hexdigest()
    return (folder or default_folder()) / f"{name}.blob"


def _load(core: Core, path: Path, settings: dict[str, Any]) -> CompiledModel | None:
    try:
        with path.open("rb") as file:
            digest, blob = file.read(16), file.read()
        if hashlib.blake2b(blob, digest_size=16).digest() != digest:
            return None
        compiled = core.import_model(blob, "CPU", settings)
    except (OSError, RuntimeError):
        return None
    with contextlib.suppress(OSError):
        os.utime(path)
    return compiled


def _keep(compiled: CompiledModel, path: Path) -> None:
    """Write beside and rename; the file starts with a hash of the rest."""
    blob = compiled.export_model().getvalue()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(".partial", path.stem, path.parent)
        try:
            with open(descriptor, "wb") as file:
                file.write(hashlib.blake2b(blob, digest_size=16).digest())
                file.write(blob)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
        others = sorted(path.parent.glob("*.blob"), key=lambda p: p.stat().st_mtime)
        for old in others[:-_KEPT_MODELS]:
            old.unlink()
