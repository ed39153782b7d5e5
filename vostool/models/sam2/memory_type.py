"""The type of SAM 2's memories where it computes in float32.

The official predictor keeps memories in bfloat16 whatever it computes in. In float32, joining them
with object pointers makes float32 of them; where there is no pointer to be joined with (a run
towards a prompted frame ahead), the attention's float32 weights meet bfloat16 and torch refuses. So
they are cast there, to the values that joining gives.
"""

from __future__ import annotations

from typing import Any

import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor
from torch import nn

_FITTED = "_vostool_memory_type"


def fit_memory(predictor: SAM2VideoPredictor) -> None:
    """Let memories alone be attended to outside autocast; put into this predictor once."""
    if not hasattr(predictor, _FITTED):
        predictor.memory_attention.register_forward_pre_hook(_cast, with_kwargs=True)
        setattr(predictor, _FITTED, True)


def _cast(
    _module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    memory, current = kwargs.get("memory"), kwargs.get("curr")
    if memory is None or current is None or torch.is_autocast_enabled(memory.device.type):
        return None
    dtype = (current[0] if isinstance(current, list) else current).dtype
    return args, {**kwargs, "memory": memory.to(dtype)}
