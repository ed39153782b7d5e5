"""Weights kept in the type that autocast would cast them to for each frame.

Autocast casts the weights of linear layers and convolutions each time they are used; its cache
holds none under inference mode. Kept in that type, results are equal to the bit, a frame of SAM 2
asks for 300 casts less, and these weights take half the memory. Norms, embeddings and all that
autocast leaves in float32 stay as they are.
"""

from __future__ import annotations

import torch
from torch import nn

_CAST = (
    nn.Linear,
    nn.Conv1d,
    nn.Conv2d,
    nn.Conv3d,
    nn.ConvTranspose1d,
    nn.ConvTranspose2d,
    nn.ConvTranspose3d,
)
_FULL_BIAS, _FULL = "_vostool_full_bias", "_vostool_full"


def keep_in_half(model: nn.Module, dtype: torch.dtype) -> None:
    """Keep what autocast casts in ``dtype``; float32 changes nothing. Done once.

    Of float16 the full weights stay in the CPU's memory, for :func:`back_in_full`.

    Args:
        model: on its device, used under autocast of this dtype only; changed in place.
    """
    if dtype is torch.float32:
        return
    for module in _layers(model):
        if module.weight.dtype is not torch.float32:
            continue
        if dtype is torch.float16:
            setattr(module, _FULL, module.weight.detach().cpu())
        module.weight = _parameter(module.weight, dtype)
        if module.bias is not None:
            setattr(module, _FULL_BIAS, module.bias.detach())
            module.bias = _parameter(module.bias, dtype)


def back_in_full(model: nn.Module) -> None:
    """Undo :func:`keep_in_half`; after bfloat16, weights have the values it left."""
    for module in _layers(model):
        full = getattr(module, _FULL, module.weight).to(module.weight.device)
        module.weight = _parameter(full, torch.float32)
        if module.bias is not None:
            module.bias = _parameter(full_bias(module), torch.float32)
        for name in (_FULL, _FULL_BIAS):
            if hasattr(module, name):
                delattr(module, name)


def full_bias(layer: nn.Module) -> torch.Tensor:
    """The bias of a layer in float32, for code that adds it itself; autocast would not cast it."""
    bias: torch.Tensor = getattr(layer, _FULL_BIAS if hasattr(layer, _FULL_BIAS) else "bias")
    return bias


def _layers(model: nn.Module) -> list[nn.Linear]:
    return [module for module in model.modules() if isinstance(module, _CAST)]  # type: ignore[misc]


def _parameter(tensor: torch.Tensor, dtype: torch.dtype) -> nn.Parameter:
    return nn.Parameter(tensor.detach().to(dtype), requires_grad=False)
