"""From a frame to MobileSAM's features, with the empty part of the square left out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image as PillowImage

from vostool.frames import Image
from vostool.models.mobile_sam.network import CHANNELS, GRID, SIDE, STRIDE, WINDOW, MobileSam
from vostool.models.shared.encoder import PreemptedError, Stop
from vostool.models.shared.preparation import Preparation

_MEAN = np.array((123.675, 116.28, 103.53), np.float32)[:, None]
_STD = np.array((58.395, 57.12, 57.375), np.float32)[:, None]


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a frame lies in the network's square: top left, longest side 1024 pixels.

    Attributes:
        height, width: the frame's.
        scaled_height, scaled_width: of the frame inside the square, in pixels of it.
    """

    height: int
    width: int
    scaled_height: int
    scaled_width: int

    @classmethod
    def of(cls, height: int, width: int) -> Geometry:
        """Rounded as SAM's ``ResizeLongestSide`` does."""
        scale = SIDE / max(height, width)
        return cls(
            height,
            width,
            max(1, int(height * scale + 0.5)),
            max(1, int(width * scale + 0.5)),
        )

    @property
    def rows(self) -> int:
        """Rows of features that see the frame."""
        return math.ceil(self.scaled_height / STRIDE)

    @property
    def columns(self) -> int:
        """Columns of features that see the frame."""
        return math.ceil(self.scaled_width / STRIDE)


def preparation(geometry: Geometry) -> Preparation:
    """To the square's top left part, (3, h, w) of :func:`picture_size`.

    Scaled with Pillow's bilinear filter and normalised as SAM's own predictor does. The zeros
    around the frame end at a border of the encoder's attention windows, which see the same as in
    the whole square then; only its convolutions notice the end, a window further on.
    """
    size = geometry.scaled_width, geometry.scaled_height
    table = (np.arange(256, dtype=np.float32) - _MEAN) / _STD
    bilinear = PillowImage.Resampling.BILINEAR
    return Preparation(size, table, bilinear, picture_size(geometry))


def preprocess(frame: Image, geometry: Geometry) -> torch.Tensor:
    """(H, W, 3) uint8 RGB -> (1, 3, h, w) float32, as :func:`preparation` makes it."""
    return preparation(geometry)(frame)[None]


def picture_size(geometry: Geometry) -> tuple[int, int]:
    """(h, w) of what :func:`preparation` makes."""
    return _whole_windows(geometry.rows) * STRIDE, _whole_windows(geometry.columns) * STRIDE


def _whole_windows(features: int) -> int:
    return min(GRID, math.ceil(features / WINDOW) * WINDOW)


class FeatureEncoder:
    """The image encoder under autocast, on the part of the square that holds the frame."""

    def __init__(self, network: MobileSam, geometry: Geometry, dtype: torch.dtype) -> None:
        self._network, self._geometry, self._dtype = network, geometry, dtype
        self._device = next(network.parameters()).device
        network.image_encoder.to(memory_format=torch.channels_last)

    def __call__(self, picture: torch.Tensor, stop: Stop | None = None) -> dict[str, Any]:
        """As :class:`vostool.models.shared.encoder.Encoder`, with one level and no positions.

        The level is (1, 256, rows, columns) float16 of the geometry: features of the frame alone.
        """
        half = self._dtype is not torch.float32
        encoder = self._network.image_encoder
        narrow = self._dtype is torch.float16
        # PyTorch 2.14 convolves channels-last float16 wrongly on the CPU, which emulates it.
        emulated = narrow and self._device.type == "cpu"
        order = torch.contiguous_format if emulated else torch.channels_last
        x = picture.to(self._device, memory_format=order)
        with torch.autocast(self._device.type, self._dtype, enabled=half):
            x = encoder.trunk.patch_embed(x)
            for stage in encoder.trunk.stages:
                if stop is not None and stop():
                    raise PreemptedError
                x = stage(x.contiguous() if emulated else x)
        # Its norms square what reaches 600 with the published weights: silently beyond float16.
        with torch.autocast(self._device.type, self._dtype, enabled=half and not narrow):
            x = encoder.neck(x.float() if narrow else x)
        features = x[:, :, : self._geometry.rows, : self._geometry.columns]
        # Half precision is finer than what autocast leaves, and twice as many frames fit the cache.
        return {"backbone_fpn": [features.half().contiguous()], "vision_pos_enc": []}


class Square:
    """Puts a frame's features into the 64x64 square that the mask decoder was trained on.

    What lies beyond the frame is what the encoder gives for an empty picture. Its attention
    windows make that repeat every 14 features, so a small empty picture is enough.
    """

    def __init__(self, network: MobileSam) -> None:
        device = next(network.parameters()).device
        side = 3 * WINDOW * STRIDE
        empty = network.image_encoder(torch.zeros(1, 3, side, side, device=device))
        tile = empty[:, :, WINDOW : 2 * WINDOW, WINDOW : 2 * WINDOW].float()
        times = math.ceil(GRID / WINDOW)
        self._empty: torch.Tensor = tile.repeat(1, 1, times, times)[:, :, :GRID, :GRID].contiguous()

    def __call__(self, features: torch.Tensor) -> torch.Tensor:
        """(1, 256, rows, columns) -> (1, 256, 64, 64)."""
        assert features.shape[1] == CHANNELS
        whole: torch.Tensor = self._empty.clone()
        whole[:, :, : features.shape[2], : features.shape[3]] = features
        return whole
