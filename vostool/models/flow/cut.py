"""GrabCut (Rother et al., SIGGRAPH 2004) on a reduced crop, brought back to the picture's edges."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.frames import Image
from vostool.masks.mask import BoolArray
from vostool.models.flow.candidates import ellipse, grab, in_box, without_specks
from vostool.models.flow.picture import Rect, guided
from vostool.models.flow.rank import Scene
from vostool.project.prompts import Point

LONGEST_SIDE = 200
CLICK_SIDE = 160
_COARSE_SIDE = 112
_LEAST = 0.03
_CONVINCING = 0.15
"""How much better than the cut from the whole box another must promise to be."""
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
    if start is None:
        labels = _guessed(picture[crop.slices], labels, inner)
    cut = cut_labels(picture[crop.slices], labels)
    cut &= labels != _BACK
    found = _main_parts(cut, crop, points)
    if found[inner.slices].sum() < _LEAST * inner.width * inner.height:
        found = np.isin(labels, (_OBJECT, _MAYBE_OBJECT))
    mask = np.zeros((height, width), np.bool_)
    mask[crop.slices] = found
    return mask


def _guessed(crop: NDArray[np.uint8], labels: NDArray[np.uint8], inner: Rect) -> NDArray[np.uint8]:
    """The labels with the best of several coarse cuts as the first guess."""
    small, scale = reduced(crop, _COARSE_SIDE)
    size = small.shape[1], small.shape[0]
    coarse = np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    rect = inner.scaled(scale, *size)
    cuts = [c & (coarse != _BACK) for c in in_box(small, coarse, rect)]
    scene, least = Scene.of(small, rect), _LEAST * rect.width * rect.height
    values = [scene.value(c) if np.count_nonzero(c) > least else -math.inf for c in cuts]
    if max(values) == -math.inf:
        best = ellipse(coarse.shape, rect, 1.0)
    elif max(values) <= values[0] + _CONVINCING:
        return labels
    else:
        best = cuts[int(np.argmax(values))]
    size = labels.shape[1], labels.shape[0]
    wanted = cv2.resize(best.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    kernel = np.ones((3, 3), np.uint8)
    core = cv2.erode(best.astype(np.uint8), kernel, iterations=2)
    certain = cv2.resize(core, size, interpolation=cv2.INTER_NEAREST) > 0
    guess = labels.copy()
    guess[(labels == _MAYBE_OBJECT) & certain] = _OBJECT
    guess[(labels == _MAYBE_OBJECT) & ~wanted] = _MAYBE_BACK
    return guess


def cut_labels(crop: NDArray[np.uint8], labels: NDArray[np.uint8], rounds: int = 3) -> BoolArray:
    """GrabCut from labels (h, w) of OpenCV's four kinds; the answer has the crop's full size."""
    height, width = labels.shape
    small, scale = reduced(crop, LONGEST_SIDE)
    size = small.shape[1], small.shape[0]
    trimap = np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    hard = grab(small, trimap, rounds).astype(np.float32)
    if scale == 1:
        return hard > 0.5
    soft = np.asarray(cv2.resize(hard, (width, height)), np.float32)
    gray = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    return guided(soft, np.asarray(gray, np.uint8), max(2, round(1.5 / scale))) > 0.5


def confidence(picture: Image, mask: BoolArray, box: Rect | None) -> float:
    """The share of the truth that the mask is likely to share, 0..1; 0 for an empty mask.

    Args:
        box: the prompted box, or None where there were only clicks.
    """
    height, width = mask.shape
    if not mask.any():
        return 0.0
    crop = Rect(0, 0, width, height) if box is None else box.grown(0.25, 8, width, height)
    part = picture[crop.slices]
    small, scale = reduced(part, CLICK_SIDE if box is None else _COARSE_SIDE)
    size = small.shape[1], small.shape[0]
    share = cv2.resize(mask[crop.slices].astype(np.float32), size, interpolation=cv2.INTER_AREA)
    region = share >= min(0.5, float(share.max()))
    inner = None
    if box is not None:
        inner = Rect(box.x0 - crop.x0, box.y0 - crop.y0, box.x1 - crop.x0, box.y1 - crop.y0)
        inner = inner.scaled(scale, *size)
    return float(np.clip(Scene.of(small, inner).value(region), 0.0, 1.0)) if region.any() else 0.0


def reduced(picture: NDArray[np.uint8], longest: int) -> tuple[NDArray[np.uint8], float]:
    """The picture with its longer side at most ``longest``, and the scale."""
    height, width = picture.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small, np.uint8), scale


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


def _border_is_back(labels: NDArray[np.uint8]) -> None:
    """A box over the whole picture leaves nothing outside: take its rim as the surroundings."""
    rim = max(1, min(labels.shape) // 40)
    labels[:rim] = labels[-rim:] = _BACK
    labels[:, :rim] = labels[:, -rim:] = _BACK
