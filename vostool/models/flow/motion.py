"""Dense optical flow between two pictures and what follows from it: warps, fits, agreement."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.models.flow.picture import Affine, Soft

Flow = NDArray[np.float32]
"""(h, w, 2) float32: for each pixel the way to its counterpart, in pixels."""

IDENTITY: Affine = np.array(((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)))
_SMALLEST = 24
_LARGEST = 640


class DenseFlow:
    """DIS optical flow (Kroeger et al., ECCV 2016) on pictures of any size."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._dis.setFinestScale(1)
        self._dis.setVariationalRefinementIterations(3)

    def between(self, here: NDArray[np.uint8], there: NDArray[np.uint8]) -> Flow:
        """For each pixel of ``here`` the way to the same thing in ``there`` (both (h, w))."""
        height, width = here.shape
        scale = min(1.0, _LARGEST / max(height, width))
        if scale == 1:
            return self._padded(here, there)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = [cv2.resize(p, size, interpolation=cv2.INTER_AREA) for p in (here, there)]
        flow = self._padded(*(np.asarray(p, np.uint8) for p in small))
        flow = np.asarray(cv2.resize(flow, (width, height)), np.float32)
        return flow * np.array((width / size[0], height / size[1]), np.float32)

    def _padded(self, here: NDArray[np.uint8], there: NDArray[np.uint8]) -> Flow:
        """Flow of pictures that may be too small for DIS's coarsest level."""
        height, width = here.shape
        pad = (0, max(0, _SMALLEST - height), 0, max(0, _SMALLEST - width))
        if any(pad):
            here, there = (
                np.asarray(cv2.copyMakeBorder(p, *pad, cv2.BORDER_REPLICATE), np.uint8)
                for p in (here, there)
            )
        out = np.zeros((*here.shape, 2), np.float32)
        flow = self._dis.calc(np.ascontiguousarray(here), np.ascontiguousarray(there), out)
        return np.asarray(flow[:height, :width], np.float32)


def follow(values: NDArray[Any], flow: Flow, border: int = cv2.BORDER_CONSTANT) -> NDArray[Any]:
    """``values`` of the other picture, brought here along the flow; 0 from beyond its border."""
    height, width = flow.shape[:2]
    x = flow[..., 0] + np.arange(width, dtype=np.float32)
    y = flow[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    return cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=border)


def agreement(here: NDArray[np.uint8], brought: NDArray[np.uint8], sigma: float = 11.0) -> Soft:
    """How well the brought Lab picture fits, 0..1 a pixel, over a 5x5 window.

    Lightness counts half: shadows change it without changing the thing.
    """
    difference = cv2.absdiff(here, brought).astype(np.float32)
    error = 0.5 * difference[..., 0] + difference[..., 1] + difference[..., 2]
    smooth = cv2.blur(error, (5, 5)) / sigma
    return np.asarray(np.exp(-0.5 * smooth * smooth), np.float32)


def fit_motion(flow: Flow, weight: Soft) -> Affine | None:
    """Rotation, scale and shift that the flow follows where ``weight`` is over one half.

    Returns:
        The map from here to there, or None where too little is to be seen.
    """
    y, x = np.nonzero(weight > 0.5)
    if len(x) < 12:
        return None
    step = max(1, len(x) // 300)
    x, y = x[::step], y[::step]
    here = np.stack((x, y), 1).astype(np.float32)
    there = here + flow[y, x]
    matrix, inliers = cv2.estimateAffinePartial2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=2.0, maxIters=200
    )
    if matrix is None or inliers is None or inliers.sum() < 0.3 * len(x):
        return None
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    return np.asarray(matrix, np.float64) if 0.5 < scale < 2 else None


def only_shift(motion: Affine, soft: Soft) -> Affine:
    """What a motion does to the centre of a soft mask, as a shift."""
    y, x = np.nonzero(soft > 0.5)
    if not len(x):
        return motion
    centre = np.array((x.mean(), y.mean(), 1.0))
    dx, dy = motion @ centre - centre[:2]
    return shift(float(dx), float(dy))


def chain(outer: Affine, inner: Affine) -> Affine:
    """The map that does ``inner`` first."""
    square = np.vstack((inner, (0, 0, 1)))
    return np.asarray(outer @ square, np.float64)


def inverse(matrix: Affine) -> Affine:
    """The map back."""
    return np.asarray(cv2.invertAffineTransform(matrix), np.float64)


def shift(x: float, y: float) -> Affine:
    """The map that only moves."""
    return np.array(((1.0, 0.0, x), (0.0, 1.0, y)))
