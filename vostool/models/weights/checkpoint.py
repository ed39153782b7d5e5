"""Reading checkpoints safely: weights only, no code from the file."""

from __future__ import annotations

import pickle
import warnings
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch

from vostool.errors import ModelError
from vostool.files import NotRegular, refuse_special
from vostool.models.weights.catalog import ModelSpec, fetch_command
from vostool.words import tr

Weights = Mapping[str, torch.Tensor]


def read_weights(path: Path) -> Weights:
    """Tensors of a checkpoint by name, on the CPU.

    Accepts what the official code writes, ``{"model": {name: tensor}}``, and a plain
    ``{name: tensor}``. Never runs code from the file (``weights_only``).

    Raises:
        ModelError: no such file, not readable, truncated, no checkpoint, or one with pickled code.
    """
    try:
        with warnings.catch_warnings():
            # A file by another pickler fails or loads all the same; the warning tells nothing more.
            warnings.filterwarnings("ignore", "Detected pickle protocol", UserWarning)
            refuse_special(path)
            content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise ModelError(
            tr("There is no checkpoint {path}; `vostool models` says how to fetch one.", path=path)
        ) from error
    except PermissionError as error:
        raise ModelError(
            tr("The checkpoint {path} may not be read; change its permissions.", path=path)
        ) from error
    except NotRegular as error:
        raise ModelError(
            tr(
                "The checkpoint {path} cannot be read: {strerror}.",
                path=path,
                strerror=error.strerror,
            )
        ) from error
    except Exception as error:  # a damaged file makes the unpickler fail in any way there is
        raise ModelError(_unreadable(path, error)) from error
    weights = content.get("model", content) if isinstance(content, dict) else None
    if not isinstance(weights, dict) or not _is_state(weights):
        raise ModelError(
            tr(
                "{path} holds no SAM 2 weights; take a checkpoint that SAM 2 "
                "wrote, with its tensors under 'model'.",
                path=path,
            )
        )
    return weights


def read_training_state(path: Path, names: Collection[str]) -> dict[str, Any]:
    """What an unfinished training kept, on the CPU; never runs code from the file.

    Args:
        names: what it has to hold.

    Raises:
        ModelError: it is damaged, or of something else.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # as in read_weights
        raise ModelError(_unfinished(path)) from error
    if not isinstance(content, dict) or not set(names) <= content.keys():
        raise ModelError(_unfinished(path))
    return content


def _unfinished(path: Path) -> str:
    return tr(
        "What was kept of the unfinished training in '{path}' is damaged; "
        "delete it, or begin anew.",
        path=path,
    )


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
        tr("{count} tensors {what}, such as {names}", count=len(names), what=what, names=names[0])
        for names, what in (
            (missing, "missing"),
            (unknown, "unknown"),
            (misshapen, tr("of another shape")),
        )
        if names
    ]
    return "; ".join(parts)


def does_not_fit(path: Path, model: ModelSpec, problem: str) -> ModelError:
    """What to raise of a checkpoint whose tensors are not the model's.

    Args:
        problem: what is wrong, in a few words.
    """
    return ModelError(
        tr(
            "The checkpoint {path} does not fit {spec_title} ({problem}); "
            "fetch the official one with `{fetch_command}`.",
            path=path,
            spec_title=model.title,
            problem=problem,
            fetch_command=fetch_command(model),
        )
    )


def _unreadable(path: Path, error: Exception) -> str:
    try:
        complete_zip = zipfile.is_zipfile(path)
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as failure:
        return tr(
            "The checkpoint {path} cannot be read ({strerror}).",
            path=path,
            strerror=failure.strerror,
        )
    if not start:
        return tr("The checkpoint {path} is empty; delete it and fetch it again.", path=path)
    if start == b"PK\x03\x04" and not complete_zip:
        return tr("The checkpoint {path} is truncated; delete it and fetch it again.", path=path)
    if isinstance(error, pickle.UnpicklingError) and complete_zip:
        return tr(
            "The checkpoint {path} holds code besides weights and was not "
            "loaded, because that code could do anything; take an official "
            "one.",
            path=path,
        )
    if complete_zip:
        return tr("The checkpoint {path} is damaged; delete it and fetch it again.", path=path)
    return tr("{path} is not a checkpoint; name a .pt file that SAM 2 wrote.", path=path)
