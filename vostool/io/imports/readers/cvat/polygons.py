"""How CVAT interpolates boxes and polygons between two keyframes.

Own implementation of the method of CVAT's server (``TrackManager.get_interpolated_shapes`` in
``cvat/apps/dataset_manager/annotation.py``), so that a track comes in as CVAT shows it: each corner
is paired with the corner of the other outline at the nearest share of its length; pairs move in
straight lines; corners that come closer than half the mean edge are joined.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.float64]
"""(n, 2) corners x, y of a closed outline, the first not repeated."""


def between_values(
    left: NDArray[np.float64], right: NDArray[np.float64], share: float
) -> NDArray[np.float64]:
    """Numbers ``share`` (0..1) of the way from ``left`` to ``right``; for a box its four."""
    return left + (right - left) * share


def between_angles(left: float, right: float, share: float) -> float:
    """Degrees ``share`` of the shorter way round, in 0..360."""
    difference = (right - left + 180.0) % 360.0 - 180.0
    return (left + difference * share + 360.0) % 360.0


class PolygonPath:
    """The way from one polygon to another; the pairing is made once for all frames between."""

    def __init__(self, left: Ring, right: Ring) -> None:
        self._left, self._right = (np.concatenate([ring, ring[:1]]) for ring in (left, right))
        self._pairs = _pairs(_shares(self._left), _shares(self._right))
        counts = [len(group) for group in self._pairs]
        self._starts = [0, *itertools.accumulate(counts)]
        self._i = np.repeat(np.arange(len(counts)), counts)
        self._j = np.concatenate([np.asarray(group) for group in self._pairs])

    def at(self, share: float) -> Ring:
        """The polygon ``share`` (0..1) of the way."""
        points = between_values(self._left[self._i], self._right[self._j], share)
        kept = [point for segment in self._segments() for point in _thinned(points, *segment)]
        return np.asarray(kept[:-1], np.float64).reshape(-1, 2)

    def _segments(self) -> Iterator[tuple[int, int, float]]:
        """First and last pair of each segment, and the distance under which pairs are joined.

        A segment is a corner with several partners, or a run of corners between such, which also
        ends where the partner changes.
        """
        opened: int | None = None
        for i, group in enumerate(self._pairs):
            if len(group) > 1:
                if opened is not None:
                    yield self._along_left(opened, i - 1)
                    opened = None
                edge = self._right[group[0] : group[-1] + 1]
                yield self._starts[i], self._starts[i + 1] - 1, _threshold(edge)
            elif opened is None:
                opened = i
            elif group[0] != self._pairs[opened][0]:
                yield self._along_left(opened, i - 1)
                opened = i
        if opened is not None:
            yield self._along_left(opened, len(self._pairs) - 1)

    def _along_left(self, start: int, stop: int) -> tuple[int, int, float]:
        return self._starts[start], self._starts[stop], _threshold(self._left[start : stop + 1])


def _threshold(edge: Ring) -> float:
    return _length(edge) / (2 * len(edge))


def _length(curve: Ring) -> float:
    return float(np.linalg.norm(np.diff(curve, axis=0), axis=1).sum())


def _shares(curve: Ring) -> NDArray[np.float64]:
    """How far along its curve each corner lies, 0..1."""
    steps = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    return along / along[-1] if along[-1] > 0 else along


def _pairs(left: NDArray[np.float64], right: NDArray[np.float64]) -> list[list[int]]:
    """Partners of each left corner, ascending."""
    partners = [[int(j)] for j in _nearest(left, right)]
    taken = {group[0] for group in partners}
    lonely = [j for j in range(len(right)) if j not in taken]
    for j, i in zip(lonely, _nearest(right[lonely], left), strict=True):
        partners[int(i)].append(j)
    return [sorted(group) for group in partners]


def _nearest(values: NDArray[np.float64], curve: NDArray[np.float64]) -> NDArray[np.intp]:
    """Index of the nearest entry of an ascending curve, the first of equals."""
    above = np.clip(np.searchsorted(curve, values, "left"), 0, len(curve) - 1)
    below = np.searchsorted(curve, curve[np.maximum(above - 1, 0)], "left")
    nearer = np.abs(values - curve[below]) <= np.abs(values - curve[above])
    return np.where(nearer, below, above)


def _thinned(points: Ring, first: int, last: int, threshold: float) -> list[NDArray[np.float64]]:
    if first == last:
        return [points[first]]
    kept = [points[first]]
    for point in points[first + 1 : last]:
        if np.hypot(*(point - kept[-1])) >= threshold:
            kept.append(point)
    kept.append(points[last])
    if len(kept) == 2 and np.hypot(*(kept[1] - kept[0])) < threshold:
        return [(kept[0] + kept[1]) / 2]
    return kept
