"""The region around a click: grown at several tolerances and scales, the clearest one wins."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.frames import Image
from vostool.masks.mask import BoolArray
from vostool.models.flow.candidates import around
from vostool.models.flow.cut import CLICK_SIDE, reduced
from vostool.models.flow.picture import Rect, guided
from vostool.models.flow.rank import Scene
from vostool.project.prompts import Point


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
    small, scale = reduced(picture, CLICK_SIDE)
    size = small.shape[1], small.shape[0]
    seed = _at(point, size, scale)
    walls = [_at(p, size, scale) for p in points if p.positive != wanted]
    walls = [w for w in walls if w != seed]
    window = np.ones(size[::-1], np.bool_)
    if within is not None:
        window[:] = False
        window[within.scaled(scale, *size).slices] = True
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
    candidates = around(small, seed, walls, window)
    allowed = [c for c in candidates if np.count_nonzero(c) <= most]
    if not allowed:
        near = np.zeros(window.shape, np.uint8)
        radius = max(1, int(math.sqrt(most / math.pi))) if math.isfinite(most) else 2
        cv2.circle(near, seed, radius, 1, -1)
        least = min(candidates, key=np.count_nonzero, default=window)
        region = (near > 0) & window & least
        region[seed[1], seed[0]] = True
        return region
    scene = Scene.of(small, None)
    return max(allowed, key=scene.value)


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
