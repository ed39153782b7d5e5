"""A part of a network that has to compute in float32, where the rest runs under autocast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn


def compute_in_full(part: nn.Module) -> None:
    """Switch autocast off inside a part of a model, and give it float32; changed in place.

    SAM 3's encoder of boxes takes float16 for ``roi_align`` where features are bfloat16, and
    autocast for bfloat16 refuses to join float16 with anything.
    """
    forward = part.forward

    def in_full(*args: Any, **kwargs: Any) -> Any:
        kind = next(part.parameters()).device.type
        with torch.autocast(kind, enabled=False):
            return forward(*_full(args), **_full(kwargs))

    part.forward = in_full


def _full(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.float() if value.is_floating_point() else value
    if isinstance(value, Mapping):
        return {name: _full(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_full(one) for one in value)
    return value
