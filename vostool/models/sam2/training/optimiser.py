"""How the weights follow the loss: AdamW as SAM 2 was trained with, for a run of known length."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import nn

RATE = 1e-5
"""Twice that of Meta's own fine-tuning recipe, for much fewer steps."""
_DECAY = 0.1
_LONGEST_GRADIENT = 0.1
_WARM_UP = 10
_LAST = 0.1


def make_optimiser(parameters: Iterable[nn.Parameter], rate: float) -> torch.optim.AdamW:
    """Weights decay; biases and what normalises do not."""
    every = list(parameters)
    groups = [
        {"params": [p for p in every if p.ndim > 1], "weight_decay": _DECAY},
        {"params": [p for p in every if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate)


def rate_at(step: int, steps: int, rate: float) -> float:
    """Warmed up over a few steps, then along a cosine down to a tenth.

    Args:
        step: counted from 0.
        steps: at most so many.
    """
    done = min(1.0, step / max(1, steps))
    cosine = _LAST + (1 - _LAST) * (1 + math.cos(math.pi * done)) / 2
    return rate * cosine * min(1.0, (step + 1) / _WARM_UP)


def follow(optimiser: torch.optim.AdamW, total: torch.Tensor, rate: float) -> None:
    """One step against the gradient, which is no longer than SAM 2 was trained with."""
    optimiser.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    every = [p for group in optimiser.param_groups for p in group["params"]]
    nn.utils.clip_grad_norm_(every, _LONGEST_GRADIENT)
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.step()
