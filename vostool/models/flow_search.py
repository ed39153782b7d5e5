"""Finding an object again anywhere in the picture by what it looked like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.models.flow_picture import Affine, Picture, Soft
from vostool.models.flow_reference import Reference

_SCALES = (0.8, 1.0, 1.25)
_TEMPLATE_SIDE = 28
_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where the object may be: the reference's pose there, and the mean colour error."""

    pose: Affine
    error: float


def find(picture: Picture, reference: Reference, taken: Soft) -> list[Candidate]:
    """Places that look like the reference, the best first.

    The object's own pixels, reduced to about 28 on a side, are compared with every place in Lab
    at three sizes around the present one.

    Args:
        taken: (h, w) what other objects hold already, 0..1: no place is looked for there.
    """
    side = max(8.0, float(np.sqrt(reference.area)) * reference.scale)
    reduction = min(1.0, _TEMPLATE_SIDE / side)
    size = max(8, round(picture.width * reduction)), max(8, round(picture.height * reduction))
    small = cv2.resize(picture.lab, size, interpolation=cv2.INTER_AREA)
    held = cv2.resize(taken, size, interpolation=cv2.INTER_AREA)
    found: list[Candidate] = []
    for scale in _SCALES:
        found += _at_scale(small, held, reference, reference.scale * reduction * scale, reduction)
    return sorted(found, key=lambda c: c.error)[:_CANDIDATES]


def _at_scale(
    small: NDArray[Any], held: NDArray[Any], reference: Reference, scale: float, reduction: float
) -> list[Candidate]:
    rotated = reference.pose[:, :2] / reference.scale * scale
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
        found.append(Candidate(place / reduction, float(value)))
        error[max(0, py - h // 2) : py + h // 2 + 1, max(0, px - w // 2) : px + w // 2 + 1] = np.inf
    return found
