"""Ways of cutting an object out of a reduced picture, from a box or from a click.

Each is GrabCut (Rother et al., SIGGRAPH 2004) from another first guess, or a flood fill at
another tolerance; none is right everywhere, so :mod:`vostool.models.flow.rank` chooses.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.masks.mask import BoolArray
from vostool.models.flow.colour import colour_bins, histogram
from vostool.models.flow.picture import Rect

Seed = tuple[int, int]
"""Column and row of a click in the reduced picture."""

_TOLERANCES = (8, 14, 23, 34, 48)
_REACHES = (0.04, 0.07, 0.11, 0.17, 0.25)
_ELLIPSES = ((0.8, 0.0), (0.6, 0.3))
"""Axes of two ellipses as a share of the box: the first guess of the object, and its core, which
GrabCut may not take back."""
_RARE = (55, 85)
"""Percentiles of rarity in the box: above the first a pixel is probably the object, above the
second surely."""
_ROUNDS = 3


def in_box(picture: NDArray[np.uint8], labels: NDArray[np.uint8], box: Rect) -> list[BoolArray]:
    """Objects of a box, from all of it, ellipses in its middle, and colours rare outside.

    Args:
        picture: (h, w, 3) RGB. labels: (h, w) of OpenCV's four kinds for the whole box.

    Returns:
        Regions (h, w), the one from all of the box first; a cut that collapsed is empty.
    """
    found = [grab(picture, labels)]
    for share, core in _ELLIPSES:
        guess = labels.copy()
        open_to_all = labels == cv2.GC_PR_FGD
        guess[open_to_all & ~ellipse(labels.shape, box, share)] = cv2.GC_PR_BGD
        if core:
            guess[open_to_all & ellipse(labels.shape, box, core)] = cv2.GC_FGD
        found.append(grab(picture, guess))
    found.append(grab(picture, _rare_first(picture, labels, box)))
    return [main_parts(f) for f in found]


def _rare_first(
    picture: NDArray[np.uint8], labels: NDArray[np.uint8], box: Rect
) -> NDArray[np.uint8]:
    """Labels that start from the colours of the box that are rarest around it.

    GrabCut from the whole box gives up where the object's colours are outside as well.
    """
    bins = colour_bins(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2LAB), np.uint8))
    unknown, outside = labels == cv2.GC_PR_FGD, labels == cv2.GC_BGD
    if np.count_nonzero(unknown) < 8:
        return labels
    ours = histogram(bins, unknown.astype(np.float32))
    theirs = histogram(bins, outside.astype(np.float32))
    rarity = np.log((ours + 2e-5) / (theirs + 2e-5))[bins]
    smooth = cv2.GaussianBlur(np.asarray(rarity, np.float32), (0, 0), 2.5)
    low, high = np.percentile(smooth[unknown], _RARE)
    guess = labels.copy()
    guess[unknown & (smooth < low)] = cv2.GC_PR_BGD
    guess[unknown & (smooth > high) & ellipse(labels.shape, box, 0.8)] = cv2.GC_FGD
    return guess


def around(
    picture: NDArray[np.uint8], seed: Seed, walls: list[Seed], window: BoolArray
) -> list[BoolArray]:
    """Objects under a click, each one piece that holds it, within the window."""
    lab = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2LAB), np.uint8)
    smooth = np.asarray(cv2.bilateralFilter(cv2.medianBlur(lab, 3), 7, 18, 5), np.uint8)
    found = [*_floods(smooth, seed, walls, window), *_reaches(picture, seed, walls, window)]
    return [closed(f) & window for f in found if np.count_nonzero(f) > 4]


def grab(picture: NDArray[np.uint8], labels: NDArray[np.uint8], rounds: int = _ROUNDS) -> BoolArray:
    """GrabCut; the guess itself where it leaves too little of the one kind or the other."""
    labels = labels.copy()  # OpenCV writes its answer into them
    wanted = _is_object(labels)
    if np.count_nonzero(wanted) < 8 or np.count_nonzero(~wanted) < 8:
        return wanted
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(
        np.ascontiguousarray(picture), labels, (0, 0, 0, 0), *models, rounds, cv2.GC_INIT_WITH_MASK
    )
    return _is_object(labels)


def ellipse(shape: tuple[int, ...], box: Rect, share: float) -> BoolArray:
    """The ellipse in a box, its axes shortened to ``share``."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    cx, cy = (box.x0 + box.x1 - 1) / 2, (box.y0 + box.y1 - 1) / 2
    across = (x - cx) / (share * box.width / 2)
    down = (y - cy) / (share * box.height / 2)
    return np.asarray(across**2 + down**2 <= 1, np.bool_)


def closed(region: BoolArray) -> BoolArray:
    """Without cracks and small holes."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    whole = cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_CLOSE, kernel) > 0
    return without_specks(whole | region, 0.2 * np.count_nonzero(region))


def without_specks(mask: BoolArray, smallest: float) -> BoolArray:
    """Fill holes of fewer than ``smallest`` pixels."""
    number, holes, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8))
    small = stats[:, cv2.CC_STAT_AREA] < smallest
    small[0] = False
    return mask | small[holes] if number > 1 else mask


def main_parts(mask: BoolArray) -> BoolArray:
    """The largest piece and those of a tenth of it or more, with small holes filled."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept = areas >= max(1.0, 0.1 * areas.max())
    return without_specks(kept[pieces], 0.02 * areas.max())


def _floods(
    smooth: NDArray[np.uint8], seed: Seed, walls: list[Seed], window: BoolArray
) -> Iterable[BoolArray]:
    """Connected pixels of about the click's colour, by rising tolerance."""
    for tolerance in _TOLERANCES:
        barrier = np.zeros((smooth.shape[0] + 2, smooth.shape[1] + 2), np.uint8)
        barrier[1:-1, 1:-1][~window] = 1
        barrier[seed[1] + 1, seed[0] + 1] = 0
        span = (1.6 * tolerance, 0.7 * tolerance, 0.7 * tolerance)
        flags = 4 | 255 << 8 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
        cv2.floodFill(smooth.copy(), barrier, seed, 0, span, span, flags)
        region = barrier[1:-1, 1:-1] == 255
        if any(region[y, x] for x, y in walls):
            return
        yield region


def _reaches(
    picture: NDArray[np.uint8], seed: Seed, walls: list[Seed], window: BoolArray
) -> Iterable[BoolArray]:
    """GrabCut around the click with several guesses of the object's reach."""
    height, width = picture.shape[:2]
    y, x = np.ogrid[:height, :width]
    distance = np.hypot(x - seed[0], y - seed[1])
    for reach in _REACHES:
        radius = reach * max(height, width)
        labels = np.full((height, width), cv2.GC_BGD, np.uint8)
        labels[(distance < 2.2 * radius) & window] = cv2.GC_PR_BGD
        labels[(distance < radius) & window] = cv2.GC_PR_FGD
        labels[distance <= max(1.5, radius / 6)] = cv2.GC_FGD
        for wall in walls:
            cv2.circle(labels, wall, 2, cv2.GC_BGD, -1)
        labels[seed[1], seed[0]] = cv2.GC_FGD
        here = Rect(seed[0], seed[1], seed[0] + 1, seed[1] + 1)
        crop = here.grown(0, int(2.4 * radius) + 2, width, height)
        region = np.zeros((height, width), np.bool_)
        region[crop.slices] = grab(picture[crop.slices], labels[crop.slices], 2)
        yield _piece(region & window, seed)


def _piece(region: BoolArray, seed: Seed) -> BoolArray:
    _, pieces = cv2.connectedComponents(region.astype(np.uint8))
    at_seed = pieces[seed[1], seed[0]]
    return pieces == at_seed if at_seed else np.zeros_like(region)


def _is_object(labels: NDArray[np.uint8]) -> BoolArray:
    return np.asarray(np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)), np.bool_)
