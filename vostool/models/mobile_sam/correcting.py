"""Clicks on a mask: what the network proposes for them, and the piece that each of them means.

The first SAM was not trained to correct masks of other origin: told of a mask that lacks a fifth
and of a click into what is missing, it answered with a mean IoU of 0.57, where the mask alone
had 0.86 (56 cases on five real clips). So a click on a mask changes only what it concerns
(:mod:`vostool.models.mobile_sam.pieces`). A negative one in the very middle of a mask that is one
thing with what lies there concerns all of it: the object is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import torch

from vostool.masks.mask import BoolArray, Mask
from vostool.models.mobile_sam.decoder import SINGLE, WHOLE, PromptDecoder
from vostool.models.mobile_sam.pieces import (
    ALONE,
    Bounds,
    centrality,
    is_in_the_middle,
    place_of,
    with_click,
    with_dot,
)
from vostool.models.shared.prompt_steps import box_along
from vostool.project.prompts import Point

_MIDDLE, _COVERS, _LEFT = 0.9, 0.8, 0.85
"""How central such a click lies, how much of the mask even the smallest thing there covers, and the
estimate from which the network is believed that shows the mask without the place."""


@dataclass(frozen=True, slots=True)
class Corrector:
    """Corrects masks of one frame.

    Attributes:
        features: (1, 256, rows, columns) of the frame.
    """

    decoder: PromptDecoder
    features: torch.Tensor

    def corrected(
        self, mask: BoolArray, points: Sequence[Point], together: int, quality: float
    ) -> tuple[BoolArray, float]:
        """The mask (H, W) after all points, and the network's estimate with the last one.

        Args:
            together: so many of the first points were given in one go: the network is told of them
                in one call, and they bound each other.
            quality: the estimate where there is no point.
        """
        proposed: list[BoolArray] = []
        for count, point in enumerate(points, 1):
            bounds = Bounds(tuple(points[:together])) if count <= together else ALONE
            if count == 1 or count > together:
                proposed, quality = self._proposed(mask, points[: max(count, together)])
            if mask[place_of(point, mask)] == point.positive:
                continue
            alone = cache(partial(self._alone, point))
            takes = not any(p.positive for p in points[: max(count, together)])
            if takes and self._is_absent(mask, proposed[0], quality, point, alone):
                return np.zeros_like(mask), quality
            changed = self._changed(mask, proposed, point, bounds, alone)
            mask = with_dot(mask, point) if changed is None else changed
        return mask, quality

    def _proposed(self, mask: BoolArray, points: Sequence[Point]) -> tuple[list[BoolArray], float]:
        """What the network makes of a mask and points on it, and its estimate of the first."""
        before = self.decoder.from_picture(mask.astype(np.float32))
        box = box_along(Mask.from_array(mask), points)
        decoded = self.decoder.decode_every(self.features, points, box, before)
        masks = [self.decoder.full_size(decoded.logits[place]) for place in (SINGLE, WHOLE)]
        return masks, float(decoded.quality[SINGLE])

    def _is_absent(
        self,
        mask: BoolArray,
        single: BoolArray,
        quality: float,
        point: Point,
        alone: Callable[[], list[BoolArray]],
    ) -> bool:
        """Whether a negative point says that nothing of the mask is the object."""
        if not is_in_the_middle(mask, point, _MIDDLE):
            return False
        if not single[place_of(point, mask)] and quality >= _LEFT:
            return False
        least = min(np.count_nonzero(mask & one) for one in alone())
        return bool(least >= _COVERS * np.count_nonzero(mask))

    def _changed(
        self,
        mask: BoolArray,
        proposed: Sequence[BoolArray],
        point: Point,
        bounds: Bounds,
        alone: Callable[[], list[BoolArray]],
    ) -> BoolArray | None:
        """The mask with or without the piece in whose middle the click lies, of all proposed ones.

        What the network proposes beside the mask that it is shown may be the object with half of
        its surroundings, or that mask again; what for the click alone, a part or the whole.
        """
        place = place_of(point, mask)
        proposed = list(proposed)
        if point.positive or all(wanted[place] for wanted in proposed):
            # All of the object may lie under a negative click, so it is looked at for want of
            # another.
            there = alone()
            proposed += there if point.positive else [mask & ~wanted for wanted in there]
        best = _most_central(mask, proposed, point)
        return None if best is None else with_click(mask, best, point, bounds)

    def _alone(self, point: Point) -> list[BoolArray]:
        """The three masks of a click on what lies there, whatever stands."""
        click = (Point(point.x, point.y),)
        decoded = self.decoder.decode(self.features, click, None, None, several=True)
        return [self.decoder.full_size(logits) for logits in decoded.logits]


def _most_central(mask: BoolArray, proposed: Sequence[BoolArray], point: Point) -> BoolArray | None:
    """The one by which the click's piece has the click nearest to its middle; None without any."""
    best: tuple[float, BoolArray] | None = None
    for wanted in proposed:
        central = centrality(mask, wanted, point)
        if central is not None and (best is None or central > best[0]):
            best = central, wanted
    return None if best is None else best[1]
