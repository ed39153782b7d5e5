"""Procedural textures and figures of the generated clip: no file of any kind is read.

Figures are RGBA float32 pictures, straight alpha, values 0..1.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Texture = NDArray[np.float32]
Rng = np.random.Generator


def fractal_noise(
    rng: Rng, height: int, width: int, cell: float = 64.0, octaves: int = 5
) -> Texture:
    """Smooth noise (H, W) in 0..1: octaves of random grids, each half the cell of the one before.

    Args:
        cell: width of a cell of the coarsest octave, in pixels.
    """
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        step = max(1.0, cell / 2**octave)
        grid = rng.random((int(height / step) + 3, int(width / step) + 3), np.float32)
        big = cv2.resize(grid, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
        total += big[:height, :width] / 2**octave
    low, high = np.percentile(total, (0.5, 99.5))
    return np.asarray(np.clip((total - low) / (high - low), 0, 1), np.float32)


def ramp(values: Texture, *colours: tuple[int, int, int]) -> Texture:
    """Colour (H, W, 3) in 0..1 of values 0..1 along evenly spaced RGB colours of 0..255."""
    stops = np.linspace(0, 1, len(colours))
    table = np.array(colours, np.float32) / 255
    channels = [np.interp(values, stops, table[:, c]) for c in range(3)]
    return np.stack(channels, -1).astype(np.float32)


def meadow(rng: Rng, height: int, width: int) -> Texture:
    """Background (H, W, 3): grass and moss in patches, with stones and a sandy path."""
    patches = fractal_noise(rng, height, width, height / 3)
    blades = fractal_noise(rng, height, width, height / 28, 4)
    blades = np.asarray(cv2.blur(blades, (1, max(1, height // 90))), np.float32)
    ground = ramp(0.6 * patches + 0.4 * blades, (38, 58, 34), (74, 104, 52), (122, 140, 78))
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    bend = 0.72 + 0.05 * np.sin(np.linspace(0, 9, width, dtype=np.float32))[None]
    path = _smooth(0.11 + 0.05 * (patches - 0.5) - np.abs(y - bend), 0.02)[..., None]
    sand = ramp(fractal_noise(rng, height, width, height / 20), (134, 116, 92), (186, 168, 138))
    ground = ground * (1 - path) + sand * path
    stones = _smooth(fractal_noise(rng, height, width, height / 9, 2) - 0.83, 0.02)[..., None]
    grey = ramp(fractal_noise(rng, height, width, height / 40), (92, 94, 96), (164, 162, 156))
    return np.asarray(ground * (1 - stones) + grey * stones, np.float32)


def pillar(rng: Rng, height: int, width: int) -> Texture:
    """A wooden post (H, W, 4) that hides what passes behind it."""
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    knots = fractal_noise(rng, height, width, height / 5, 3)
    grain = 0.5 + 0.5 * np.sin(18 * (x + 0.35 * knots)) * knots
    colour = ramp(grain.astype(np.float32), (74, 52, 38), (128, 94, 66), (158, 122, 86))
    round_light = (0.45 + 0.55 * np.sqrt(np.clip(1 - (x - 0.15) ** 2, 0, 1)))[..., None]
    alpha = np.ones((height, width, 1), np.float32)
    return np.concatenate([colour * round_light, alpha], -1).astype(np.float32)


def ladybird(rng: Rng, size: int) -> Texture:
    """A red beetle with black spots (size, size, 4)."""
    x, y = _grid(size)
    body = 0.86 - np.hypot(x / 1.05, y)
    spots = np.zeros_like(x)
    for sx, sy, r in (
        (-0.4, -0.4, 0.17),
        (-0.45, 0.35, 0.19),
        (0.1, -0.5, 0.15),
        (0.12, 0.5, 0.16),
    ):
        spots = np.maximum(spots, _smooth(r - np.hypot(x - sx, y - sy), 0.03))
    dark = np.maximum(spots, _smooth(x - 0.52, 0.03))
    dark = np.maximum(dark, _smooth(0.022 - np.abs(y), 0.015))
    red = ramp(fractal_noise(rng, size, size, size / 5), (168, 22, 16), (222, 56, 30))
    colour = red * (1 - dark[..., None]) + 0.09 * dark[..., None]
    return _lit(colour, x, y, body)


def fish(rng: Rng, size: int) -> Texture:
    """A blue fish with pale stripes (size, size, 4), looking to the left."""
    x, y = _grid(size)
    body = 0.4 - np.hypot((x + 0.15) * 0.53, y)
    tail = np.minimum(0.42 * (x - 0.4) + 0.1 - np.abs(y) * 0.55, 0.92 - x)
    shape = np.maximum(body, tail)
    stripes = _smooth(np.sin(15 * x + 2.5 * np.abs(y)) - 0.35, 0.2)[..., None]
    blue = ramp(fractal_noise(rng, size, size, size / 6), (18, 66, 138), (42, 128, 190))
    pale = ramp(fractal_noise(rng, size, size, size / 8), (206, 196, 150), (244, 236, 204))
    colour = blue * (1 - stripes) + pale * stripes
    eye = np.hypot(x + 0.66, y + 0.09)
    colour = np.where(eye[..., None] < 0.075, 1.0, colour)
    colour = np.where(eye[..., None] < 0.045, 0.05, colour)
    return _lit(colour, x, y, shape)


def starfish(rng: Rng, size: int) -> Texture:
    """An orange starfish with five arms (size, size, 4)."""
    x, y = _grid(size)
    angle, radius = np.arctan2(y, x), np.hypot(x, y)
    arms = 0.62 + 0.27 * np.cos(5 * angle)
    dots = _smooth(fractal_noise(rng, size, size, size / 14, 1) - 0.72, 0.06)[..., None]
    skin = ramp(fractal_noise(rng, size, size, size / 5), (196, 104, 16), (246, 174, 44))
    ridge = _smooth(0.05 - np.abs(np.sin(2.5 * angle)) * radius, 0.06)[..., None]
    colour = skin * (1 - 0.75 * dots) + 0.75 * dots * np.array((0.98, 0.93, 0.76), np.float32)
    return _lit(colour * (1 - 0.25 * ridge), x, y, arms - radius)


def _lit(colour: NDArray[Any], x: Texture, y: Texture, depth: NDArray[Any]) -> Texture:
    """Light from the upper left over a figure that is round towards its edge."""
    round_off = np.sqrt(np.clip(depth / 0.3, 0, 1))
    light = 0.55 + 0.4 * round_off + 0.14 * (-x - y) * (1 - 0.5 * round_off)
    shine = 0.35 * np.exp(-((x + 0.3) ** 2 + (y + 0.35) ** 2) / 0.03) * round_off
    lit = np.clip(colour * light[..., None] + shine[..., None], 0, 1)
    alpha = _smooth(depth, 2.0 / x.shape[0])[..., None]
    return np.concatenate([lit, alpha], -1).astype(np.float32)


def _smooth(value: NDArray[Any], width: float) -> Texture:
    """A soft step: 0 below ``-width``, 1 above ``width``."""
    t = np.clip(value / (2 * width) + 0.5, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _grid(size: int) -> tuple[Texture, Texture]:
    axis = (np.arange(size, dtype=np.float32) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(axis, axis)
    return x.astype(np.float32), y.astype(np.float32)
