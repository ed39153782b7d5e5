"""What a robot does about one object on one frame, and where in a region it points."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vostool.masks.box import Box
from vostool.masks.mask import BoolArray
from vostool.masks.parts import largest_part
from vostool.project.prompts import Point


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person does about one object on one frame: a box, or points in their order."""

    object_id: int
    points: tuple[Point, ...] = ()
    box: Box | None = None


def largest_wrong(
    wanted: BoolArray, got: BoolArray, counted: BoolArray | None = None
) -> tuple[BoolArray, bool]:
    """The largest connected region (H, W) that is missing or too much, and whether it is missing.

    Args:
        counted: (H, W), where the truth counts; None: everywhere.
    """
    missing, extra = wanted & ~got, got & ~wanted
    if counted is not None:
        missing, extra = missing & counted, extra & counted
    missing, extra = largest_part(missing), largest_part(extra)
    is_missing = bool(np.count_nonzero(missing) >= np.count_nonzero(extra))
    return (missing if is_missing else extra), is_missing


def centre(region: BoolArray) -> tuple[float, float]:
    """x and y of the centre of the pixel furthest from the region's edge.

    The picture's border counts as an edge. Euclidean distance transform (Felzenszwalb &
    Huttenlocher's, as OpenCV has it); of equal pixels the first row by row.
    """
    padded = np.pad(region.astype(np.uint8), 1)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    y, x = np.unravel_index(int(np.argmax(distance)), distance.shape)
    return float(x) + 0.5, float(y) + 0.5
