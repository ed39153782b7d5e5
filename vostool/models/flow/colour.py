"""Colour of an object against what is around it, as smoothed histograms in Lab."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.models.flow.picture import Soft

BINS = (16, 32, 32)
_CEILING = 3.0


def colour_bins(lab: NDArray[np.uint8]) -> NDArray[np.int32]:
    """The histogram bin of each pixel of (h, w, 3) Lab."""
    wide = lab.astype(np.int32)
    return (wide[..., 0] >> 4) << 10 | (wide[..., 1] >> 3) << 5 | wide[..., 2] >> 3


def histogram(bins: NDArray[np.int32], weight: Soft) -> Soft:
    """Smoothed distribution over the bins, sum 1 (all zero without weight)."""
    counts = np.bincount(bins.ravel(), weight.ravel(), minlength=BINS[0] * BINS[1] * BINS[2])
    cube = counts.reshape(BINS).astype(np.float32)
    for axis in range(3):
        cube = _smooth(cube, axis)
    total = float(cube.sum())
    return np.asarray(cube.ravel() / total if total > 0 else cube.ravel(), np.float32)


def _smooth(cube: NDArray[Any], axis: int) -> NDArray[Any]:
    moved = np.ascontiguousarray(np.moveaxis(cube, axis, 0)).reshape(cube.shape[axis], -1)
    blurred = cv2.sepFilter2D(moved, -1, np.ones(1), np.array((0.25, 0.5, 0.25)))
    shape = np.moveaxis(cube, axis, 0).shape
    return np.moveaxis(blurred.reshape(shape), 0, axis)


def similarity(one: Soft, other: Soft) -> float:
    """Bhattacharyya coefficient of two distributions, 0..1."""
    return float(np.sqrt(one * other).sum())


class ColourModel:
    """What colours the object has: the keyframe's, kept, and those of recent sure frames."""

    def __init__(self) -> None:
        self._kept: Soft | None = None
        self._recent: Soft | None = None
        self._around: Soft | None = None

    def keep(self, bins: NDArray[np.int32], soft: Soft) -> None:
        """Take a keyframe's colours: object where ``soft`` is 1, surroundings where it is 0."""
        new = histogram(bins, _sure(soft))
        self._kept = new if self._kept is None else np.asarray((self._kept + new) / 2, np.float32)
        self._recent = new
        self._around = histogram(bins, _sure(1 - soft))

    def learn(self, bins: NDArray[np.int32], soft: Soft, rate: float) -> None:
        """Move the recent colours towards a tracked frame's by ``rate`` of 0..1."""
        assert self._recent is not None
        assert self._around is not None
        new = histogram(bins, _sure(soft))
        mixed = (1 - rate) * self._recent + rate * new
        self._recent = np.asarray(mixed, np.float32)
        around = histogram(bins, _sure(1 - soft))
        self._around = np.float32(0.8) * self._around + np.float32(0.2) * around

    def evidence(self, bins: NDArray[np.int32]) -> Soft:
        """Log of object against surroundings, for each pixel, within -3..3."""
        assert self._around is not None
        table = np.log((self.object + 2e-5) / (self._around + 2e-5))
        return np.asarray(np.clip(table, -_CEILING, _CEILING)[bins], np.float32)

    @property
    def object(self) -> Soft:
        """The object's distribution."""
        assert self._kept is not None
        assert self._recent is not None
        return np.asarray((self._kept + self._recent) / 2, np.float32)

    def likeness(self, bins: NDArray[np.int32], soft: Soft) -> float:
        """How much the masked pixels look like the object, 0..1."""
        found = histogram(bins, soft)
        assert self._kept is not None
        assert self._recent is not None
        return max(similarity(found, self._kept), similarity(found, self._recent))


def _sure(soft: Soft) -> Soft:
    return np.asarray(np.clip((soft - 0.5) * 2, 0, 1), np.float32)
