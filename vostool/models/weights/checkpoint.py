"""Reading SAM 2 checkpoints safely: weights only, matched to a model by their tensors."""

from __future__ import annotations

import pickle
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from vostool.errors import ModelError
from vostool.models.weights.catalog import MODELS, ModelSpec, fetch_command

Weights = Mapping[str, torch.Tensor]

_PATCH_EMBED = "image_encoder.trunk.patch_embed.proj.weight"
_BLOCK = "image_encoder.trunk.blocks."
_ONLY_IN_2_1 = "no_obj_embed_spatial"


def read_weights(path: Path) -> Weights:
    """Tensors of a checkpoint by name, on the CPU.

    Accepts what the official code writes, ``{"model": {name: tensor}}``, and a plain
    ``{name: tensor}``. Never runs code from the file (``weights_only``).

    Raises:
        ModelError: no such file, not readable, truncated, no checkpoint, or one with pickled code.
    """
    try:
        with warnings.catch_warnings():
            # A file by another pickler fails or loads all the same; the warning helps nobody.
            warnings.filterwarnings("ignore", "Detected pickle protocol", UserWarning)
            content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise ModelError(
            f"There is no checkpoint {path}; `vostool models` says how to fetch one."
        ) from error
    except PermissionError as error:
        raise ModelError(
            f"The checkpoint {path} may not be read; change its permissions."
        ) from error
    except Exception as error:  # a damaged file makes the unpickler fail in any way there is
        raise ModelError(_unreadable(path, error)) from error
    weights = content.get("model", content) if isinstance(content, dict) else None
    if not isinstance(weights, dict) or not _is_state(weights):
        raise ModelError(
            f"{path} holds no SAM 2 weights; take a checkpoint that SAM 2 wrote, "
            "with its tensors under 'model'."
        )
    return weights


def identify(weights: Weights) -> ModelSpec | None:
    """The published model that these tensors have the shapes of, or None."""
    patch = weights.get(_PATCH_EMBED)
    if patch is None:
        return None
    numbers = {name[len(_BLOCK) :].split(".")[0] for name in weights if name.startswith(_BLOCK)}
    version = "2.1" if _ONLY_IN_2_1 in weights else "2.0"
    traits = (int(patch.shape[0]), len(numbers), version)
    for spec in MODELS.values():
        if (spec.embed_dim, spec.blocks, spec.version) == traits:
            return spec
    return None


def identify_file(path: Path) -> ModelSpec:
    """The published model that a checkpoint of any name has the shapes of.

    Raises:
        ModelError: the file cannot be read or is of no SAM 2 model.
    """
    spec = identify(read_weights(path))
    if spec is None:
        raise ModelError(
            f"The tensors of {path} are of none of the SAM 2 models "
            f"({', '.join(MODELS)}); take a checkpoint of one of them."
        )
    return spec


def load_into(module: torch.nn.Module, weights: Weights, spec: ModelSpec, path: Path) -> None:
    """Copy the weights into a model built for ``spec``; every tensor has to fit.

    Raises:
        ModelError: the tensors are another model's, or some are missing, unknown or misshapen.
    """
    found = identify(weights)
    if found is not None and found.name != spec.name:
        raise ModelError(
            f"The checkpoint {path} is {found.title}, not {spec.title}; "
            f"choose the engine {found.name} for it."
        )
    problem = mismatch(module.state_dict(), weights)
    if problem:
        raise ModelError(
            f"The checkpoint {path} does not fit {spec.title} ({problem}); "
            f"fetch the official one with `{fetch_command(spec)}`."
        )
    module.load_state_dict(dict(weights))


def _is_state(content: dict[Any, Any]) -> bool:
    return bool(content) and all(
        isinstance(name, str) and isinstance(value, torch.Tensor) for name, value in content.items()
    )


def mismatch(expected: Weights, given: Weights) -> str:
    """What is wrong in a few words, with one example each; empty when everything fits."""
    missing = [name for name in expected if name not in given]
    unknown = [name for name in given if name not in expected]
    misshapen = [n for n in expected if n in given and expected[n].shape != given[n].shape]
    parts = [
        f"{len(names)} tensors {what}, such as {names[0]}"
        for names, what in (
            (missing, "missing"),
            (unknown, "unknown"),
            (misshapen, "of another shape"),
        )
        if names
    ]
    return "; ".join(parts)


def _unreadable(path: Path, error: Exception) -> str:
    try:
        complete_zip = zipfile.is_zipfile(path)
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as failure:
        return f"The checkpoint {path} cannot be read ({failure.strerror})."
    if not start:
        return f"The checkpoint {path} is empty; delete it and fetch it again."
    if start == b"PK\x03\x04" and not complete_zip:
        return f"The checkpoint {path} is truncated; delete it and fetch it again."
    if isinstance(error, pickle.UnpicklingError) and complete_zip:
        return (
            f"The checkpoint {path} holds code besides weights and was not loaded, because that "
            "code could do anything; take an official one."
        )
    if complete_zip:
        return f"The checkpoint {path} is damaged; delete it and fetch it again."
    return f"{path} is not a checkpoint; name a .pt file that SAM 2 wrote."
