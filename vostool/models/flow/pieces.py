"""Pieces of a mask: which of them belong to the object, and which are stray.

A paraglider hangs far below the wing and is a twentieth of it: only the mask that a person gave
tells such a piece from one that flow tore off.
"""

from __future__ import annotations

import cv2
import numpy as np

from vostool.masks.mask import BoolArray
from vostool.models.flow.picture import Soft

STRAY = 0.1
"""Share of the largest piece under which others are stray, where no given mask has such."""
SURE = 0.55
"""Mean of a piece from which it is never stray, where others than flow have a share in it: what
all agree on, a stick in a hand that hides its middle. Flow alone is as sure of what it tore."""
_SPECK, _SPECK_AREA = 0.02, 12
"""Pieces of a given mask of a smaller share or fewer pixels say nothing."""


def smallest_piece(soft: Soft) -> float:
    """Share of the largest piece down to which others belong to the object of a given mask.

    Half of the share that its smallest piece has, so that this one may shrink; at most ``STRAY``.
    """
    _, _, stats, _ = cv2.connectedComponentsWithStats((soft > 0.5).astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    shares = areas / max(1, areas.max(initial=0))
    told = shares[(shares > _SPECK) & (areas >= _SPECK_AREA)]
    return min(STRAY, 0.5 * float(told.min(initial=1.0)))


def tidy(soft: Soft, share: float = STRAY, sure: float | None = None) -> Soft:
    """Without stray pieces.

    Args:
        soft: (h, w), 0..1.
        share: of the largest piece, under which another one is stray.
        sure: mean of a piece from which it is not; None where that tells nothing.
    """
    hard = (soft > 0.5).astype(np.uint8)
    number, labels, stats, _ = cv2.connectedComponentsWithStats(hard)
    if number <= 2:
        return soft
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    small = areas < share * areas.max()
    if sure is not None:
        small &= np.bincount(labels.ravel(), soft.ravel(), number) < sure * areas
    small[0] = False
    drop: BoolArray = small[labels]
    return np.where(drop, np.float32(0), soft)
