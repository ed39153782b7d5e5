"""A box on a frame: the mask that fills it, and what of a tracked mask stays as it was.

A box says how far the object goes and nothing about what lies inside. Drawn on a tracked mask that
is mostly right, it is about the places where that mask ends too early or too late. What the
network's answer differs by elsewhere is as often wrong as right: a wheel that is filled, a hole in
a board, the background between the legs of a chair. So a piece is changed only where the box asks
for it and the network says the same when it is shown the tracked mask, too; it does not of a mast
that fills the box beside the object.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch

from vostool.masks.box import Box
from vostool.masks.kernels import disk
from vostool.masks.mask import BoolArray, Mask
from vostool.models.mobile_sam.decoder import SINGLE, WHOLE, PromptDecoder
from vostool.models.mobile_sam.looks import Drawn, Looks
from vostool.project.prompts import Point

_FILLS = 2.0
"""What the fit of a mask's own box counts beside the estimate."""
_ABOUT = 0.5
"""Share of the tracked mask in the box, and of that in the answer, if the box is about it."""
_ASKED = 0.02
"""By how much a piece that the box asks for betters the fit."""
_SURE = 0.8
"""Share of such a piece, and of the tracked mask, that the network still has when it is shown that
mask."""
_RIM = 2
"""Pixels; differences up to twice as thick are the border's, which the network draws better."""


def boxed(
    decoder: PromptDecoder,
    features: torch.Tensor,
    points: tuple[Point, ...],
    box: Box,
    looks: Looks | None = None,
) -> tuple[torch.Tensor, float]:
    """Logits and estimate for a box: of two masks the one that fills it and is believed in.

    Of an object that is known from other frames what looks like it there is drawn, too.

    Args:
        features: (1, 256, rows, columns) of the frame.
    """
    decoded = decoder.decode_every(features, points, box, None)

    def worth(place: int) -> float:
        mask = decoder.full_size(decoded.logits[place])
        return float(decoded.quality[place]) + _FILLS * _fit(mask, box)

    best = max((SINGLE, WHOLE), key=worth)
    logits, quality = decoded.logits[best], float(decoded.quality[best])
    known = [] if looks is None else looks.seen_by(logits[None]).inside(points, box)
    if not known:
        return logits, quality

    def likely(each: Drawn) -> float:
        return each.alike + each.quality + _FILLS * _fit(decoder.full_size(each.logits), box)

    liked = max(known, key=likely)
    return liked.logits, liked.quality


def keeping(
    decoder: PromptDecoder, features: torch.Tensor, answer: BoolArray, tracked: Mask, box: Box
) -> BoolArray | None:
    """The tracked mask (H, W) with those pieces of the answer to a box that the box asks for.

    Returns:
        None where the answer stands as it is: the tracked mask is of something else.
    """
    inside = _inside(tracked.to_array(), box)
    left = np.count_nonzero(inside)
    if (
        not left
        or left < _ABOUT * tracked.area
        or np.count_nonzero(inside & answer) < _ABOUT * left
    ):
        return None
    before = decoder.from_picture(inside.astype(np.float32))
    shown = decoder.full_size(decoder.decode_every(features, (), box, before).logits[SINGLE])
    if np.count_nonzero(shown & inside) < _SURE * left:
        return inside  # it takes the box for something else, and says nothing about this object
    kept, fit = inside, _fit(inside, box)
    for differs in (answer & ~inside, inside & ~answer):
        for piece in _thick(differs):
            changed = kept ^ piece
            now = _fit(changed, box)
            sure = np.count_nonzero(piece & (shown == answer)) >= _SURE * np.count_nonzero(piece)
            if sure and now > fit + _ASKED:
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
