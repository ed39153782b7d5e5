"""Numbers made of a measure's values: mean, recall and decay by DAVIS, and AUROC."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

RECALL_ABOVE = 0.5
_BINS = 4


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of one measure, as davis2017-evaluation reports it; nan where there is no value.

    Attributes:
        mean: over the frames.
        recall: share of the frames above 0.5.
        decay: mean of the first quarter of the frames less that of the last.
    """

    mean: float
    recall: float
    decay: float


def statistics(values: Sequence[float]) -> Statistics:
    """Mean, recall and decay of one object's values, in the order of the frames.

    Quarters share their border frames, and halves round to even, as in the official evaluator
    (Perazzi et al., CVPR 2016). It keeps the borders in 8 bits, so that its decay of more than 256
    frames is not what it says; this one goes on counting.
    """
    if not values:
        return Statistics(math.nan, math.nan, math.nan)
    array = np.asarray(values, np.float64)
    borders = np.round(np.linspace(1, len(array), _BINS + 1) + 1e-10).astype(int) - 1
    first, last = array[: borders[1] + 1], array[borders[-2] : borders[-1] + 1]
    decay = first.mean() - last.mean()
    return Statistics(float(array.mean()), float((array > RECALL_ABOVE).mean()), float(decay))


def mean_of(each: Iterable[Statistics]) -> Statistics:
    """The mean over objects, every object weighing the same; those without a value are left out."""
    known = [s for s in each if not math.isnan(s.mean)]
    if not known:
        return Statistics(math.nan, math.nan, math.nan)
    columns = zip(*((s.mean, s.recall, s.decay) for s in known), strict=True)
    return Statistics(*(sum(column) / len(known) for column in columns))


def auroc(scored: Iterable[tuple[float, bool]]) -> float:
    """Chance that a bad value's score is below a good one's, ties counting half.

    Args:
        scored: (score, is it bad) pairs.

    Returns:
        0.5 for a score that says nothing, 1.0 for a perfect one; nan without both kinds.
    """
    pairs = list(scored)
    low = np.array([score for score, bad in pairs if bad])
    high = np.sort([score for score, bad in pairs if not bad])
    if not len(low) or not len(high):
        return math.nan
    above = len(high) - np.searchsorted(high, low, "right")
    same = np.searchsorted(high, low, "right") - np.searchsorted(high, low, "left")
    return float((above + 0.5 * same).sum() / (len(low) * len(high)))
