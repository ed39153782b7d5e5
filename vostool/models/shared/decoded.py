"""All that a mask decoder of the SAM 2 family said of a frame, beside the mask that it chose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


@dataclass(frozen=True, eq=False)
class Decoded:
    """The decoder's masks of one object, or of several; a library may have an axis more in front.

    Attributes:
        masks: (..., n, h, w) logits.
        quality: (..., n) the intersection over union that it expects of each with the truth.
        tokens: (..., n or 1, C), of which object pointers are made.
        presence: one logit: the object is on the frame where it is above 0.
    """

    masks: Tensor
    quality: Tensor
    tokens: Tensor
    presence: Tensor

    @property
    def qualities(self) -> list[float]:
        """As numbers, one a mask."""
        return [float(value) for value in self.quality.float().flatten().tolist()]

    @property
    def presence_logit(self) -> float:
        """As a number."""
        return float(self.presence.float().flatten()[0].item())

    def inside(self) -> NDArray[np.bool_]:
        """(n, h, w): where each mask is, nowhere where the object is not on the frame."""
        shown = (self.masks > 0) & (self.presence.flatten()[0] > 0)
        return np.asarray(shown.reshape(-1, *shown.shape[-2:]).cpu().numpy(), np.bool_)

    def parts(self) -> list[Decoded]:
        """Of a batch, with the objects first: each one's own."""
        return [
            Decoded(*(x[number : number + 1] for x in whole))
            for whole in [(self.masks, self.quality, self.tokens, self.presence)]
            for number in range(self.masks.shape[0])
        ]

    def token(self, place: int) -> Tensor:
        """(..., C): that of one mask; a decoder may have one for all."""
        return self.tokens[..., place if self.tokens.shape[-2] > 1 else 0, :]


class Heard:
    """What a decoder said last."""

    def __init__(self) -> None:
        self._decoded: Decoded | None = None

    def hear(self, decoded: Decoded) -> None:
        """Take what it said, in place of what it said before."""
        self._decoded = decoded

    @property
    def decoded(self) -> Decoded:
        """It has to have said something."""
        assert self._decoded is not None
        return self._decoded


@contextmanager
def hearing(decoder: nn.Module) -> Iterator[Heard]:
    """Listen to a decoder of the SAM 2 family, which gives masks, their qualities, tokens and the
    object's presence, while this lasts."""
    heard = Heard()

    def hear(_module: nn.Module, _inputs: object, output: tuple[Tensor, ...]) -> None:
        masks, quality, tokens, presence = output[:4]
        heard.hear(Decoded(masks, quality, tokens, presence))

    hook = decoder.register_forward_hook(hear)
    try:
        yield heard
    finally:
        hook.remove()


def present_only(masks: Tensor, presence: Tensor, absent: float) -> Tensor:
    """Logits (..., h, w), all ``absent`` where the object is not on the frame."""
    shown = presence.flatten()[0] > 0
    return torch.where(shown, masks, absent)
