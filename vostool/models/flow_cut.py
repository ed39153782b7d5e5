"""GrabCut (Rother et al., SIGGRAPH 2004) on a reduced crop, brought back to the picture's edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.frames import Image
from vostool.masks import BoolArray
from vostool.models.flow_colour import colour_bins, histogram, similarity
from vostool.models.flow_picture import Rect, guided
from vostool.prompts import Point

LONGEST_SIDE = 200
_BACK, _OBJECT, _MAYBE_BACK, _MAYBE_OBJECT = (
    cv2.GC_BGD,
    cv2.GC_FGD,
    cv2.GC_PR_BGD,
    cv2.GC_PR_FGD,
)


def cut_box(
    picture: Image, box: Rect, start: BoolArray | None, points: Sequence[Point]
) -> BoolArray:
    """The object in a box: nothing outside the box belongs to it.

    Args:
        start: (H, W), what is known of the object already, or None.
        points: clicks that hold from the start.
    """
    height, width = picture.shape[:2]
    crop = box.grown(0.25, 8, width, height)
    labels = np.full((crop.height, crop.width), _BACK, np.uint8)
    inner = Rect(box.x0 - crop.x0, box.y0 - crop.y0, box.x1 - crop.x0, box.y1 - crop.y0)
    labels[inner.slices] = _MAYBE_OBJECT
    if start is not None:
        labels[inner.slices] = np.where(start[box.slices], _MAYBE_OBJECT, _MAYBE_BACK)
    if box.width * box.height >= 0.97 * width * height:
        _border_is_back(labels)
    _mark(labels, crop, points, max(2, min(box.size) // 30))
    cut = cut_labels(picture[crop.slices], labels)
    cut &= labels != _BACK
    found = _main_parts(cut, crop, points)
    if found[inner.slices].sum() < 0.03 * inner.width * inner.height:
        found = np.zeros_like(cut)
        _ellipse(found, inner)
    mask = np.zeros((height, width), np.bool_)
    mask[crop.slices] = found
    return mask


def cut_labels(crop: NDArray[np.uint8], labels: NDArray[np.uint8], rounds: int = 3) -> BoolArray:
    """GrabCut from labels (h, w) of OpenCV's four kinds; the answer has the crop's full size."""
    height, width = labels.shape
    scale = min(1.0, LONGEST_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.ascontiguousarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA))
    trimap = np.ascontiguousarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST))
    object_seen = np.isin(trimap, (_OBJECT, _MAYBE_OBJECT))
    if object_seen.sum() < 8 or (~object_seen).sum() < 8:
        return np.isin(labels, (_OBJECT, _MAYBE_OBJECT))
    cv2.setRNGSeed(1)
    models: tuple[NDArray[Any], NDArray[Any]] = (np.zeros((1, 65)), np.zeros((1, 65)))
    cv2.grabCut(small, trimap, (0, 0, 0, 0), *models, rounds, cv2.GC_INIT_WITH_MASK)
    hard = np.isin(trimap, (_OBJECT, _MAYBE_OBJECT)).astype(np.float32)
    if scale == 1:
        return hard > 0.5
    soft = np.asarray(cv2.resize(hard, (width, height)), np.float32)
    gray = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    return guided(soft, np.asarray(gray, np.uint8), max(2, round(1.5 / scale))) > 0.5


def separation(picture: Image, mask: BoolArray) -> float:
    """How different the mask's colours are from those around it, 0..1; 0 for an empty mask."""
    height, width = mask.shape
    box = Rect.around(mask)
    if box is None:
        return 0.0
    near = box.grown(0.2, 6, width, height)
    step = max(1, max(near.size) // LONGEST_SIDE)
    lab = cv2.cvtColor(
        np.ascontiguousarray(picture[near.slices][::step, ::step]), cv2.COLOR_RGB2LAB
    )
    bins, inside = colour_bins(np.asarray(lab, np.uint8)), mask[near.slices][::step, ::step]
    alike = similarity(
        histogram(bins, inside.astype(np.float32)), histogram(bins, (~inside).astype(np.float32))
    )
    return float(np.clip(1 - 0.8 * alike, 0, 1))


def _mark(labels: NDArray[np.uint8], crop: Rect, points: Sequence[Point], radius: int) -> None:
    for point in points:
        centre = int(point.x) - crop.x0, int(point.y) - crop.y0
        kind = _OBJECT if point.positive else _BACK
        cv2.circle(labels, centre, radius, kind, -1)


def _main_parts(mask: BoolArray, crop: Rect, points: Sequence[Point]) -> BoolArray:
    """The largest piece, those of a tenth of it or more, and those that were clicked; no holes."""
    number, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if number <= 1:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept = areas >= 0.1 * areas.max()
    for point in points:
        x, y = int(point.x) - crop.x0, int(point.y) - crop.y0
        if point.positive and 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1]:
            kept[pieces[y, x]] = True
    kept[0] = False
    return without_specks(kept[pieces], 0.003 * areas.max())


def without_specks(mask: BoolArray, smallest: float) -> BoolArray:
    """Fill holes of fewer than ``smallest`` pixels."""
    number, holes, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8))
    small = stats[:, cv2.CC_STAT_AREA] < smallest
    small[0] = False
    return mask | small[holes] if number > 1 else mask


def _border_is_back(labels: NDArray[np.uint8]) -> None:
    """A box over the whole picture leaves nothing outside: take its rim as the surroundings."""
    rim = max(1, min(labels.shape) // 40)
    labels[:rim] = labels[-rim:] = _BACK
    labels[:, :rim] = labels[:, -rim:] = _BACK


def _ellipse(mask: BoolArray, inner: Rect) -> None:
    y, x = np.ogrid[: mask.shape[0], : mask.shape[1]]
    cx, cy = (inner.x0 + inner.x1 - 1) / 2, (inner.y0 + inner.y1 - 1) / 2
    mask |= ((x - cx) / (inner.width / 2)) ** 2 + ((y - cy) / (inner.height / 2)) ** 2 <= 1
