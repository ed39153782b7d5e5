"""Prompts on one frame, answered by MobileSAM's decoder.

The first SAM was not trained to correct masks of other origin: told of a mask that lacks a fifth
and of a click into what is missing, it answered with a mean IoU of 0.57, where the mask alone
had 0.86 (56 cases on five real clips). So a click on a mask changes only what it concerns: of all
that the network would add or take away, the one piece that holds the click. That gave 0.94 in these
cases, 0.96 for holes (0.91 before the click) and 0.98 for lumps to be taken off (0.94 before).
"""

from __future__ import annotations

import cv2
import numpy as np
import torch

from vostool.masks.mask import BoolArray, Mask
from vostool.models.engine import SegmentReply
from vostool.models.flow.segment import pixel_of
from vostool.models.mobile_sam.decoder import Decoded, PromptDecoder
from vostool.models.mobile_sam.meant import meant
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
        # The first click alone may mean a part or the whole, so one of three answers it.
        alone = len(step.points) == 1 and step.box is None and before is None
        decoded = decoder.decode(features, step.points, step.box, before, alone)
        best = int(decoded.quality.argmax())
        if alone:
            best, choice = meant(decoded)
            if (wanted := lone_choice(step)) is not None:
                best, choice = int(by_size(decoded.logits)[wanted]), wanted
        before, quality = decoded.logits[best], float(decoded.quality[best])
    assert before is not None
    return SegmentReply(Mask.from_array(decoder.full_size(before)), _within(quality), choice)


def _corrected(
    decoder: PromptDecoder, features: torch.Tensor, start: Mask, points: tuple[Point, ...]
) -> SegmentReply:
    now, quality = start.to_array(), 1.0
    for count, point in enumerate(points, 1):
        before = decoder.from_picture(now.astype(np.float32))
        box = box_along(Mask.from_array(now), points[:count])
        decoded = decoder.decode(features, points[:count], box, before, several=False)
        quality = float(decoded.quality.max())
        changed = with_click(now, _best(decoder, decoded), point)
        if changed is None and now[_place(point, now)] != point.positive:
            # The network keeps to the mask it was told of, so it is asked about the click alone.
            alone = decoder.decode(features, (Point(point.x, point.y),), None, None, several=True)
            wanted = _smallest(decoder, alone, point)
            changed = with_click(now, wanted if point.positive else now & ~wanted, point)
            changed = _dotted(now, point) if changed is None else changed
        now = now if changed is None else changed
    return SegmentReply(Mask.from_array(now), _within(quality))


MOST_ADDED, MOST_TAKEN = 1.0, 0.6
"""Of the mask's area: a piece beyond is another thing, or all of this one."""


def with_click(mask: BoolArray, wanted: BoolArray, point: Point) -> BoolArray | None:
    """A mask (H, W) with the piece of another one that a click asks for, or without it.

    Returns:
        None where the other mask has the click's pixel as the mask has it already, or the piece is
        too large to be what is meant.
    """
    pieces = wanted & ~mask if point.positive else mask & ~wanted
    place = _place(point, mask)
    if not pieces[place]:
        return None
    _, numbers = cv2.connectedComponents(pieces.astype(np.uint8))
    piece = numbers == numbers[place]
    most = MOST_ADDED if point.positive else MOST_TAKEN
    if np.count_nonzero(piece) > most * np.count_nonzero(mask):
        return None
    return np.asarray(mask | piece if point.positive else mask & ~piece, np.bool_)


def _place(point: Point, mask: BoolArray) -> tuple[int, int]:
    """Row and column of the pixel under a point."""
    height, width = mask.shape
    return pixel_of(point, width, height)[::-1]


def _dotted(mask: BoolArray, point: Point) -> BoolArray:
    """The mask with a small disk about the click, so that no click is without effect."""
    radius = max(3, int(np.sqrt(np.count_nonzero(mask))) // 12)
    dot = np.zeros(mask.shape, np.uint8)
    row, column = _place(point, mask)
    cv2.circle(dot, (column, row), radius, 1, -1)
    return np.asarray(mask | (dot > 0) if point.positive else mask & (dot == 0), np.bool_)


def _best(decoder: PromptDecoder, decoded: Decoded) -> BoolArray:
    return decoder.full_size(decoded.logits[int(decoded.quality.argmax())])


def _smallest(decoder: PromptDecoder, decoded: Decoded, point: Point) -> BoolArray:
    """The smallest of three masks that holds the click; the best one where none does."""
    masks = [decoder.full_size(logits) for logits in decoded.logits]
    holding = [mask for mask in masks if mask[_place(point, mask)]]
    return min(holding, key=np.count_nonzero) if holding else _best(decoder, decoded)


def _within(quality: float) -> float:
    return min(1.0, max(0.0, quality))
