"""Importing an engine's libraries: settings before torch is loaded, one sentence where it fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from vostool.errors import ModelError
from vostool.models.shared.preload import load_torch_ahead
from vostool.words import tr


@contextmanager
def importing(libraries: str, remedy: str) -> Iterator[None]:
    """Around the imports of an engine that needs torch.

    Args:
        libraries: what is imported, for a person: "PyTorch or sam2".
        remedy: what to do when that fails: "install them again".

    Raises:
        ModelError: the libraries are not there or do not load.
    """
    prepare_torch()
    try:
        yield
    except (ImportError, OSError, NameError) as error:
        # OSError: a shared library of torch that does not load on this machine. NameError:
        # transformers, which leaves torch out without a word where it is too old for it.
        raise ModelError(
            tr(
                "{libraries} cannot be loaded ({error}); {remedy}.",
                libraries=libraries,
                error=error,
                remedy=remedy,
            )
        ) from error


def has_cuda() -> bool:
    """Whether torch finds a CUDA GPU; loads torch, False where that fails."""
    prepare_torch()
    try:
        import torch
    except (ImportError, OSError):
        return False
    return torch.cuda.is_available()


def on_slow_cpu(device: str | None) -> bool:
    """Whether an engine would compute on a CPU without bfloat16; loads torch, False where that
    fails.

    Args:
        device: as :func:`vostool.models.registry.create_engine` has it.
    """
    prepare_torch()
    try:
        import torch

        from vostool.models.shared.device import choose_device, choose_dtype

        place = choose_device(device)
        return place.type == "cpu" and choose_dtype(place) is not torch.bfloat16
    except (ImportError, OSError, ModelError):
        return False


def prepare_torch() -> None:
    """Settings that torch reads once, when it is loaded, and its libraries."""
    if sys.platform == "darwin":
        # Some of SAM 2's operations exist on the CPU only; the official examples set this too.
        os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")
    load_torch_ahead()
