"""What a click on a mask changes: one piece, and no larger than a click there can mean.

Who corrects a mask clicks into the middle of what is wrong with it. So a click means the piece in
whose middle it lies: of several that one is taken, and it is cut to the click's surroundings where
it is thicker elsewhere, or very large.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.masks.mask import BoolArray
from vostool.models.flow.segment import pixel_of
from vostool.project.prompts import Point

_DEPTHS, _PIXELS = 1.5, 3.0
"""A piece of which the click is not in the middle reaches so many times as far from it as the click
is from the piece's edge, and some pixels."""
_CENTRAL, _SLACK = 0.8, 1.0
"""How central a click lies that means the whole of its piece, however long that is; and pixels."""
_MOST_ADDED, _MOST_TAKEN = 3.0, 0.5
"""Of the mask's area: a piece beyond is another thing, or too much of this one."""


def with_click(mask: BoolArray, wanted: BoolArray, point: Point) -> BoolArray | None:
    """A mask (H, W) with the piece of another one that a click asks for, or without it.

    Returns:
        None where the other mask has the click's pixel as the mask has it already.
    """
    place = place_of(point, mask)
    piece = _piece(mask, wanted, point)
    if piece is None:
        return None
    most = (_MOST_ADDED if point.positive else _MOST_TAKEN) * np.count_nonzero(mask)
    depth, thickness = _depths(piece, place)
    if depth + _SLACK < _CENTRAL * thickness or np.count_nonzero(piece) > most:
        reach = int(_DEPTHS * depth + _PIXELS)
        piece = _around(piece & _disk(piece, place, reach), place)
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
