"""J and F by the DAVIS 2017 definition, as davis2017-evaluation computes them.

J is the region's intersection over union, F the boundary's F-measure (Perazzi et al., CVPR 2016;
Martin et al. 2004 for the boundary map). Boundaries match within a disk whose radius is 0.008 of
the picture's diagonal, rounded up. Two empty masks agree: 1.0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.masks.mask import BoolArray

IdImage = NDArray[np.uint8]
"""Object ids (H, W) uint8: 0 is background, 255 is void and counts for no object."""

VOID = 255
BOUNDARY_TOLERANCE = 0.008


@dataclass(frozen=True, slots=True)
class ObjectQuality:
    """One object's measures on the frames that count.

    Attributes:
        frames: numbers of the frames that were compared.
        j, f: region and boundary measure on each of them, 0..1.
    """

    object_id: int
    frames: tuple[int, ...]
    j: tuple[float, ...]
    f: tuple[float, ...]

    @property
    def j_mean(self) -> float:
        """Mean of J over the frames; nan where no frame counts."""
        return _mean(self.j)

    @property
    def f_mean(self) -> float:
        """Mean of F over the frames; nan where no frame counts."""
        return _mean(self.f)

    @property
    def jf_mean(self) -> float:
        """J&F: the mean of both means."""
        return (self.j_mean + self.f_mean) / 2


@dataclass(frozen=True, slots=True)
class SequenceQuality:
    """The measures of all objects of a sequence; every object weighs the same."""

    objects: tuple[ObjectQuality, ...]

    @property
    def j_mean(self) -> float:
        """Mean of the objects' J."""
        return _mean([o.j_mean for o in self.objects])

    @property
    def f_mean(self) -> float:
        """Mean of the objects' F."""
        return _mean([o.f_mean for o in self.objects])

    @property
    def jf_mean(self) -> float:
        """J&F: the mean of both means."""
        return (self.j_mean + self.f_mean) / 2


def region_similarity(truth: BoolArray, result: BoolArray, void: BoolArray | None = None) -> float:
    """J of two (H, W) masks: intersection over union outside ``void``, 1.0 for two empty ones."""
    _check_shapes(truth, result, void)
    counted = np.True_ if void is None else ~void
    union = int(np.count_nonzero((truth | result) & counted))
    if union == 0:
        return 1.0
    return int(np.count_nonzero(truth & result & counted)) / union


def boundary_measure(
    truth: BoolArray,
    result: BoolArray,
    void: BoolArray | None = None,
    tolerance: float = BOUNDARY_TOLERANCE,
) -> float:
    """F of two (H, W) masks: harmonic mean of the boundary's precision and recall.

    Args:
        tolerance: below 1 a share of the diagonal (rounded up to pixels), else pixels.
    """
    _check_shapes(truth, result, void)
    counted = np.True_ if void is None else ~void
    edges = boundary_map(truth & counted), boundary_map(result & counted)
    number_truth, number_result = (int(np.count_nonzero(edge)) for edge in edges)
    if number_truth == 0 or number_result == 0:
        return 1.0 if number_truth == number_result else 0.0
    pixels = tolerance if tolerance >= 1 else math.ceil(tolerance * math.hypot(*truth.shape))
    edge_truth, edge_result = _cropped(*edges)
    disk = _disk(int(pixels))
    precision = np.count_nonzero(edge_result & cv2.dilate(edge_truth, disk)) / number_result
    recall = np.count_nonzero(edge_truth & cv2.dilate(edge_result, disk)) / number_truth
    if precision + recall == 0:
        return 0.0
    return 2 * precision * recall / (precision + recall)


def boundary_map(mask: BoolArray) -> BoolArray:
    """One-pixel boundary (H, W), half a pixel towards the origin (Martin's ``seg2bmap``).

    A pixel is boundary where it differs from its right, lower or lower-right neighbour; the last
    row and column look only along themselves and the last corner never is.
    """
    edge = np.zeros_like(mask, dtype=np.bool_)
    edge[:-1, :-1] = (
        (mask[:-1, :-1] ^ mask[:-1, 1:])
        | (mask[:-1, :-1] ^ mask[1:, :-1])
        | (mask[:-1, :-1] ^ mask[1:, 1:])
    )
    edge[-1, :-1] = mask[-1, :-1] ^ mask[-1, 1:]
    edge[:-1, -1] = mask[:-1, -1] ^ mask[1:, -1]
    return edge


def compare_sequences(
    truth: Sequence[IdImage | None],
    result: Sequence[IdImage],
    *,
    object_ids: Iterable[int] | None = None,
    skip_ends: bool = True,
) -> SequenceQuality:
    """J and F of every object over a sequence.

    Args:
        truth: ids by frame; None where there is no ground truth (the frame does not count).
        result: ids by frame, as many as ``truth`` has.
        object_ids: None takes the ids of the first frame with truth, as the evaluator does.
        skip_ends: leave out the first and the last frame, as the evaluator does.

    Raises:
        ValueError: lengths or sizes differ.
    """
    if len(truth) != len(result):
        raise ValueError(f"{len(truth)} frames of truth, but {len(result)} of the result")
    if object_ids is None:
        first = next((ids for ids in truth if ids is not None), np.zeros((0, 0), np.uint8))
        object_ids = (int(i) for i in np.unique(first) if i not in (0, VOID))
    last = len(truth) - 1
    frames = [
        index
        for index, ids in enumerate(truth)
        if ids is not None and not (skip_ends and index in (0, last))
    ]
    return SequenceQuality(tuple(_compare_object(truth, result, frames, o) for o in object_ids))


def _compare_object(
    truth: Sequence[IdImage | None], result: Sequence[IdImage], frames: Sequence[int], oid: int
) -> ObjectQuality:
    j: list[float] = []
    f: list[float] = []
    for index in frames:
        ids = truth[index]
        assert ids is not None
        pair = (ids == oid, result[index] == oid, ids == VOID)
        j.append(region_similarity(*pair))
        f.append(boundary_measure(*pair))
    return ObjectQuality(oid, tuple(frames), tuple(j), tuple(f))


def _cropped(*edges: BoolArray) -> tuple[NDArray[Any], ...]:
    """The part of all the maps where any has a pixel: what lies outside changes no count."""
    x, y, w, h = cv2.boundingRect(np.logical_or.reduce(edges).astype(np.uint8))
    return tuple(np.ascontiguousarray(e[y : y + h, x : x + w]).view(np.uint8) for e in edges)


def _disk(radius: int) -> NDArray[np.uint8]:
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    return np.asarray(x * x + y * y <= radius * radius, np.uint8)


def _check_shapes(truth: BoolArray, result: BoolArray, void: BoolArray | None) -> None:
    if truth.shape != result.shape or (void is not None and void.shape != truth.shape):
        raise ValueError(f"masks of different sizes: {truth.shape} and {result.shape}")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
