"""What an object looked like on a trusted frame, and the mask it votes for on another.

Carrying a mask from frame to frame adds a little error each time. A reference is matched with the
present frame directly: first by the pose it is known to have, then by dense flow, so that its
mask comes over in one step, whatever happened between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.models.flow.motion import (
    DenseFlow,
    agreement,
    chain,
    fit_motion,
    follow,
    inverse,
    only_shift,
    shift,
)
from vostool.models.flow.picture import Affine, Picture, Rect, Soft

_SEEN_AT_ALL = 0.35
_SEEN_WHOLE = 0.6


@dataclass(frozen=True, slots=True)
class Vote:
    """The mask that one source proposes for the present frame, within a rectangle of it.

    Attributes:
        soft: the mask, 0..1. trust: how well the pictures agree there, 0..1.
        quality: mean trust over the object, 0..1.
    """

    soft: Soft
    trust: Soft
    quality: float


class Reference:
    """A crop of a trusted frame with its soft mask.

    Attributes:
        pose: from the crop's pixels to the present frame's.
        frame: the frame's number.
    """

    def __init__(self, frame: int, picture: Picture, soft: Soft, box: Rect) -> None:
        self.frame = frame
        self.rect = box.grown(0.35, 12, picture.width, picture.height)
        self.gray = np.ascontiguousarray(picture.gray[self.rect.slices])
        self.lab = np.ascontiguousarray(picture.lab[self.rect.slices])
        self.soft = np.ascontiguousarray(soft[self.rect.slices])
        self.area = float(self.soft.sum())
        self.pose: Affine = shift(self.rect.x0, self.rect.y0)

    def vote(self, picture: Picture, roi: Rect, flow: DenseFlow) -> Vote:
        """Match with the present picture from the known pose, and correct the pose."""
        size = self.rect.size
        seen_gray = _seen(picture.gray, self.pose, size)
        seen_lab = _seen(picture.lab, self.pose, size)
        way = flow.between(seen_gray, self.gray)
        soft = follow(self.soft, way)
        trust = agreement(seen_lab, follow(self.lab, way, cv2.BORDER_REPLICATE))
        total = float(soft.sum())
        quality = float((soft * trust).sum()) / total if total > 1 else 0.0
        to_roi = chain(shift(-roi.x0, -roi.y0), self.pose)
        placed = [
            np.asarray(cv2.warpAffine(part, to_roi, roi.size, flags=cv2.INTER_LINEAR), np.float32)
            for part in (soft, trust)
        ]
        seen = np.asarray(soft * trust, np.float32)
        motion = fit_motion(way, seen) if quality > _SEEN_AT_ALL else None
        if motion is not None:
            # A part that is still visible says where the object is, not how large it is.
            whole = quality > _SEEN_WHOLE
            self.pose = chain(self.pose, inverse(motion if whole else only_shift(motion, seen)))
        return Vote(placed[0], placed[1], quality)

    def centre_at(self, x: float, y: float) -> None:
        """Move the pose so that the mask's centre comes to lie there in the present frame."""
        rows, columns = np.nonzero(self.soft > 0.5)
        here = self.pose @ np.array((columns.mean(), rows.mean(), 1.0))
        self.pose = chain(shift(x - float(here[0]), y - float(here[1])), self.pose)

    @property
    def around(self) -> Rect:
        """The box of the crop in the present frame; may reach over its border."""
        width, height = self.rect.size
        corners = np.array(((0, 0, 1), (width, 0, 1), (0, height, 1), (width, height, 1)))
        points = corners @ self.pose.T
        low, high = np.floor(points.min(0)), np.ceil(points.max(0))
        return Rect(int(low[0]), int(low[1]), int(high[0]), int(high[1]))

    @property
    def scale(self) -> float:
        """Present size of the object as a multiple of the reference's."""
        return float(np.hypot(self.pose[0, 0], self.pose[1, 0]))


def _seen(picture: NDArray[Any], pose: Affine, size: tuple[int, int]) -> NDArray[Any]:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, pose, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
