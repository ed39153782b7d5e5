"""The region around a click: grown at several tolerances and scales, the clearest one wins."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.frames import Image
from vostool.masks import BoolArray
from vostool.models.flow_cut import cut_labels, without_specks
from vostool.models.flow_picture import Rect, Soft, guided
from vostool.prompts import Point

_LONGEST_SIDE = 256
_TOLERANCES = (8, 12, 17, 23, 30, 38, 48)
_REACHES = (0.08, 0.14, 0.24)


def grow_region(
    picture: Image,
    point: Point,
    points: tuple[Point, ...],
    within: Rect | None,
    *,
    wanted: bool = True,
    most: float = math.inf,
) -> BoolArray:
    """The region (H, W) that the click lies in, away from clicks that say otherwise.

    Args:
        within: nothing outside is taken; None is the whole picture.
        wanted: the region of a positive click; False grows that of a negative one.
        most: pixels that the region may have; where every way of growing takes more, the click's
            own surroundings of that size are taken.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, _LONGEST_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    seed = _at(point, size, scale)
    walls = [_at(p, size, scale) for p in points if p.positive != wanted]
    walls = [w for w in walls if w != seed]
    window = np.ones(size[::-1], np.bool_)
    if within is not None:
        window[:] = False
        y0, x0 = int(within.y0 * scale), int(within.x0 * scale)
        window[
            y0 : max(y0 + 1, round(within.y1 * scale)), x0 : max(x0 + 1, round(within.x1 * scale))
        ] = True
    window[seed[1], seed[0]] = True
    region = _best(small, seed, walls, window, most * scale * scale)
    return _enlarged(picture, region, within, scale)


def _best(
    small: NDArray[np.uint8],
    seed: tuple[int, int],
    walls: list[tuple[int, int]],
    window: BoolArray,
    most: float,
) -> BoolArray:
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.uint8)
    smooth = np.asarray(cv2.bilateralFilter(cv2.medianBlur(lab, 3), 7, 18, 5), np.uint8)
    edges = _edges(smooth)
    candidates = _flooded(smooth, seed, walls, window) + _cut(small, seed, walls, window)
    allowed = [c for c in candidates if c.sum() <= most]
    if not allowed:
        near = _dot(window.shape, seed, max(1, int(math.sqrt(most / math.pi))))
        allowed = [near & window & min(candidates, key=np.count_nonzero)]
    candidates = allowed
    scored = [(_clearness(c, edges, candidates), index) for index, c in enumerate(candidates)]
    return candidates[max(scored)[1]]


def _flooded(
    smooth: NDArray[np.uint8],
    seed: tuple[int, int],
    walls: list[tuple[int, int]],
    window: BoolArray,
) -> list[BoolArray]:
    """Connected pixels of about the click's colour, by rising tolerance."""
    found = []
    for tolerance in _TOLERANCES:
        barrier = np.zeros((smooth.shape[0] + 2, smooth.shape[1] + 2), np.uint8)
        barrier[1:-1, 1:-1][~window] = 1
        barrier[seed[1] + 1, seed[0] + 1] = 0
        span = (1.6 * tolerance, 0.7 * tolerance, 0.7 * tolerance)
        flags = 4 | 255 << 8 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
        cv2.floodFill(smooth.copy(), barrier, seed, 0, span, span, flags)
        region = barrier[1:-1, 1:-1] == 255
        if any(region[y, x] for x, y in walls):
            break
        found.append(_closed(region))
    return found or [_dot(window.shape, seed)]


def _cut(
    small: NDArray[np.uint8],
    seed: tuple[int, int],
    walls: list[tuple[int, int]],
    window: BoolArray,
) -> list[BoolArray]:
    """GrabCut around the click with three guesses of the object's reach."""
    height, width = small.shape[:2]
    y, x = np.ogrid[:height, :width]
    distance = np.hypot(x - seed[0], y - seed[1])
    found = []
    for reach in _REACHES:
        radius = reach * max(height, width)
        labels = np.full((height, width), cv2.GC_BGD, np.uint8)
        labels[(distance < 2.2 * radius) & window] = cv2.GC_PR_BGD
        labels[(distance < radius) & window] = cv2.GC_PR_FGD
        labels[distance <= max(1.5, radius / 6)] = cv2.GC_FGD
        for wall in walls:
            cv2.circle(labels, wall, 2, cv2.GC_BGD, -1)
        labels[seed[1], seed[0]] = cv2.GC_FGD
        crop = Rect(seed[0], seed[1], seed[0] + 1, seed[1] + 1).grown(
            0, int(2.4 * radius), width, height
        )
        region = np.zeros((height, width), np.bool_)
        region[crop.slices] = cut_labels(small[crop.slices], labels[crop.slices], 2)
        region &= window
        found.append(_closed(_piece(region, seed)))
    return [f for f in found if f.sum() > 4]


def _clearness(region: BoolArray, edges: Soft, others: list[BoolArray]) -> float:
    """High for a region with edges all around it that other ways of growing find as well."""
    area = int(region.sum())
    if area < 6:
        return -1.0
    inner = cv2.erode(region.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    rim = region & ~inner
    along = float(edges[rim].mean()) if rim.any() else 0.0
    inside = float(edges[inner].mean()) if inner.any() else along
    support = sorted(
        (np.count_nonzero(region & o) / np.count_nonzero(region | o) for o in others), reverse=True
    )
    stable = float(np.mean(support[1:3])) if len(support) > 2 else 0.0
    height, width = region.shape
    border = region[0].sum() + region[-1].sum() + region[:, 0].sum() + region[:, -1].sum()
    escape = float(border) / (2 * (height + width)) + max(0.0, area / region.size - 0.35)
    small = max(0.0, 1 - area / (0.002 * region.size))
    return float(along - 0.4 * inside + 0.35 * stable - 1.2 * escape - 0.3 * small)


def _edges(smooth: NDArray[np.uint8]) -> Soft:
    """Strength of the local change of colour, about 0..1."""
    wide = smooth.astype(np.float32)
    x = cv2.Sobel(wide, cv2.CV_32F, 1, 0) / 8
    y = cv2.Sobel(wide, cv2.CV_32F, 0, 1) / 8
    strength = np.sqrt((x * x + y * y).sum(-1))
    strength = cv2.dilate(strength, np.ones((3, 3), np.uint8))
    return np.asarray(strength / (strength + 8), np.float32)


def _closed(region: BoolArray) -> BoolArray:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    closed = cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_CLOSE, kernel) > 0
    return without_specks(closed | region, 0.2 * region.sum())


def _piece(region: BoolArray, seed: tuple[int, int]) -> BoolArray:
    _, pieces = cv2.connectedComponents(region.astype(np.uint8))
    at_seed = pieces[seed[1], seed[0]]
    return pieces == at_seed if at_seed else np.zeros_like(region)


def _dot(shape: tuple[int, ...], seed: tuple[int, int], radius: int = 2) -> BoolArray:
    dot = np.zeros((shape[0], shape[1]), np.uint8)
    cv2.circle(dot, seed, radius, 1, -1)
    return dot > 0


def _enlarged(picture: Image, region: BoolArray, within: Rect | None, scale: float) -> BoolArray:
    """The reduced region at the picture's size, its edge on the picture's."""
    height, width = picture.shape[:2]
    soft = cv2.resize(region.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    box = Rect.around(soft > 0)
    assert box is not None
    near = box.grown(0, 8, width, height)
    gray = cv2.cvtColor(np.ascontiguousarray(picture[near.slices]), cv2.COLOR_RGB2GRAY)
    radius = max(1, round(1.5 / scale))
    full = np.zeros((height, width), np.bool_)
    fine = guided(np.ascontiguousarray(soft[near.slices]), np.asarray(gray, np.uint8), radius)
    full[near.slices] = fine > 0.5
    if within is not None:
        limited = np.zeros_like(full)
        limited[within.slices] = full[within.slices]
        full = limited
    return full


def _at(point: Point, size: tuple[int, int], scale: float) -> tuple[int, int]:
    return min(size[0] - 1, int(point.x * scale)), min(size[1] - 1, int(point.y * scale))
