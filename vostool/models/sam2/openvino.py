"""SAM 2's image encoder through OpenVINO, an optional extra; its compiled form is kept on disk."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor

from vostool.models.sam2.encoder import EncoderLevels, Positions, PreemptedError, Stop
from vostool.models.shared.preload import load_openvino_ahead

if TYPE_CHECKING:
    from openvino import CompiledModel, Core, InferRequest, Model

_KEPT_MODELS = 4
_POLL_MS = 5


def is_installed() -> bool:
    """Whether the package is there; loads nothing."""
    return importlib.util.find_spec("openvino") is not None


def default_folder() -> Path:
    """Where compiled encoders are kept, in the user's cache; it may not exist yet."""
    return Path(platformdirs.user_cache_dir("vostool", appauthor=False)) / "openvino"


def has_bfloat16() -> bool:
    """Whether OpenVINO computes in bfloat16 on this CPU (avx512_bf16 or AMX)."""
    load_openvino_ahead()
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class OpenVinoEncoder:
    """The same levels as :class:`TorchEncoder`, float32 on the CPU, from a compiled model.

    One inference request, so it belongs to one thread. A pre-emption cancels the request, which
    OpenVINO does between two operations.
    """

    backend = "openvino"

    def __init__(self, compiled: CompiledModel, predictor: SAM2VideoPredictor) -> None:
        self._request = compiled.create_infer_request()
        self.positions = Positions(predictor)

    def __call__(self, picture: torch.Tensor, stop: Stop | None = None) -> dict[str, Any]:
        levels = infer(self._request, picture, stop)
        return {"backbone_fpn": levels, "vision_pos_enc": self.positions(levels)}


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


def make_openvino_encoder(
    predictor: SAM2VideoPredictor,
    weights_identity: str,
    *,
    bfloat16: bool = False,
    folder: Path | None = None,
) -> OpenVinoEncoder:
    """Load the compiled encoder of these weights, or convert, compile and keep it.

    Args:
        predictor: on the CPU, as it will be used.
        weights_identity: :func:`encoder_identity` of it.
        bfloat16: compute in bfloat16; float32 otherwise, equal to PyTorch to rounding.
        folder: where compiled encoders are kept; :func:`default_folder` when None. Where it
            cannot be written the encoder works all the same and is made again next time.

    Raises:
        ImportError: the package is not installed, or does not load here.
        Exception: whatever OpenVINO raises when it cannot convert or compile the model.
    """
    size = int(predictor.image_size)
    compiled = compile_kept(
        lambda: _convert(predictor, size), [weights_identity, size], bfloat16, folder
    )
    return OpenVinoEncoder(compiled, predictor)


def compile_kept(
    convert: Callable[[], Model], facts: list[object], bfloat16: bool, folder: Path | None = None
) -> CompiledModel:
    """A network compiled for this CPU, from disk where it was kept, else converted now and kept.

    Args:
        facts: what tells this network and its input's size from every other.
        bfloat16, folder: as :func:`make_openvino_encoder` has them.

    Raises:
        ImportError: the package is not installed, or does not load here.
        Exception: whatever OpenVINO raises when it cannot convert or compile the model.
    """
    load_openvino_ahead()
    import openvino

    core = openvino.Core()
    settings = {
        "INFERENCE_PRECISION_HINT": "bf16" if bfloat16 else "f32",
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        "PERFORMANCE_HINT": "LATENCY",
    }
    facts = [*facts, bfloat16, openvino.__version__, str(core.available_devices)]
    facts.append(core.get_property("CPU", "FULL_DEVICE_NAME"))
    name = hashlib.blake2b(json.dumps(facts).encode(), digest_size=16).hexdigest()
    path = (folder or default_folder()) / f"{name}.blob"
    compiled = _load(core, path, settings)
    if compiled is None:
        compiled = core.compile_model(convert(), "CPU", settings)
        _keep(compiled, path)
    return compiled


def _convert(predictor: SAM2VideoPredictor, size: int) -> Model:
    import openvino

    module = EncoderLevels(predictor).eval()
    with torch.no_grad(), warnings.catch_warnings():
        # The tracer warns that sizes become constants; they are meant to.
        warnings.simplefilter("ignore")
        module.warm(size)
        example = torch.zeros(1, 3, size, size)
        return openvino.convert_model(module, example_input=example, input=[1, 3, size, size])


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
