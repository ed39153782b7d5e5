"""The type of SAM 2's memories where it does not compute in bfloat16.

The official predictor keeps memories in bfloat16 whatever it computes in. In float32, joining them
with object pointers makes float32 of them; where there is no pointer to be joined with (a run
towards a prompted frame ahead), the attention's float32 weights meet bfloat16 and torch refuses. So
they are cast there, to the values that joining gives. Under float16 autocast torch refuses to join
them at all, so what both ways into memory give is kept in float16 there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from sam2.sam2_video_predictor import SAM2VideoPredictor
from torch import nn

from vostool.models.shared.half_memory import joinable

_FITTED = "_vostool_memory_type"


def fit_memory(predictor: SAM2VideoPredictor) -> None:
    """Let memories be attended to in float32 and in float16; put into this predictor once."""
    if hasattr(predictor, _FITTED):
        return
    predictor.memory_attention.register_forward_pre_hook(_cast, with_kwargs=True)
    predictor._run_single_frame_inference = _inferring(predictor._run_single_frame_inference)
    predictor._run_memory_encoder = _encoding(predictor._run_memory_encoder)
    setattr(predictor, _FITTED, True)


def _cast(
    _module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    memory, current = kwargs.get("memory"), kwargs.get("curr")
    if memory is None or current is None or torch.is_autocast_enabled(memory.device.type):
        return None
    dtype = (current[0] if isinstance(current, list) else current).dtype
    return args, {**kwargs, "memory": memory.to(dtype)}


def _inferring(official: Callable[..., Any]) -> Callable[..., Any]:
    def infer(**asked: object) -> tuple[dict[str, Any], torch.Tensor]:
        output, masks = official(**asked)
        memory = output["maskmem_features"]
        return {**output, "maskmem_features": joinable(memory)}, masks

    return infer


def _encoding(official: Callable[..., Any]) -> Callable[..., Any]:
    def encode(**asked: object) -> tuple[torch.Tensor | None, Any]:
        memory, positions = official(**asked)
        return joinable(memory), positions

    return encode
