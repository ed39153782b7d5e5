"""What a click on a mask changes: one piece, and no larger than a click there can mean.

Who corrects a mask clicks into the middle of what is wrong with it. So a click means the piece in
whose middle it lies: of several that one is taken, and it is cut to the click's surroundings where
it is thicker elsewhere, or very large. Points that were given in one go, as those of a stroke,
bound each other's pieces.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.masks.mask import BoolArray
from vostool.models.flow.segment import pixel_of
from vostool.project.prompts import Point

_DEPTHS, _PIXELS = 1.5, 3.0
"""A piece of which the click is not in the middle reaches so many times as far from it as the click
is from the piece's edge, and some pixels."""
_TAKEN = 0.1
"""And at most so far where it is taken away, in sides of a square as large as the mask: what the
network leaves out about a stalk of grass before a skirt is the skirt."""
_SPACINGS = {True: 2, False: 1}
"""How far from a point of several its piece goes, in distances to the next one of its kind."""
_CENTRAL, _SLACK = {True: 0.8, False: 0.9}, 1.0
"""How central a click lies that means the whole of its piece, however long that is; and pixels."""
_MOST_ADDED, _MOST_TAKEN = 3.0, 0.5
"""Of the mask's area: a piece beyond is another thing, or too much of this one."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the points that were given with a click say about how far its piece goes.

    Whoever draws a stroke says by each part of it what lies there: a piece goes from a point as far
    as the next one of its kind is away, or twice as far where it is added, and ends half-way to
    those of the other kind.
    """

    points: tuple[Point, ...] = ()

    def cut(self, piece: BoolArray, point: Point) -> BoolArray:
        """The part of a piece (H, W) that one of them, or any other point, can mean."""
        if point not in self.points:
            return piece
        place = place_of(point, piece)
        others = [p for p in self.points if p != point]
        away = [_distance(p, point) for p in others if p.positive == point.positive]
        if away:
            piece = piece & _disk(piece, place, int(_SPACINGS[point.positive] * min(away)) + 1)
        unlike = [p for p in others if p.positive != point.positive]
        return _around(piece & _nearer(piece, point, unlike), place)


ALONE = Bounds()
"""A click by itself."""


def _distance(one: Point, other: Point) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)


def _nearer(mask: BoolArray, point: Point, others: Sequence[Point]) -> BoolArray:
    """Where (H, W) a point is nearer than any of the others."""
    rows = np.arange(mask.shape[0], dtype=np.float32)[:, None]
    columns = np.arange(mask.shape[1], dtype=np.float32)[None]

    def away(p: Point) -> NDArray[np.float32]:
        return np.asarray((columns - p.x) ** 2 + (rows - p.y) ** 2, np.float32)

    mine, nearer = away(point), np.ones(mask.shape, np.bool_)
    for other in others:
        nearer &= mine <= away(other)
    return nearer


def with_click(
    mask: BoolArray,
    wanted: BoolArray,
    point: Point,
    bounds: Bounds = ALONE,
) -> BoolArray | None:
    """A mask (H, W) with the piece of another one that a click asks for, or without it.

    Args:
        bounds: of the points that were given in one go with it.

    Returns:
        None where the other mask has the click's pixel as the mask has it already.
    """
    place = place_of(point, mask)
    piece = _piece(mask, wanted, point)
    if piece is None:
        return None
    area = np.count_nonzero(mask)
    most = (_MOST_ADDED if point.positive else _MOST_TAKEN) * area
    depth, thickness = _depths(piece, place)
    if depth + _SLACK < _CENTRAL[point.positive] * thickness or np.count_nonzero(piece) > most:
        reach = _DEPTHS * depth
        if not point.positive:
            reach = min(reach, _TAKEN * math.sqrt(area))
        piece = _around(piece & _disk(piece, place, int(reach + _PIXELS)), place)
    piece = bounds.cut(piece, point)
    return np.asarray(mask | piece if point.positive else mask & ~piece, np.bool_)


def centrality(mask: BoolArray, wanted: BoolArray, point: Point) -> float | None:
    """How near a click lies to the middle of the piece that it would change, 0..1.

    Returns:
        None where the other mask changes nothing there.
    """
    piece = _piece(mask, wanted, point)
    if piece is None:
        return None
    depth, thickness = _depths(piece, place_of(point, mask))
    return depth / thickness


def is_in_the_middle(mask: BoolArray, point: Point, share: float) -> bool:
    """Whether a click lies in a mask (H, W), so deep as a share of the deepest place about it."""
    central = centrality(mask, np.zeros_like(mask), replace(point, positive=False))
    return central is not None and central >= share


def _piece(mask: BoolArray, wanted: BoolArray, point: Point) -> BoolArray | None:
    pieces = wanted & ~mask if point.positive else mask & ~wanted
    place = place_of(point, mask)
    return _around(pieces, place) if pieces[place] else None


def with_dot(mask: BoolArray, point: Point) -> BoolArray:
    """The mask with a small disk about the click, so that no click is without effect.

    It is no larger than what is wrong there can be.
    """
    reach = int(_DEPTHS * _depth(mask, point) + _PIXELS)
    radius = min(reach, max(3, int(np.sqrt(np.count_nonzero(mask))) // 12))
    dot = _disk(mask, place_of(point, mask), radius)
    return np.asarray(mask | dot if point.positive else mask & ~dot, np.bool_)


def place_of(point: Point, mask: BoolArray) -> tuple[int, int]:
    """Row and column of the pixel under a point."""
    height, width = mask.shape
    return pixel_of(point, width, height)[::-1]


def _disk(mask: BoolArray, place: tuple[int, int], radius: int) -> BoolArray:
    """A disk about a place, of the mask's size."""
    drawn = np.zeros(mask.shape, np.uint8)
    cv2.circle(drawn, place[::-1], radius, 1, -1)
    return drawn > 0


def _around(pieces: BoolArray, place: tuple[int, int]) -> BoolArray:
    """The one that holds the place."""
    _, numbers = cv2.connectedComponents(pieces.astype(np.uint8))
    return np.asarray(numbers == numbers[place], np.bool_)


def _depth(mask: BoolArray, point: Point) -> float:
    """How far the click is from where the mask has what the click says, in pixels.

    The picture's border counts as an edge, as for who looks for a region's middle.
    """
    row, column = place_of(point, mask)
    return float(_distances(~mask if point.positive else mask)[row + 1, column + 1])


def _depths(piece: BoolArray, place: tuple[int, int]) -> tuple[float, float]:
    """How far a place of the piece is from its edge, and how far any is, in pixels."""
    x, y, width, height = cv2.boundingRect(piece.astype(np.uint8))
    distances = _distances(piece[y : y + height, x : x + width])
    return float(distances[place[0] - y + 1, place[1] - x + 1]), float(distances.max())


def _distances(region: BoolArray) -> NDArray[np.float32]:
    """(H + 2, W + 2) of each pixel of the region from its edge."""
    edged = np.pad(region, 1).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(edged, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)
