"""The type that a memory is kept in where autocast computes in float16."""

from __future__ import annotations

from typing import overload

import torch


@overload
def joinable(memory: torch.Tensor) -> torch.Tensor: ...
@overload
def joinable(memory: None) -> None: ...
def joinable(memory: torch.Tensor | None) -> torch.Tensor | None:
    """A memory that autocast joins with others, with the values that bfloat16 leaves.

    SAM 2's code and that of its descendants keeps memories in bfloat16, and float16 autocast
    refuses to join that type with any other. Elsewhere the memory is given back as it is.
    """
    if memory is None or not torch.is_autocast_enabled(memory.device.type):
        return memory
    half = torch.get_autocast_dtype(memory.device.type)
    return memory.to(half) if half is torch.float16 else memory
