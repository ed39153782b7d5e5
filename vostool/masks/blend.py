"""One mask out of two: a frame's mask tracked forward and the one tracked backward.

MiVOS (Cheng et al., CVPR 2021) fuses an old and a new result with weights that fall with the
distance in time from the frame that each started from. Here a side's weight is what is left of that
distance, times the engine's score. Where the two masks largely agree, their signed distances to the
outline are averaged by weight (shape-based interpolation, Raya and Udupa, 1990): the result holds
all pixels that both have, none that neither has, and goes over from one outline to the other along
the span. Where they do not agree, an average would be neither, and the heavier side is taken as it
is.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.masks.crop import Window, decode_window, encode_window, union
from vostool.masks.mask import BoolArray, Mask

MIXES_FROM = 0.5
"""IoU from which two masks are one outline seen twice, and are averaged."""
LEAST_SCORE = 0.05
"""A score counts as at least this, so that distance still decides between two lost tracks."""


@dataclass(frozen=True, slots=True)
class Sided:
    """A frame's mask as the track from one side gives it.

    Attributes:
        score: 0..1, or None where the engine gave none (it then counts as 1).
    """

    mask: Mask
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Blended:
    """The mask in between.

    Attributes:
        score: the weighted mean of the scores of the sides that it was made of, or None.
        agreement: IoU of the two sides, 1.0 for two empty ones.
    """

    mask: Mask
    score: float | None
    agreement: float


def blend_sides(left: Sided, right: Sided, place: float) -> Blended:
    """Blend the two sides of one frame; see this module for the method.

    Args:
        left: from the corrected frame before; ``right``: from the one behind.
        place: where the frame lies between the two, 0 (at the left one) to 1 (at the right one).

    Raises:
        ValueError: ``place`` is not within 0..1, or the masks are of different sizes.
    """
    if not 0 <= place <= 1:
        raise ValueError(f"a place of {place} is not between the two sides")
    weight = _share(left.score, right.score, place)
    agreement = left.mask.iou(right.mask)
    if left.mask == right.mask:
        mask = left.mask
    elif agreement >= MIXES_FROM:
        mask = _mixed(left.mask, right.mask, weight)
    else:
        heavier = left if weight >= 0.5 else right
        return Blended(heavier.mask, heavier.score, agreement)
    return Blended(mask, _mean(left.score, right.score, weight), agreement)


def _share(left: float | None, right: float | None, place: float) -> float:
    """The left side's part of the whole weight, 0..1."""
    one, two = (1.0 if score is None else max(score, LEAST_SCORE) for score in (left, right))
    before, behind = (1 - place) * one, place * two
    return before / (before + behind)


def _mean(left: float | None, right: float | None, weight: float) -> float | None:
    if left is None or right is None:
        return left if right is None else right
    return weight * left + (1 - weight) * right


def _mixed(left: Mask, right: Mask, weight: float) -> Mask:
    # One pixel around both, so that even a mask that fills its box has an outside to measure to.
    window = Window.of(union(left, right), 1)
    mixed = weight * _signed(decode_window(left, window))
    mixed += (1 - weight) * _signed(decode_window(right, window))
    return encode_window(left.height, left.width, window, mixed > 0)


def _signed(inside: BoolArray) -> NDArray[np.float64]:
    """Distance to the outline in pixels, positive inside; (H, W)."""
    parts = []
    for pixels in (inside, ~inside):
        distance = cv2.distanceTransform(
            pixels.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
        ).astype(np.float64)
        # Half a pixel: the outline runs between two pixels, not through the middle of one.
        parts.append(np.where(pixels, distance - 0.5, 0.0))
    return parts[0] - parts[1]
