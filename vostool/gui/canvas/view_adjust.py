"""Brightness, contrast and gamma of the shown picture; engines and exports use it unchanged."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.frames import Image

PERCENT = (-100, 100)
GAMMA = (0.2, 5.0)


@dataclass(frozen=True)
class Adjustment:
    """How a picture is changed before it is shown; the default changes nothing.

    Attributes:
        brightness: -100..100, percent of white that is added.
        contrast: -100..100, around middle gray; -100 leaves gray alone, 100 is four times as steep.
        gamma: 0.2..5; above 1 lightens the shadows.
    """

    brightness: int = 0
    contrast: int = 0
    gamma: float = 1.0

    @property
    def is_neutral(self) -> bool:
        """True where it changes nothing."""
        return self == Adjustment()

    def table(self) -> NDArray[np.uint8]:
        """(256,) uint8: the value that each of the 256 values of a channel becomes."""
        light = np.linspace(0.0, 1.0, 256)
        steep = 1 + self.contrast / 100 if self.contrast < 0 else 4.0 ** (self.contrast / 100)
        light = (light - 0.5) * steep + 0.5 + self.brightness / 100
        light = np.clip(light, 0.0, 1.0) ** (1 / self.gamma)
        return np.asarray(np.rint(light * 255), np.uint8)

    def applied(self, image: Image) -> Image:
        """The picture (H, W, 3) as it is to be shown; the same one where nothing changes."""
        return image if self.is_neutral else np.asarray(cv2.LUT(image, self.table()), np.uint8)
