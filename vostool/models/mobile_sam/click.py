"""Prompts on one frame, answered by MobileSAM's decoder.

The first SAM was not trained to correct masks of other origin: told of a mask that lacks a fifth
and of a click into what is missing, it answered with a mean IoU of 0.57, where the mask alone
had 0.86 (56 cases on five real clips). So a click on a mask changes only what it concerns
(:mod:`vostool.models.mobile_sam.pieces`).

The network draws four masks at once: a single one, which it was trained to answer several prompts
with, and three of different extent for a lone click. The single one may fall to a part of the
object when a click takes something away, which the largest of the three seldom does. So both are
looked at after the first click; docs/evaluation.md has what that brings.
"""

from __future__ import annotations

import numpy as np
import torch

from vostool.masks.mask import BoolArray, Mask
from vostool.models.engine import SegmentReply
from vostool.models.mobile_sam.boxed import boxed, keeping
from vostool.models.mobile_sam.decoder import SINGLE, WHOLE, Decoded, PromptDecoder
from vostool.models.mobile_sam.meant import meant
from vostool.models.mobile_sam.pieces import centrality, place_of, with_click, with_dot
from vostool.models.shared.choosing import by_size
from vostool.models.shared.prompt_steps import box_along, lone_choice, prompt_steps
from vostool.project.prompts import Point, Prompts


def answer(decoder: PromptDecoder, features: torch.Tensor, prompts: Prompts) -> SegmentReply:
    """The mask of prompts that are more than a mask; scored by the network's own estimate.

    Args:
        features: (1, 256, rows, columns) of the frame.
    """
    start = prompts.start_mask
    if start is not None and prompts.box is None and not start.is_empty:
        return _corrected(decoder, features, start, prompts.points)
    before: torch.Tensor | None = None
    quality, choice = 1.0, None
    for step in prompt_steps(prompts):
        if not step.points and step.box is None:
            assert step.mask is not None
            before = decoder.from_picture(step.mask.to_array().astype(np.float32))
            continue
        if before is not None:
            before, quality = _refined(decoder, features, step, before)
            continue
        if step.box is not None:
            before, quality = boxed(decoder, features, step.points, step.box)
            kept = None
            if prompts.base is not None:
                filled = decoder.full_size(before)
                kept = keeping(decoder, features, filled, prompts.base, step.box)
            if kept is not None:
                later = prompts.points[len(step.points) :]
                return _corrected(decoder, features, Mask.from_array(kept), later, quality)
            continue
        # The first click alone may mean a part or the whole, so one of three answers it.
        alone = len(step.points) == 1
        decoded = decoder.decode(features, step.points, None, None, alone)
        best = int(decoded.quality.argmax())
        if alone:
            best, choice = meant(decoded)
            if (wanted := lone_choice(step)) is not None:
                best, choice = int(by_size(decoded.logits)[wanted]), wanted
        before, quality = decoded.logits[best], float(decoded.quality[best])
    assert before is not None
    return SegmentReply(Mask.from_array(decoder.full_size(before)), _within(quality), choice)


def _refined(
    decoder: PromptDecoder, features: torch.Tensor, step: Prompts, before: torch.Tensor
) -> tuple[torch.Tensor, float]:
    """Logits and estimate of the mask after one more click on the network's own answer.

    Of two that one is taken which the network believes in, which leaves most of the mask before as
    it is, and which holds every click as it is meant.
    """
    decoded = decoder.decode_every(features, step.points, step.box, before)

    def worth(place: int) -> float:
        mask = decoder.full_size(decoded.logits[place])
        holds = all(mask[place_of(point, mask)] == point.positive for point in step.points)
        alike = _overlap(decoded.logits[place] > 0, before > 0)
        return float(decoded.quality[place]) + _ALIKE * alike + _HOLDS * holds

    best = max((SINGLE, WHOLE), key=worth)
    return decoded.logits[best], float(decoded.quality[best])


_ALIKE, _HOLDS = 0.5, 0.25
"""What likeness to the mask before, 0..1, and holding all clicks count beside the estimate."""


def _overlap(one: torch.Tensor, other: torch.Tensor) -> float:
    """Intersection over union of boolean masks; 0 for two empty ones."""
    return int((one & other).sum()) / max(1, int((one | other).sum()))


def _corrected(
    decoder: PromptDecoder,
    features: torch.Tensor,
    start: Mask,
    points: tuple[Point, ...],
    quality: float = 1.0,
) -> SegmentReply:
    now = start.to_array()
    for count, point in enumerate(points, 1):
        before = decoder.from_picture(now.astype(np.float32))
        box = box_along(Mask.from_array(now), points[:count])
        decoded = decoder.decode_every(features, points[:count], box, before)
        quality = float(decoded.quality[SINGLE])
        if now[place_of(point, now)] == point.positive:
            continue
        changed = _changed(decoder, features, decoded, now, point)
        now = with_dot(now, point) if changed is None else changed
    return SegmentReply(Mask.from_array(now), _within(quality))


def _changed(
    decoder: PromptDecoder,
    features: torch.Tensor,
    decoded: Decoded,
    now: BoolArray,
    point: Point,
) -> BoolArray | None:
    """The mask with or without the piece in whose middle the click lies, of all proposed ones.

    What the network proposes beside the mask that it is shown may be the object with half of its
    surroundings, or that mask again; what for the click alone, a part or the whole.
    """
    proposed = [decoder.full_size(decoded.logits[place]) for place in (SINGLE, WHOLE)]
    place = place_of(point, now)
    if point.positive or all(mask[place] for mask in proposed):
        lone = decoder.decode(features, (Point(point.x, point.y),), None, None, several=True)
        alone = [decoder.full_size(logits) for logits in lone.logits]
        # Under a negative click all of the object may lie, so it is looked at for want of another.
        proposed += alone if point.positive else [now & ~mask for mask in alone]
    best = _most_central(now, proposed, point)
    return None if best is None else with_click(now, best, point)


def _most_central(now: BoolArray, proposed: list[BoolArray], point: Point) -> BoolArray | None:
    """The mask by which the click's piece has the click nearest to its middle; None without any."""
    best: tuple[float, BoolArray] | None = None
    for wanted in proposed:
        central = centrality(now, wanted, point)
        if central is not None and (best is None or central > best[0]):
            best = central, wanted
    return None if best is None else best[1]


def _within(quality: float) -> float:
    return min(1.0, max(0.0, quality))
