"""The robot for scribbles of the DAVIS interactive challenge (Caelles et al., arXiv:1803.00557).

For each object, and for the background, what was missed of it is opened with a disk, thinned to
its medial axis and made a graph of neighbouring pixels; each connected part of four pixels or more
gives the longest path in its spanning tree, smoothed as a Bezier curve. The parameters are the
benchmark's. Its last step differs here: the program's prompts have points and no strokes, so a
scribble becomes a few points spread along it, those of the background and of other objects being
negative where they lie on the object's mask.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree
from scipy.spatial import cKDTree
from skimage.morphology import medial_axis

from vostool.evaluate.corrections import Correction, centre
from vostool.evaluate.sequence import Ids
from vostool.masks.mask import BoolArray
from vostool.masks.parts import largest_part
from vostool.project.prompts import Point

KERNEL_SHARE = 0.2
"""Diameter of the disk as a share of the square root of the region's area."""
LARGEST_RADIUS = 16.0
FEWEST_PIXELS = 4
"""A path of fewer is no scribble."""
SMALLEST_DOT = 25
"""Pixels of a region that is worth a dot where no path fits in."""
POINTS = 4
"""Points that stand for one scribble."""
MOST_SCRIBBLES = 3
"""Of one object in a round, the longest first; an annotator makes no more of them."""

Path = NDArray[np.float64]
"""(N, 2) x and y of pixels in their order along the path."""


class ScribbleRobot:
    """Positive points on what was missed, negative ones on what is too much."""

    def correct(self, truth: Ids, result: Ids, object_ids: Iterable[int]) -> list[Correction]:
        ids = [*object_ids]
        drawn = {i: scribbles((truth == i) & (result != i)) for i in (0, *ids)}
        corrections = []
        for object_id in ids:
            points = [p for path in drawn[object_id] for p in _points(path, positive=True)]
            got = result == object_id
            for other in (0, *ids):
                if other != object_id:
                    wrong = [p for path in drawn[other] for p in _points(path, positive=False)]
                    points += [p for p in wrong if got[int(p.y), int(p.x)]]
            if points:
                corrections.append(Correction(object_id, tuple(points)))
        return corrections


def scribbles(region: BoolArray) -> list[Path]:
    """The scribbles on an (H, W) region, the longest first; none where it is too small.

    Only points in the region are kept: a smoothed curve may leave it. A round region has an axis
    too short for a path; where the benchmark gives nothing, this gives a dot in its middle.
    """
    if not region.any():
        return []
    opened = smoothed(region)
    paths = longest_paths(skeleton(opened))
    if not paths:
        largest = largest_part(opened)
        dot = np.count_nonzero(largest) >= SMALLEST_DOT
        return [np.array([centre(largest)])] if dot else []
    curves = [_bezier(path, POINTS) for path in paths[:MOST_SCRIBBLES]]
    height, width = region.shape
    kept = []
    for path, curve in zip(paths, curves, strict=False):
        x, y = curve.T.astype(int)
        inside = region[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
        middle = path[len(path) // 2 : len(path) // 2 + 1]
        kept.append(curve[inside] if inside.any() else middle)
    return kept


def smoothed(region: BoolArray) -> BoolArray:
    """The region opened with a disk, by its size.

    A disk that leaves nothing is made smaller by a tenth until it does; where none does, nothing is
    left, as in the benchmark: an annotator does not scribble on a line a pixel wide.
    """
    opened: NDArray[Any] = region.astype(np.uint8)
    radius = min(KERNEL_SHARE * math.sqrt(np.count_nonzero(region)) / 2, LARGEST_RADIUS)
    while radius > 1:
        kernel = _disk(int(radius))
        opened = cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_OPEN, kernel)
        if opened.any():
            break
        radius *= 0.9
    return np.asarray(opened != 0, np.bool_)


def skeleton(region: BoolArray) -> BoolArray:
    """The medial axis of a region."""
    padded = np.pad(region, 1)
    thin: Any = medial_axis  # not typed
    thinned: BoolArray = thin(padded, rng=0)[1:-1, 1:-1]
    return thinned


def longest_paths(thinned: BoolArray) -> list[Path]:
    """The longest path of each connected part of a skeleton, the longest first."""
    rows, columns = np.nonzero(thinned)
    places = np.column_stack([columns, rows]).astype(np.float64)
    if len(places) < FEWEST_PIXELS:
        return []
    pairs = cKDTree(places).query_pairs(1.5, output_type="ndarray")
    lengths = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)
    # The tree of older SciPy takes indices of 32 bits only.
    pairs = pairs.astype(np.int32)
    graph = coo_array((lengths, pairs.T), shape=(len(places), len(places))).tocsr()
    # In a cycle the longest edge goes, as the benchmark has it: what is left is this tree.
    tree = minimum_spanning_tree(graph)
    _, parts = connected_components(tree, directed=False)
    sizes = np.bincount(parts)
    found = [
        places[_longest(tree, int(np.argmax(parts == part)))]
        for part in np.flatnonzero(sizes >= FEWEST_PIXELS)
    ]
    return sorted(found, key=len, reverse=True)


def _longest(tree: csr_array, start: int) -> list[int]:
    """Nodes of the longest path in the part of a forest that holds ``start``: two searches."""
    order, _ = breadth_first_order(tree, start, directed=False)
    order, before = breadth_first_order(tree, int(order[-1]), directed=False)
    path = [int(order[-1])]
    while before[path[-1]] >= 0:
        path.append(int(before[path[-1]]))
    return path


def _bezier(path: Path, count: int) -> Path:
    """``count`` points evenly in the parameter of the curve that the path controls (de Casteljau).

    The benchmark's polynomial sum overflows on long paths, which it therefore leaves as they are.
    """
    t = ((np.arange(count) + 0.5) / count)[:, None, None]
    control = np.repeat(path[None], count, axis=0)
    while control.shape[1] > 1:
        control = control[:, :-1] * (1 - t) + control[:, 1:] * t
    return control[:, 0]


def _points(path: Path, *, positive: bool) -> list[Point]:
    """The centres of the pixels that the path's points lie on."""
    return [Point(int(x) + 0.5, int(y) + 0.5, positive) for x, y in path]


def _disk(radius: int) -> NDArray[np.uint8]:
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    return np.asarray(x * x + y * y <= radius * radius, np.uint8)
