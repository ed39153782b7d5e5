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

import cv2
import numpy as np
import torch

from vostool.masks.box import Box
from vostool.masks.mask import BoolArray, Mask
from vostool.models.engine import SegmentReply
from vostool.models.mobile_sam.decoder import SINGLE, WHOLE, Decoded, PromptDecoder
from vostool.models.mobile_sam.meant import meant
from vostool.models.mobile_sam.pieces import place_of, with_click, with_dot
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
            before, quality = _boxed(decoder, features, step.points, step.box)
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


def _boxed(
    decoder: PromptDecoder, features: torch.Tensor, points: tuple[Point, ...], box: Box
) -> tuple[torch.Tensor, float]:
    """Logits and estimate for a box: of two masks the one that fills it and is believed in."""
    decoded = decoder.decode_every(features, points, box, None)

    def worth(place: int) -> float:
        mask = decoder.full_size(decoded.logits[place])
        return float(decoded.quality[place]) + _FILLS * _fit(mask, box)

    best = max((SINGLE, WHOLE), key=worth)
    return decoded.logits[best], float(decoded.quality[best])


_FILLS = 2.0
"""What the fit of a mask's own box counts beside the estimate."""


def _fit(mask: BoolArray, box: Box) -> float:
    """Intersection over union of a mask's own box with another one, 0..1."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    across = max(0.0, min(x + width, box.x1) - max(x, box.x0))
    shared = across * max(0.0, min(y + height, box.y1) - max(y, box.y0))
    return shared / (width * height + (box.x1 - box.x0) * (box.y1 - box.y0) - shared)


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
    decoder: PromptDecoder, features: torch.Tensor, start: Mask, points: tuple[Point, ...]
) -> SegmentReply:
    now, quality = start.to_array(), 1.0
    for count, point in enumerate(points, 1):
        before = decoder.from_picture(now.astype(np.float32))
        box = box_along(Mask.from_array(now), points[:count])
        decoded = decoder.decode_every(features, points[:count], box, before)
        quality = float(decoded.quality[SINGLE])
        changed = _nearest(decoder, decoded, now, point)
        if changed is None and now[place_of(point, now)] != point.positive:
            # The network keeps to the mask it was told of, so it is asked about the click alone.
            alone = decoder.decode(features, (Point(point.x, point.y),), None, None, several=True)
            wanted = _smallest(decoder, alone, point)
            changed = with_click(now, wanted if point.positive else now & ~wanted, point)
            changed = with_dot(now, point) if changed is None else changed
        now = now if changed is None else changed
    return SegmentReply(Mask.from_array(now), _within(quality))


_LARGER = 0.04
"""By how much the largest mask may be farther from the one that is corrected."""


def _nearest(
    decoder: PromptDecoder, decoded: Decoded, now: BoolArray, point: Point
) -> BoolArray | None:
    """The mask with the click's piece, from the answer that leaves most of it as it is."""
    best: tuple[float, BoolArray] | None = None
    for place, more in ((SINGLE, 0.0), (WHOLE, _LARGER)):
        wanted = decoder.full_size(decoded.logits[place])
        changed = with_click(now, wanted, point)
        either = np.count_nonzero(wanted | now)
        alike = np.count_nonzero(wanted & now) / either + more if either else more
        if changed is not None and (best is None or alike > best[0]):
            best = alike, changed
    return None if best is None else best[1]


def _best(decoder: PromptDecoder, decoded: Decoded) -> BoolArray:
    return decoder.full_size(decoded.logits[int(decoded.quality.argmax())])


def _smallest(decoder: PromptDecoder, decoded: Decoded, point: Point) -> BoolArray:
    """The smallest of three masks that holds the click; the best one where none does."""
    masks = [decoder.full_size(logits) for logits in decoded.logits]
    holding = [mask for mask in masks if mask[place_of(point, mask)]]
    return min(holding, key=np.count_nonzero) if holding else _best(decoder, decoded)


def _within(quality: float) -> float:
    return min(1.0, max(0.0, quality))
