"""What an object looks like, and how likely two sightings are of one object. numpy alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.frames import Image
from vostool.masks.crop import decode_box
from vostool.masks.mask import Mask

_LEVELS, _TINTS = 5, 7
_FAR = 0.75
"""What a place at the other end leaves of the likeness: things do come back there."""
_PLACE_WEIGHT_FRAMES = 60
"""After so many frames a place says half as much."""


@dataclass(frozen=True, slots=True)
class Looks:
    """One sighting of an object.

    Attributes:
        frame: where it was seen.
        centre: x, y of the middle of its box as shares of the picture's width and height.
        area: its pixels as a share of the picture.
        colours: (5 * 7 * 7,) histogram over brightness and two tints, of sum 1.
        features: a vector that an engine or finder has for it, or None.
        label: what it is called; empty where nothing names it.
    """

    frame: int
    centre: tuple[float, float]
    area: float
    colours: NDArray[np.float64]
    features: NDArray[np.float32] | None = None
    label: str = ""


def looks_of(
    picture: Image,
    mask: Mask,
    frame: int,
    label: str = "",
    features: NDArray[np.float32] | None = None,
) -> Looks:
    """Describe an object on a picture (H, W, 3) RGB uint8 by its mask, which has a pixel.

    Raises:
        ValueError: the mask is empty or of another size.
    """
    if picture.shape[:2] != (mask.height, mask.width):
        raise ValueError(f"a mask of {mask.width}x{mask.height} on a picture {picture.shape}")
    window, inside = decode_box(mask)
    if not window:
        raise ValueError("an empty mask looks like nothing")
    rows = slice(window.top, window.top + window.height)
    columns = slice(window.left, window.left + window.width)
    centre = (
        (window.left + window.width / 2) / mask.width,
        (window.top + window.height / 2) / mask.height,
    )
    share = np.count_nonzero(inside) / inside.size * window.width * window.height
    area = share / (mask.width * mask.height)
    return Looks(frame, centre, area, _colours(picture[rows, columns][inside]), features, label)


def likeness(seen: Looks, now: Looks) -> float:
    """How likely both are the same object, 0..1: colours (and features), size, and place.

    Two labels that differ say that they are not.
    """
    if seen.label and now.label and seen.label != now.label:
        return 0.0
    alike = float(np.sqrt(seen.colours * now.colours).sum())
    if seen.features is not None and now.features is not None:
        alike = math.sqrt(alike * _cosine(seen.features, now.features))
    size = math.exp(-abs(math.log(now.area / seen.area)) / 2.5)
    gone = abs(now.frame - seen.frame)
    distance = min(math.dist(seen.centre, now.centre), 1.0)
    fades = 1 / (1 + gone / _PLACE_WEIGHT_FRAMES)
    place = 1 - (1 - _FAR) * distance * (0.5 + fades / 2)
    return float(min(max(alike * size**0.5 * place, 0.0), 1.0))


def _colours(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Histogram of (N, 3) RGB pixels, each shared out among its neighbouring bins, so that a
    little more light moves it a little."""
    values = pixels.astype(np.float64) / 255
    red, green, blue = values[:, 0], values[:, 1], values[:, 2]
    light = values.mean(1)
    axes = (
        (light * (_LEVELS - 1), _LEVELS),
        ((red - green + 1) / 2 * (_TINTS - 1), _TINTS),
        (((red + green) / 2 - blue + 1) / 2 * (_TINTS - 1), _TINTS),
    )
    bins = np.zeros(_LEVELS * _TINTS * _TINTS)
    for corner in range(8):
        index, weight = np.zeros(len(values), np.int64), np.ones(len(values))
        for bit, (at, count) in enumerate(axes):
            low = np.minimum(at.astype(np.int64), count - 2)
            part = at - low
            upper = corner >> bit & 1
            index = index * count + low + upper
            weight = weight * (part if upper else 1 - part)
        bins += np.bincount(index, weight, len(bins))
    return np.asarray(bins / bins.sum(), np.float64)


def _cosine(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    """Of two vectors, 0 where they point apart or one is zero."""
    length = float(np.linalg.norm(one)) * float(np.linalg.norm(two))
    return max(float(one @ two) / length, 0.0) if length else 0.0
