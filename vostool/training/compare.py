"""Before and after on the same held-out labels, and whether the difference is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vostool.training.measuring import Cell, CellMeasure, mean_value, what_counts
from vostool.words import tr

RESAMPLES = 2000
_SEED = 20
_INNER = 95
"""Per cent of the resampled gains that the spread reaches over."""


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """One held-out object, before and after; means over its frames.

    Attributes:
        frames: labelled frames that it was measured on.
        click, box: J&F after one click and after a box.
        clicks: needed until J&F is 0.9; nan where they were not counted.
        tracked: J&F of tracking; nan where that was not measured.
    """

    video: str
    object_id: int
    frames: int
    click: tuple[float, float]
    box: tuple[float, float]
    clicks: tuple[float, float]
    tracked: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two engines on the same cells.

    Attributes:
        before, after: what they made of each cell, in the same order.
        gain: mean of what counts after, less that before; objects weigh the same.
        spread: half of the range that holds 95 % of the gains when frames are drawn anew.
        objects: a row for each object.
    """

    before: tuple[CellMeasure, ...]
    after: tuple[CellMeasure, ...]
    gain: float
    spread: float
    objects: tuple[ObjectRow, ...]

    @property
    def better(self) -> bool:
        """True where the gain is more than its spread; else the old weights are to be kept."""
        return self.gain > self.spread

    @property
    def value_before(self) -> float:
        """Mean of what counts before."""
        return mean_value(self.before)

    @property
    def value_after(self) -> float:
        """Mean of what counts after."""
        return mean_value(self.after)

    @property
    def verdict(self) -> str:
        """One sentence for a person."""
        values = {
            "before": self.value_before, "after": self.value_after,
            "gain": self.gain, "spread": self.spread,
        }  # fmt: skip
        if self.better:
            return tr(
                "Better: held-out J&F went from {before:.3f} to {after:.3f} "
                "({gain:+.3f}, spread {spread:.3f}).",
                **values,
            )
        return tr(
            "Not surely better: held-out J&F went from {before:.3f} to {after:.3f} "
            "({gain:+.3f}, spread {spread:.3f}); keep the old one.",
            **values,
        )


def compare(before: Sequence[CellMeasure], after: Sequence[CellMeasure]) -> Comparison:
    """Compare what two engines made of the same cells.

    Raises:
        ValueError: they are not of the same cells.
    """
    if [m.cell for m in before] != [m.cell for m in after]:
        raise ValueError("measured on different cells")
    gain = mean_value(after) - mean_value(before)
    return Comparison(
        tuple(before), tuple(after), gain, _spread(before, after), _rows(before, after)
    )


def _spread(before: Sequence[CellMeasure], after: Sequence[CellMeasure]) -> float:
    """By the bootstrap: frames of each object are drawn with replacement.

    One frame alone has no spread, so nothing is sure there: 1.
    """
    sides = what_counts(before), what_counts(after)
    values = [a.value - b.value for b, a in zip(*sides, strict=True)]
    gains = _by_object([m.cell for m in sides[0]], values)
    if all(len(row) < 2 for row in gains.values()):
        return 1.0
    rng = np.random.default_rng(_SEED)
    drawn = [
        row[rng.integers(0, len(row), (RESAMPLES, len(row)))].mean(axis=1) for row in gains.values()
    ]
    means = np.mean(drawn, axis=0)
    low, high = np.percentile(means, [(100 - _INNER) / 2, (100 + _INNER) / 2])
    return float(high - low) / 2


def _by_object(
    cells: Sequence[Cell], values: Sequence[float]
) -> dict[tuple[str, int], NDArray[np.float64]]:
    rows: dict[tuple[str, int], list[float]] = {}
    for cell, value in zip(cells, values, strict=True):
        rows.setdefault((cell.video, cell.object_id), []).append(value)
    return {key: np.asarray(row) for key, row in rows.items()}


def _rows(before: Sequence[CellMeasure], after: Sequence[CellMeasure]) -> tuple[ObjectRow, ...]:
    keys = dict.fromkeys((m.cell.video, m.cell.object_id) for m in before)
    rows = []
    for video, object_id in keys:
        pair = [
            [m for m in side if (m.cell.video, m.cell.object_id) == (video, object_id)]
            for side in (before, after)
        ]
        rows.append(
            ObjectRow(
                video, object_id, len(pair[0]), _pair(pair, "click"), _pair(pair, "box"),
                _pair(pair, "clicks"), _pair(pair, "tracked"),
            )
        )  # fmt: skip
    return tuple(rows)


def _pair(sides: Sequence[Sequence[CellMeasure]], name: str) -> tuple[float, float]:
    means = []
    for side in sides:
        known = [value for m in side if (value := getattr(m, name)) is not None]
        means.append(float(np.mean(known)) if known else float("nan"))
    return means[0], means[1]


def as_json(comparison: Comparison) -> Mapping[str, Any]:
    """For a report and for the checkpoint's story; what was not measured is None."""
    return {
        "before": round(comparison.value_before, 4),
        "after": round(comparison.value_after, 4),
        "gain": round(comparison.gain, 4),
        "spread": round(comparison.spread, 4),
        "better": comparison.better,
        "objects": [
            {
                "video": row.video,
                "object": row.object_id,
                "frames": row.frames,
                **{
                    name: [_rounded(value) for value in getattr(row, name)]
                    for name in ("click", "box", "clicks", "tracked")
                },
            }
            for row in comparison.objects
        ],
    }


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)
