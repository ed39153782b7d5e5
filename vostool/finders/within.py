"""Looking only in a part of the frame: what is cut out for the model, and its answers put back."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vostool.errors import UsageError
from vostool.frames import Image
from vostool.masks.box import Box
from vostool.masks.crop import Window, encode_window
from vostool.masks.mask import BoolArray, Mask
from vostool.words import tr

_SMALLEST = 8


@dataclass(frozen=True, slots=True)
class Part:
    """What a model looks at.

    Attributes:
        picture: the part, (height, width, 3) RGB uint8, a copy that libraries may write to.
        left, top: where it begins in the frame, in pixels.
        frame_width, frame_height: of the whole frame.
    """

    picture: Image
    left: int
    top: int
    frame_width: int
    frame_height: int

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box | None:
        """A box of the part as one of the frame, cut at the part; None where no pixel is left."""
        height, width = self.picture.shape[:2]
        x0, x1 = (min(max(x, 0.0), float(width)) + self.left for x in (x0, x1))
        y0, y1 = (min(max(y, 0.0), float(height)) + self.top for y in (y0, y1))
        return Box(x0, y0, x1, y1) if x1 - x0 >= 1 and y1 - y0 >= 1 else None

    def mask(self, pixels: BoolArray) -> Mask:
        """A mask of the part, (height, width) bool, as one of the frame."""
        height, width = pixels.shape
        window = Window(self.left, self.top, width, height)
        return encode_window(self.frame_height, self.frame_width, window, pixels)


def part_of(picture: Image, within: Box | None) -> Part:
    """The part of a frame that a question is about.

    Raises:
        UsageError: the box lies outside the frame or is too small to see anything in.
    """
    height, width = picture.shape[:2]
    if within is None:
        return Part(picture.copy(), 0, 0, width, height)
    left, right = (min(max(x, 0), width) for x in (math.floor(within.x0), math.ceil(within.x1)))
    top, bottom = (min(max(y, 0), height) for y in (math.floor(within.y0), math.ceil(within.y1)))
    if right - left < _SMALLEST or bottom - top < _SMALLEST:
        raise UsageError(
            tr(
                "The box to look in has less than {smallest} pixels of the "
                "frame on a side; draw a larger one.",
                smallest=_SMALLEST,
            )
        )
    return Part(picture[top:bottom, left:right].copy(), left, top, width, height)
