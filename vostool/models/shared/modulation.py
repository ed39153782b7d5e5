"""Keys of memories weighed by the object's presence, as SAM2Long's memory attention does it.

Ranked by their logits of presence, what is read gets weights from 0.95 to 1.05; so do pointers,
among themselves. Keys are the sum of memory and position, and values are the memory alone, so the
positions that attention is given are changed to make up for it: nothing of the network's own is
replaced.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

LOW, HIGH = 0.95, 1.05
PROMPTED = 10.0
"""The score of a prompted frame: the object is there."""


def ranked_weights(scores: Sequence[float]) -> tuple[float, ...]:
    """The lowest score gets 0.95 and the highest 1.05, evenly between; of one alone, 0.95."""
    weights = torch.empty(len(scores))
    order = torch.tensor(scores).argsort(stable=True)
    weights[order] = torch.linspace(LOW, HIGH, len(scores))
    return tuple(weights.tolist())


def weighed_positions(
    tokens: Tensor,
    positions: Tensor,
    weights: Sequence[Sequence[float]],
    memories: int,
    pointer_tokens: int,
) -> Tensor:
    """(B, T, C) positions with which keys are the weights times what they were.

    Args:
        tokens: (B, T, C), those of pointers last.
        positions: (B, T, C) or (1, T, C).
        weights: of each object, first one for each memory and then one for each pointer; empty
            of one that is not weighed.
        memories: how many there are.
        pointer_tokens: how many of the T are of pointers, the last ones.
    """
    plain = tokens.float()
    keys = plain + positions.float()
    factors = torch.ones(tokens.shape[:2])
    for number, each in enumerate(weights):
        if each:
            frames = tokens.shape[1] - pointer_tokens
            factors[number] = _by_token(each, memories, frames, pointer_tokens)
    moved = factors.to(tokens.device)[..., None] * keys - plain
    return moved.to(positions.dtype)


def _by_token(
    weights: Sequence[float], memories: int, of_memories: int, of_pointers: int
) -> Tensor:
    """(T,). A pointer has fewer tokens than a memory, and all of a kind have as many."""
    told = torch.tensor(weights)
    frames = told[:memories].repeat_interleave(of_memories // memories)
    if memories == len(weights):
        return frames
    pointers = told[memories:].repeat_interleave(of_pointers // (len(weights) - memories))
    return torch.cat([frames, pointers])
