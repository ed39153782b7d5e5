"""Finding an object again anywhere in the picture by what it looked like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.models.flow.picture import Affine, Picture, Soft
from vostool.models.flow.reference import Reference

# Scale, turn in degrees, and how likely beforehand.
_CHANGES = ((1.0, 0, 1.0), (0.8, 0, 0.85), (1.25, 0, 0.85), (1.0, 30, 0.9), (1.0, -30, 0.9))
_TEMPLATE_SIDE = 28
_LONGEST = 320
"""Longer side of the picture that is searched. A small object is compared with every place of it:
with 640 that took 0.2 s for each of its references, many times what a tracked frame takes."""
_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where the object may be.

    Attributes:
        pose: the reference's pose there. error: mean difference of colour, Lab units.
        prior: 1 where the object would be as it was, less where it had grown or turned.
    """

    pose: Affine
    error: float
    prior: float


def find(picture: Picture, reference: Reference, taken: Soft) -> list[Candidate]:
    """Places that look like the reference, the best first.

    The object's own pixels, reduced to at most 28 on a side, are compared with every place in Lab
    as they were, a little larger and smaller, and turned to either side.

    Args:
        taken: (h, w) what other objects hold already, 0..1: no place is looked for there.
    """
    side = max(8.0, float(np.sqrt(reference.area)) * reference.scale)
    reduction = min(1.0, _TEMPLATE_SIDE / side, _LONGEST / max(picture.width, picture.height))
    size = max(8, round(picture.width * reduction)), max(8, round(picture.height * reduction))
    small = cv2.resize(picture.lab, size, interpolation=cv2.INTER_AREA)
    held = cv2.resize(taken, size, interpolation=cv2.INTER_AREA)
    found: list[Candidate] = []
    for scale, turn, prior in _CHANGES:
        angle = np.deg2rad(turn)
        rotation = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
        change = rotation @ reference.pose[:, :2] * (reduction * scale)
        places = _places(small, held, reference, change)
        found += [Candidate(place / reduction, error, prior) for place, error in places]
    return sorted(found, key=lambda c: c.error / c.prior)[:_CANDIDATES]


def _places(
    small: NDArray[Any], held: NDArray[Any], reference: Reference, rotated: NDArray[Any]
) -> list[tuple[Affine, float]]:
    """The two best places of the reference, scaled and turned by the 2x2 matrix ``rotated``."""
    width, height = reference.rect.size
    corners = np.array(((0, 0), (width, 0), (0, height), (width, height))) @ rotated.T
    low = corners.min(0)
    size = np.maximum(np.ceil(corners.max(0) - low), 1).astype(int)
    matrix = np.column_stack((rotated, -low))
    mask = cv2.warpAffine(reference.soft, matrix, (int(size[0]), int(size[1])))
    template = cv2.warpAffine(
        reference.lab, matrix, (int(size[0]), int(size[1])), borderMode=cv2.BORDER_REPLICATE
    )
    x, y, w, h = cv2.boundingRect((mask > 0.5).astype(np.uint8))
    if w < 3 or h < 3 or w >= small.shape[1] or h >= small.shape[0]:
        return []
    mask = np.ascontiguousarray(mask[y : y + h, x : x + w])
    template = np.ascontiguousarray(template[y : y + h, x : x + w])
    weight = (mask > 0.5).astype(np.float32)
    error = cv2.matchTemplate(
        small.astype(np.float32),
        template.astype(np.float32),
        cv2.TM_SQDIFF,
        mask=cv2.merge((weight * 0.5, weight, weight)),
    )
    error = np.sqrt(np.maximum(error, 0) / weight.sum())
    overlap = cv2.matchTemplate(held.astype(np.float32), weight, cv2.TM_CCORR) / weight.sum()
    error = np.where(overlap > 0.4, np.inf, error)
    found = []
    for _ in range(2):
        value, _, (px, py), _ = cv2.minMaxLoc(error)
        if not np.isfinite(value):
            break
        place = matrix.copy()
        place[:, 2] += (px - x, py - y)
        found.append((place, float(value)))
        error[max(0, py - h // 2) : py + h // 2 + 1, max(0, px - w // 2) : px + w // 2 + 1] = np.inf
    return found
