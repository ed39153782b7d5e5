"""Corners of shapes that files describe by a few numbers, in pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vostool.io.imports.format import ImportTarget
from vostool.masks.box import Box

_CORNERS = 90

Ring = NDArray[np.float64]


def ellipse(x: float, y: float, radius_x: float, radius_y: float, degrees: float = 0.0) -> Ring:
    """(n, 2) corners of an ellipse around x, y, turned clockwise."""
    turns = np.linspace(0, 2 * math.pi, _CORNERS, endpoint=False)
    points = np.column_stack([radius_x * np.cos(turns), radius_y * np.sin(turns)])
    return np.add(_turned(points, degrees), (x, y), dtype=np.float64)


def turned_box(x: float, y: float, width: float, height: float, degrees: float) -> Ring:
    """(4, 2) corners of a box that is turned clockwise around its corner x, y."""
    points = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    return np.add(_turned(points, degrees), (x, y), dtype=np.float64)


def box_turned_in_place(x: float, y: float, width: float, height: float, degrees: float) -> Ring:
    """(4, 2) corners of a box that is turned clockwise around its middle."""
    points = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float64) * (width / 2, height / 2)
    return np.add(_turned(points, degrees), (x + width / 2, y + height / 2), dtype=np.float64)


def box_around(ring: Ring, target: ImportTarget) -> Box:
    """The upright box around corners, cut to the frame.

    Raises:
        ValueError: nothing of it lies in the frame.
    """
    box = target.box(*ring.min(axis=0).tolist(), *ring.max(axis=0).tolist())
    if box is None:
        raise ValueError(f"the box lies outside the {target.width}x{target.height} frame")
    return box


def flat_ring(ring: Ring) -> Sequence[float]:
    """x, y, x, y of corners."""
    found: list[float] = ring.ravel().tolist()
    return found


def _turned(points: Ring, degrees: float) -> Ring:
    turn = math.radians(degrees)
    matrix = np.array([(math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))])
    turned: Ring = points @ matrix
    return turned
