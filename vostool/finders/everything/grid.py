"""Where to ask: grids of points in rounds from coarse to fine, and crops for small things."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vostool.errors import UsageError
from vostool.finders.finder import Grid
from vostool.masks.crop import Window
from vostool.words import tr

_COARSEST = 4
_MOST, _MOST_LAYERS = 128, 3
_SPREAD_SEED = 1


def check_grid(grid: Grid) -> None:
    """Raise :class:`UsageError` for a grid that makes no sense."""
    if not 1 <= grid.points_per_side <= _MOST:
        raise UsageError(tr("The points a side must be 1 to {most}.", most=_MOST))
    if not 0 <= grid.crop_layers <= _MOST_LAYERS:
        raise UsageError(
            tr("The layers of crops must be 0 to {most_layers}.", most_layers=_MOST_LAYERS)
        )


def rounds(points_per_side: int, second_look: bool) -> tuple[int, ...]:
    """Points a side of each round: 4, 8, 16 for 16, or the last one alone without second looks."""
    sides = [points_per_side]
    while second_look and sides[0] // 2 >= _COARSEST:
        sides.insert(0, sides[0] // 2)
    return tuple(sides)


def points_in(window: Window, side: int, *, spread: bool = False) -> NDArray[np.float32]:
    """(side * side, 2) x and y, evenly over a window, row by row.

    Args:
        spread: in an order that jumps about, so that what a few of them find spares others.
    """
    places = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(window.left + places * window.width, window.top + places * window.height)
    points = np.stack((x.ravel(), y.ravel()), 1).astype(np.float32)
    return np.random.default_rng(_SPREAD_SEED).permutation(points) if spread else points


def crops_of(window: Window, layers: int) -> list[tuple[Window, int]]:
    """Overlapping crops and the layer of each, 4 ** layer of them, as the official generator has
    them."""
    if not layers:
        return []
    from sam2.utils.amg import generate_crop_boxes  # late: loads torch

    boxes, numbers = generate_crop_boxes((window.height, window.width), layers, 512 / 1500)
    return [
        (Window(window.left + x0, window.top + y0, x1 - x0, y1 - y0), layer)
        for (x0, y0, x1, y1), layer in zip(boxes, numbers, strict=True)
        if layer
    ]
