"""Choosing where an engine runs, and in which precision."""

from __future__ import annotations

import torch

from vostool.errors import ModelError

_NAMES = {"cuda": "CUDA GPU", "mps": "Apple GPU"}


def choose_device(wanted: str | None) -> torch.device:
    """The device that was asked for, else CUDA, else MPS, else the CPU.

    Raises:
        ModelError: the wanted device is not there.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted is None:
        return torch.device(next(name for name, present in there.items() if present))
    if not there.get(wanted, False):
        raise ModelError(f"There is no {_NAMES.get(wanted, wanted)} here; use the device cpu.")
    return torch.device(wanted)


def choose_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 autocast where the hardware multiplies in it, else float32.

    The official examples and benchmarks run in bfloat16 autocast on CUDA, so that is what the
    published quality was measured with. CPUs without such instructions emulate it slowly.
    """
    # Ampere (8.0) is the first with bfloat16 units; older ones emulate it slowly.
    if device.type == "cuda" and torch.cuda.get_device_capability(device)[0] >= 8:
        return torch.bfloat16
    if device.type == "cpu" and _cpu_multiplies_bfloat16():
        return torch.bfloat16
    return torch.float32


def _cpu_multiplies_bfloat16() -> bool:
    """True where PyTorch finds avx512_bf16 or AMX; it has no public question for them yet."""
    questions = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in questions)
