"""Prompts on one frame, answered by MobileSAM's decoder.

Clicks on a mask that stands are another matter (:mod:`vostool.models.mobile_sam.correcting`).

The network draws four masks at once: a single one, which it was trained to answer several prompts
with, and three of different extent for a lone click. The single one may fall to a part of the
object when a click takes something away, which the largest of the three seldom does. So both are
looked at after the first click; docs/evaluation.md has what that brings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from vostool.masks.mask import BoolArray, Mask
from vostool.models.engine import SegmentReply
from vostool.models.mobile_sam.boxed import boxed, keeping
from vostool.models.mobile_sam.correcting import Corrector
from vostool.models.mobile_sam.decoder import SINGLE, WHOLE, PromptDecoder
from vostool.models.mobile_sam.looks import Looks
from vostool.models.mobile_sam.meant import first_answer
from vostool.models.mobile_sam.pieces import place_of
from vostool.models.shared.prompt_steps import prompt_steps
from vostool.project.prompts import Point, Prompts


def answer(
    decoder: PromptDecoder, features: torch.Tensor, prompts: Prompts, looks: Looks | None = None
) -> SegmentReply:
    """The mask of prompts that are more than a mask; scored by the network's own estimate.

    Args:
        features: (1, 256, rows, columns) of the frame.
        looks: of the object on other frames, where it is known from any.
    """
    start = prompts.start_mask
    if start is not None and prompts.box is None and not start.is_empty:
        return _corrected(decoder, features, start.to_array(), prompts)
    told = _told(decoder, features, prompts, looks)
    if prompts.together < 2 or prompts.box is not None:
        return told
    # What the first point means may be refined by the others, or all be asked in one call: neither
    # is always better (IoU of 21 first scribbles 0.79 and 0.76, of 26 others 0.92 and 0.95).
    one_by_one = _told(decoder, features, replace(prompts, together=0), looks)
    points = prompts.points[: prompts.together]
    return max((one_by_one, told), key=lambda reply: (_held(reply.mask, points), reply.score))


def _held(mask: Mask, points: Sequence[Point]) -> int:
    """How many points lie as they are meant."""
    pixels = mask.to_array()
    return sum(bool(pixels[place_of(point, pixels)]) == point.positive for point in points)


def _told(
    decoder: PromptDecoder, features: torch.Tensor, prompts: Prompts, looks: Looks | None
) -> SegmentReply:
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
            before, quality = boxed(decoder, features, step.points, step.box, looks)
            kept = None
            if prompts.base is not None:
                filled = decoder.full_size(before)
                kept = keeping(decoder, features, filled, prompts.base, step.box)
            if kept is not None:
                later = replace(prompts, points=prompts.points[len(step.points) :], together=0)
                return _corrected(decoder, features, kept, later, quality)
            continue
        before, quality, choice = first_answer(decoder, features, step, looks)
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
    mask: BoolArray,
    prompts: Prompts,
    quality: float = 1.0,
) -> SegmentReply:
    corrector = Corrector(decoder, features)
    mask, quality = corrector.corrected(mask, prompts.points, prompts.together, quality)
    return SegmentReply(Mask.from_array(mask), _within(quality))


def _within(quality: float) -> float:
    return min(1.0, max(0.0, quality))
