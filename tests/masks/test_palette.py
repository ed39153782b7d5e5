"""The default colours can be told apart with red-green blindness.

Simulated as G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, "A Physiologically-based Model for
Simulation of Color Vision Deficiency", IEEE TVCG 15 (6), 2009: their published matrices for the full
deficiency, on linear RGB. Differences are CIEDE2000 as scikit-image computes it; about 2 can just be
seen side by side.
"""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from vostool.masks.colours import PALETTE

MATRICES = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "full colour vision": np.eye(3).tolist(),
}
NEIGHBOURS_DIFFER, FIRST_DIFFER = 10.0, 6.0
FIRST = 7
"""Okabe and Ito's colours; any two of these may well stand side by side."""


def seen(matrix: list[list[float]]) -> np.ndarray:
    """The palette as somebody sees it, CIELAB (N, 3)."""
    srgb = np.array(PALETTE, float) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.array(matrix).T, 0, 1)
    back = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return rgb2lab(back)


@pytest.mark.parametrize("vision", MATRICES)
def test_neighbours_differ(vision: str) -> None:
    lab = seen(MATRICES[vision])
    differences = deltaE_ciede2000(lab, np.roll(lab, -1, axis=0))
    assert differences.min() > NEIGHBOURS_DIFFER


@pytest.mark.parametrize("vision", MATRICES)
def test_the_first_colours_all_differ(vision: str) -> None:
    lab = seen(MATRICES[vision])[:FIRST]
    differences = deltaE_ciede2000(lab[:, None], lab[None])
    assert differences[~np.eye(FIRST, dtype=bool)].min() > FIRST_DIFFER
