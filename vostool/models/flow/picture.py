"""A frame as the flow engine works on it: reduced, in grey and in Lab, with the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.frames import Image
from vostool.masks.mask import BoolArray

Soft = NDArray[np.float32]
"""A soft mask or another measure for each pixel, (h, w) float32."""

Affine = NDArray[np.float64]
"""2x3 matrix from one pixel grid to another."""

LONGEST_SIDE = 640


@dataclass(frozen=True, slots=True)
class Rect:
    """Whole pixels x0 <= x < x1, y0 <= y < y1."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Columns."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Rows."""
        return self.y1 - self.y0

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) as OpenCV wants it."""
        return self.width, self.height

    @property
    def slices(self) -> tuple[slice, slice]:
        """Indexes an (h, w) array."""
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    def grown(self, share: float, pixels: int, width: int, height: int) -> Rect:
        """Wider on each side by ``share`` of the mean side and ``pixels``, within the picture."""
        by = int(share * (self.width + self.height) / 2) + pixels
        return Rect(
            max(0, self.x0 - by),
            max(0, self.y0 - by),
            min(width, self.x1 + by),
            min(height, self.y1 + by),
        )

    def scaled(self, scale: float, width: int, height: int) -> Rect:
        """The same in a picture of another scale and this size; at least one pixel."""
        x0, y0 = min(width - 1, round(self.x0 * scale)), min(height - 1, round(self.y0 * scale))
        x1, y1 = min(width, round(self.x1 * scale)), min(height, round(self.y1 * scale))
        return Rect(x0, y0, max(x1, x0 + 1), max(y1, y0 + 1))

    @staticmethod
    def around(mask: NDArray[Any]) -> Rect | None:
        """The tight box of the non-zero pixels, or None without any."""
        x, y, w, h = cv2.boundingRect(mask.astype(np.uint8))
        return Rect(x, y, x + w, y + h) if w else None


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame at working size.

    Attributes:
        gray: (h, w) uint8. lab: (h, w, 3) uint8, OpenCV's 8-bit CIE Lab.
        full_width, full_height: the frame's own size.
    """

    gray: NDArray[np.uint8]
    lab: NDArray[np.uint8]
    full_width: int
    full_height: int

    @classmethod
    def of(cls, frame: Image, longest: int = LONGEST_SIDE) -> Picture:
        """Reduce an RGB frame so that its longer side is at most ``longest`` pixels."""
        height, width = frame.shape[:2]
        scale = min(1.0, longest / max(width, height))
        small: NDArray[Any] = frame
        if scale < 1:
            size = max(1, round(width * scale)), max(1, round(height * scale))
            small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.uint8)
        return cls(gray, lab, width, height)

    @property
    def width(self) -> int:
        """Working width."""
        return int(self.gray.shape[1])

    @property
    def height(self) -> int:
        """Working height."""
        return int(self.gray.shape[0])

    @property
    def whole(self) -> Rect:
        """All of it."""
        return Rect(0, 0, self.width, self.height)

    def reduce(self, mask: BoolArray) -> Soft:
        """A mask of the frame's size as a soft one of working size."""
        size = self.width, self.height
        return np.asarray(
            cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32
        )

    def enlarge(self, soft: Soft) -> Soft:
        """A soft mask of working size at the frame's own size."""
        size = self.full_width, self.full_height
        if soft.shape == size[::-1]:
            return soft
        return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR), np.float32)


def guided(soft: Soft, guide: NDArray[np.uint8], radius: int, epsilon: float = 1e-3) -> Soft:
    """He, Sun and Tang's guided filter with a grey guide: the mask's edge moves to the picture's.

    Args:
        soft: (h, w) in 0..1. guide: (h, w) uint8.
        epsilon: variance of the guide (0..1 squared) below which an area is flat.
    """
    size = (2 * radius + 1, 2 * radius + 1)
    image = guide.astype(np.float32) / 255
    mean_image, mean_soft = cv2.blur(image, size), cv2.blur(soft, size)
    covariance = cv2.blur(image * soft, size) - mean_image * mean_soft
    variance = cv2.blur(image * image, size) - mean_image * mean_image
    slope = covariance / (variance + epsilon)
    offset = mean_soft - slope * mean_image
    return np.asarray(cv2.blur(slope, size) * image + cv2.blur(offset, size), np.float32)


def crop(part: NDArray[Any], rect: Rect) -> NDArray[Any]:
    """A crop that may reach over the border; 0 there."""
    height, width = part.shape[:2]
    inner = Rect(max(0, rect.x0), max(0, rect.y0), min(width, rect.x1), min(height, rect.y1))
    pads = (inner.y0 - rect.y0, rect.y1 - inner.y1, inner.x0 - rect.x0, rect.x1 - inner.x1)
    border = cv2.BORDER_CONSTANT if part.dtype == np.float32 else cv2.BORDER_REPLICATE
    return cv2.copyMakeBorder(np.ascontiguousarray(part[inner.slices]), *pads, border)
