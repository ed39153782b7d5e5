"""The constant of a score from what it is made of, and how well it is calibrated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_RANGE = (0.01, 10_000.0)
_STEPS = 60
_BINS = 10


@dataclass(frozen=True, slots=True)
class Rows:
    """Masks whose truth is known.

    Attributes:
        product: (n,), what the odds are in proportion to. iou: (n,). sequence: (n,) names.
    """

    product: Values
    iou: Values
    sequence: NDArray[np.str_]

    def of(self, chosen: NDArray[np.bool_]) -> Rows:
        """Some of them."""
        return Rows(self.product[chosen], self.iou[chosen], self.sequence[chosen])

    @property
    def weight(self) -> Values:
        """(n,), sum 1: a sequence counts by the root of its length."""
        _, which, counts = np.unique(self.sequence, return_inverse=True, return_counts=True)
        weight = 1 / np.sqrt(counts[which])
        return np.asarray(weight / weight.sum(), np.float64)


def expected(product: Values, scale: float) -> Values:
    """(n,) what the score says."""
    return np.asarray(1 - 1 / (1 + scale * product), np.float64)


def fitted(rows: Rows) -> float:
    """The scale with which the mean of the scores is that of the truth, by bisection."""
    low, high = _RANGE
    for _ in range(_STEPS):
        middle = (low * high) ** 0.5
        over = float((rows.weight * (expected(rows.product, middle) - rows.iou)).sum()) > 0
        low, high = (low, middle) if over else (middle, high)
    return low


def held_out(rows: Rows) -> Values:
    """(n,) what the score says with a scale that was fitted without the mask's own sequence."""
    told = np.zeros(len(rows.iou))
    for name in np.unique(rows.sequence):
        own = rows.sequence == name
        told[own] = expected(rows.product[own], fitted(rows.of(~own)))
    return told


def bins(told: Values, iou: Values) -> list[tuple[float, float, int]]:
    """Mean of what was told, mean of the truth and number, by tenths of what was told."""
    place = np.clip((told * _BINS).astype(int), 0, _BINS - 1)
    parts = [place == each for each in range(_BINS)]
    return [(float(told[p].mean()), float(iou[p].mean()), int(p.sum())) for p in parts if p.any()]


def calibration_error(told: Values, iou: Values) -> float:
    """The mean distance of both in :func:`bins`, each by its number."""
    return sum(abs(one - true) * n for one, true, n in bins(told, iou)) / len(iou)
