"""Which of a decoder's three masks answers a lone click: a part, a larger part, or the whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

SEVERAL = 3


def by_size(masks: torch.Tensor) -> torch.Tensor:
    """Places of masks (..., n, h, w) of logits by their areas, the smallest first: (..., n)."""
    areas = (masks > 0).flatten(-2).sum(-1)
    order: torch.Tensor = areas.argsort(dim=-1, stable=True)
    return order


class Taken:
    """Which mask was taken: 0 the smallest, 1, 2 the largest; None where there was no choice."""

    def __init__(self) -> None:
        self.choice: int | None = None


@contextmanager
def choosing(decoder: torch.nn.Module, choice: int | None) -> Iterator[Taken]:
    """Let a decoder of the SAM 2 family prefer one of its masks while this lasts.

    Such a decoder gives masks (..., n, h, w), the quality (..., n) that it expects of each, and
    more; its model goes on with the best one, and with that one's token. So the quality of the
    others is taken away, and all that follows is of the mask that was chosen.

    Args:
        choice: by size; None leaves the best.
    """
    taken = Taken()

    def choose(
        _module: torch.nn.Module, _inputs: object, output: tuple[torch.Tensor, ...]
    ) -> tuple[torch.Tensor, ...]:
        masks, quality, *rest = output
        if masks.shape[-3] != SEVERAL:
            return output
        order = by_size(masks)
        if choice is None:
            best = quality.argmax(-1, keepdim=True)
            taken.choice = int((order == best).to(torch.int8).argmax(-1).flatten()[0])
            return output
        wanted = order[..., choice : choice + 1]
        taken.choice = choice
        only = torch.full_like(quality, -1.0).scatter(-1, wanted, 1.0)
        return (masks, only, *rest)

    hook = decoder.register_forward_hook(choose)
    try:
        yield taken
    finally:
        hook.remove()
