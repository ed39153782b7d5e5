"""From a frame to what a network takes: scaled to bytes by Pillow, then by a table to numbers.

The bytes are a quarter of the numbers, so they are what is kept ready and what goes to a GPU. There
the table gives the same bits as on the CPU, since nothing is computed.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as PillowImage

from vostool.frames import Image

Table = NDArray[np.float32]
"""(3, 256): what each of a channel's 256 values becomes."""


class Preparation:
    """How frames are made ready for one network.

    Attributes:
        size: (width, height) to which they are scaled.
    """

    def __init__(
        self,
        size: tuple[int, int],
        table: Table,
        resampling: PillowImage.Resampling = PillowImage.Resampling.BICUBIC,
        padded: tuple[int, int] | None = None,
    ) -> None:
        """Make one.

        Args:
            size: (width, height).
            padded: (height, width) of the tensor, with zeros right of and below the picture; None
                for the picture alone.
        """
        self.size = size
        self._resampling = resampling
        self._padded = padded
        self._tables = {torch.device("cpu"): torch.from_numpy(np.array(table, np.float32))}

    def scale(self, frame: Image) -> Image:
        """(H, W, 3) uint8 RGB -> (h, w, 3) uint8; any thread."""
        return np.array(PillowImage.fromarray(frame).resize(self.size, self._resampling))

    def normalise(self, pixels: torch.Tensor) -> torch.Tensor:
        """(h, w, 3) uint8 -> (3, h, w) float32 on the same device."""
        height, width = pixels.shape[:2]
        indices = pixels.permute(2, 0, 1).to(torch.int64, memory_format=torch.contiguous_format)
        values = torch.gather(self._table(pixels.device), 1, indices.view(3, -1))
        picture = values.view(3, height, width)
        if self._padded is None:
            return picture
        whole = picture.new_zeros(3, *self._padded)
        whole[:, :height, :width] = picture
        return whole

    def __call__(self, frame: Image) -> torch.Tensor:
        """(H, W, 3) uint8 RGB -> (3, h, w) float32 on the CPU."""
        return self.normalise(torch.from_numpy(self.scale(frame)))

    def _table(self, device: torch.device) -> torch.Tensor:
        if device not in self._tables:
            self._tables[device] = self._tables[torch.device("cpu")].to(device)
        return self._tables[device]


def as_imagenet(size: int) -> Preparation:
    """As the official JPEG loader of SAM 2 does it: a square, bicubic, ImageNet's mean and spread.

    Same operations in the same precision (sam2.utils.misc): divided in float64, rounded to
    float32, then normalised in float32; so the result is equal to the bit.
    """
    values = np.tile((np.arange(256) / 255.0).astype(np.float32), (3, 1))
    values -= np.array((0.485, 0.456, 0.406), np.float32)[:, None]
    values /= np.array((0.229, 0.224, 0.225), np.float32)[:, None]
    return Preparation((size, size), values)
