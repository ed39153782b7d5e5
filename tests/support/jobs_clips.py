"""Small clips of a moving square, as folders of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 96, 64


def write_clip(folder: Path, frames: int, seed: int) -> Path:
    """A textured square that goes to the right, two pixels a frame at most."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(seed)
    ground = random.integers(0, 90, (HEIGHT, WIDTH, 3), np.uint8)
    square = random.integers(140, 255, (24, 24, 3), np.uint8)
    for frame in range(frames):
        picture = ground.copy()
        left = 8 + round(frame * min(2.0, 50 / frames))
        picture[20:44, left : left + 24] = square
        Image.fromarray(picture).save(folder / f"{frame:04d}.png")
    return folder
