"""A box on a frame: the mask that fills it, and what of a tracked mask stays as it was.

A box says how far the object goes and nothing about what lies inside. Drawn on a tracked mask that
is mostly right, it is about the places where that mask ends too early or too late. What the
network's answer differs by elsewhere is as often wrong as right: a post before the object, a house
behind it, a hole in a board. So a piece of which the box says nothing is changed only where the
network says the same when it is shown the tracked mask, too.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch

from vostool.masks.box import Box
from vostool.masks.kernels import disk
from vostool.masks.mask import BoolArray, Mask
from vostool.models.mobile_sam.decoder import SINGLE, WHOLE, PromptDecoder
from vostool.project.prompts import Point

_FILLS = 2.0
"""What the fit of a mask's own box counts beside the estimate."""
_SAME = 0.6
"""Intersection over union from which the tracked mask and the answer are of the same thing."""
_ASKED = 0.02
"""By how much the fit becomes worse without a piece that the box asks for, and better without one
that it speaks against."""
_SURE = 0.6
"""Share of a piece in which the network, shown the tracked mask, still says the same."""
_RIM = 2
"""Pixels; differences up to twice as thick are the border's, which the network draws better."""


def boxed(
    decoder: PromptDecoder, features: torch.Tensor, points: tuple[Point, ...], box: Box
) -> tuple[torch.Tensor, float]:
    """Logits and estimate for a box: of two masks the one that fills it and is believed in.

    Args:
        features: (1, 256, rows, columns) of the frame.
    """
    decoded = decoder.decode_every(features, points, box, None)

    def worth(place: int) -> float:
        mask = decoder.full_size(decoded.logits[place])
        return float(decoded.quality[place]) + _FILLS * _fit(mask, box)

    best = max((SINGLE, WHOLE), key=worth)
    return decoded.logits[best], float(decoded.quality[best])


def keeping(
    decoder: PromptDecoder, features: torch.Tensor, answer: BoolArray, tracked: Mask, box: Box
) -> BoolArray | None:
    """The answer (H, W) to a box, with the tracked mask where nothing asks for a change.

    Returns:
        None where the answer stands as it is: the tracked mask is of something else.
    """
    inside = _inside(tracked.to_array(), box)
    either = np.count_nonzero(inside | answer)
    if not either or np.count_nonzero(inside & answer) < _SAME * either:
        return None
    before = decoder.from_picture(inside.astype(np.float32))
    shown = decoder.full_size(decoder.decode_every(features, (), box, before).logits[SINGLE])
    kept, fit = answer, _fit(answer, box)
    for differs in (answer & ~inside, inside & ~answer):
        for piece in _thick(differs):
            changed = kept ^ piece
            now = _fit(changed, box)
            sure = np.count_nonzero(piece & (shown == answer)) >= _SURE * np.count_nonzero(piece)
            if now > fit + _ASKED or (now >= fit - _ASKED and not sure):
                kept, fit = changed, now
    return kept


def _thick(differs: BoolArray) -> list[BoolArray]:
    """The pieces of a difference (H, W) that are more than a rim, with the rims that they have."""
    pixels = differs.astype(np.uint8)
    core = cv2.morphologyEx(pixels, cv2.MORPH_OPEN, disk(_RIM))
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(core)
    order = np.argsort(stats[1:count, cv2.CC_STAT_AREA])[::-1] + 1
    left, pieces = differs.copy(), []
    for number in order:
        grown = cv2.dilate((numbers == number).astype(np.uint8), disk(_RIM + 1)) > 0
        pieces.append(np.asarray(left & grown, np.bool_))
        left &= ~grown
    return pieces


def _fit(mask: BoolArray, box: Box) -> float:
    """Intersection over union of a mask's own box with another one, 0..1."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    across = max(0.0, min(x + width, box.x1) - max(x, box.x0))
    shared = across * max(0.0, min(y + height, box.y1) - max(y, box.y0))
    return shared / (width * height + (box.x1 - box.x0) * (box.y1 - box.y0) - shared)


def _inside(mask: BoolArray, box: Box) -> BoolArray:
    """The part of a mask (H, W) that lies in the box, by whole pixels."""
    part = np.zeros_like(mask)
    x0, y0, x1, y1 = (max(0, round(edge)) for edge in (box.x0, box.y0, box.x1, box.y1))
    part[y0:y1, x0:x1] = mask[y0:y1, x0:x1]
    return part
