"""How much a region looks like a whole object: the measures and the prediction made from them.

Every way of cutting gives a region; this says which to take, and how far to trust it. The
prediction is a ridge regression of the intersection over union with the truth on a few measures
of shape, edge and colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.masks.mask import BoolArray
from vostool.models.flow.colour import colour_bins, histogram, similarity
from vostool.models.flow.picture import Rect, Soft

Measures = NDArray[np.float64]
"""The measures of one region, in the order of the weights."""

_CLICK = np.array((0.314, -0.628, 0.0, 0.811, -0.439, -0.215, -0.030, -0.293, 0.0, 0.0))
_BOX = np.array((0.208, 0.401, 0.167, -0.028, -0.318, 0.014, -0.006, -0.423, -0.210, 0.632))
"""Fitted on the generated clips, composite_exact and the PUMaVOS sequences; DAVIS was held out."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What regions of one picture are measured against.

    Attributes:
        edges: (h, w), strength of the local change of colour. bins: (h, w), colour bins.
        box: the prompted box, or None for a click.
    """

    edges: Soft
    bins: NDArray[np.int32]
    box: Rect | None

    @classmethod
    def of(cls, picture: NDArray[np.uint8], box: Rect | None) -> Scene:
        """Measure a reduced RGB picture (h, w, 3)."""
        lab = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2LAB), np.uint8)
        smooth = np.asarray(cv2.bilateralFilter(cv2.medianBlur(lab, 3), 7, 18, 5), np.uint8)
        return cls(edge_strength(smooth), colour_bins(lab), box)

    def value(self, region: BoolArray) -> float:
        """The intersection over union with the truth that is to be expected, about 0..1."""
        return float(self.measures(region) @ (_CLICK if self.box is None else _BOX))

    def measures(self, region: BoolArray) -> Measures:
        """The measures of a region of at least one pixel."""
        area = int(np.count_nonzero(region))
        box = Rect.around(region)
        assert box is not None
        height, width = region.shape
        margin = 2 + round(0.35 * np.sqrt(area))
        near = box.grown(0, margin, width, height)
        part = region[near.slices].astype(np.uint8)
        rim, inner, ring = _bands(part, margin)
        edges, bins = self.edges[near.slices], self.bins[near.slices]
        along = edges[rim]
        inside = float(edges[inner].mean()) if inner.any() else float(along.mean())
        ours = histogram(bins, part.astype(np.float32))
        alike = similarity(ours, histogram(bins, ring.astype(np.float32)))
        where = self.box or Rect(0, 0, width, height)
        share = np.log(max(area, 4) / (where.width * where.height))
        border = (region[0].sum() + region[-1].sum() + region[:, 0].sum() + region[:, -1].sum()) / (
            2 * (width + height)
        )
        return np.array(
            (
                1.0,
                float(along.mean()),
                float(np.percentile(along, 20)),
                inside,
                alike,
                share,
                share * share,
                float(border),
                _solidity(part, area),
                _tightness(box, where) if self.box else 0.0,
            )
        )


def edge_strength(smooth: NDArray[np.uint8]) -> Soft:
    """Strength of the local change of a smoothed Lab picture, about 0..1."""
    wide = smooth.astype(np.float32)
    x = cv2.Sobel(wide, cv2.CV_32F, 1, 0) / 8
    y = cv2.Sobel(wide, cv2.CV_32F, 0, 1) / 8
    strength = np.sqrt((x * x + y * y).sum(-1))
    strength = cv2.dilate(strength, np.ones((3, 3), np.uint8))
    return np.asarray(strength / (strength + 8), np.float32)


def _bands(part: NDArray[np.uint8], margin: int) -> tuple[BoolArray, BoolArray, BoolArray]:
    """The region's rim, its inside, and the ring around it."""
    padded = cv2.copyMakeBorder(part, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8))[1:-1, 1:-1] > 0
    far = cv2.distanceTransform(1 - part, cv2.DIST_L2, 3)
    ring = (far > 1) & (far <= margin)
    region = part > 0
    rim = region & ~inner
    return (rim if rim.any() else region), inner, ring


def _solidity(part: NDArray[np.uint8], area: int) -> float:
    """Area over that of the convex hull."""
    outlines, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.contourArea(cv2.convexHull(np.concatenate(outlines)))
    return float(min(1.0, area / max(hull, area, 1.0)))


def _tightness(box: Rect, wanted: Rect) -> float:
    """1 where the region reaches all four sides of the box, less the further it stays away."""
    gaps = (
        abs(box.x0 - wanted.x0) / wanted.width,
        abs(wanted.x1 - box.x1) / wanted.width,
        abs(box.y0 - wanted.y0) / wanted.height,
        abs(wanted.y1 - box.y1) / wanted.height,
    )
    return 1 - min(1.0, sum(gaps))
