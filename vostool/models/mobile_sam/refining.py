"""A further click on the network's own answer.

The network draws four masks at once: a single one, which it was trained to answer several prompts
with, and three of different extent for a lone click. The single one may fall to a part of the
object when a click takes something away, which the largest of the three seldom does. So both are
looked at after the first click.

What the network then changes may be far more than was clicked: a click on a sliver at a car's edge
brings the road. As with masks that stand (:mod:`vostool.models.mobile_sam.pieces`), a click means
the piece in whose middle it lies; where it lies elsewhere in what the network would change, only
its own piece is changed. A negative click in the very middle of the mask says that the mask is of
something else: then nothing has to be like it. docs/evaluation.md has what that brings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from vostool.masks.mask import BoolArray
from vostool.models.mobile_sam.correcting import Corrector
from vostool.models.mobile_sam.decoder import SINGLE, WHOLE, PromptDecoder
from vostool.models.mobile_sam.pieces import centrality, is_in_the_middle, place_of
from vostool.project.prompts import Point, Prompts

_ALIKE, _HOLDS = 0.5, 0.25
"""What likeness to the mask before, 0..1, and holding all clicks count beside the estimate."""
_MIDDLE = 0.8
"""How central a negative click lies in a mask that is of something else."""
_CENTRAL, _SLIGHT = 0.5, 1.05
"""How central a click lies in the change that it means; and what a mask may grow or shrink by
without being asked."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the prompts up to one come to.

    Attributes:
        logits: (256, 256), to prompt the next call with.
        mask: (H, W) of the frame.
        quality: the intersection over union with the truth that the network expects.
        choice: which of three masks answered a lone click, by size.
        corrects: a mask stood there that further clicks correct piece by piece.
    """

    logits: torch.Tensor
    mask: BoolArray
    quality: float
    choice: int | None = None
    corrects: bool = False

    @property
    def estimate(self) -> float:
        """The quality, 0..1; the network's own may lie a little beside."""
        return min(1.0, max(0.0, self.quality))

    @classmethod
    def drawn(
        cls, decoder: PromptDecoder, logits: torch.Tensor, quality: float, choice: int | None
    ) -> Standing:
        """Of one of the decoder's masks."""
        return cls(logits, decoder.full_size(logits), quality, choice)

    @classmethod
    def given(cls, decoder: PromptDecoder, mask: BoolArray, corrects: bool) -> Standing:
        """Of a mask (H, W) from elsewhere."""
        shown = decoder.from_picture(mask.astype(np.float32))
        return cls(shown, mask, 1.0, corrects=corrects)


def refined(
    decoder: PromptDecoder,
    features: torch.Tensor,
    step: Prompts,
    before: Standing,
    *,
    aimed: bool,
) -> Standing:
    """What one more click makes of the network's own answer.

    Args:
        features: (1, 256, rows, columns) of the frame.
        step: all points so far, the new one last.
        aimed: the new one is a click, into the middle of what it means, not a part of a stroke.
    """
    decoded = decoder.decode_every(features, step.points, step.box, before.logits)
    clicked = step.points[-1]
    against = aimed and not clicked.positive
    anew = against and is_in_the_middle(before.mask, clicked, _MIDDLE)
    best: tuple[float, Standing] | None = None
    for place in (SINGLE, WHOLE):
        logits, quality = decoded.logits[place], float(decoded.quality[place])
        drawn = Standing.drawn(decoder, logits, quality, before.choice)
        holds = all(drawn.mask[place_of(p, drawn.mask)] == p.positive for p in step.points)
        alike = 0.0 if anew else _overlap(logits > 0, before.logits > 0)
        worth = quality + _ALIKE * alike + _HOLDS * holds
        if best is None or worth > best[0]:
            best = worth, drawn
    assert best is not None
    if anew or not aimed or _means(before.mask, best[1].mask, clicked):
        return best[1]
    corrector = Corrector(decoder, features)
    mask, quality = corrector.corrected(before.mask, [clicked], 0, before.quality)
    shown = decoder.from_picture(mask.astype(np.float32))
    return Standing(shown, mask, quality, before.choice)


def _means(mask: BoolArray, wanted: BoolArray, point: Point) -> bool:
    """Whether a click may mean all that makes another mask (H, W) of this one."""
    more, fewer = sorted((np.count_nonzero(mask), np.count_nonzero(wanted)), reverse=True)
    if more <= _SLIGHT * fewer or not mask.any():
        return True
    central = centrality(mask, wanted, point)
    return central is not None and central >= _CENTRAL


def _overlap(one: torch.Tensor, other: torch.Tensor) -> float:
    """Intersection over union of boolean masks; 0 for two empty ones."""
    return int((one & other).sum()) / max(1, int((one | other).sum()))
