"""Kernels for OpenCV's morphology."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def disk(radius: int) -> NDArray[np.uint8]:
    """A disk (2 * radius + 1, 2 * radius + 1) of ones; the radius is in pixels."""
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(shape, np.uint8)
