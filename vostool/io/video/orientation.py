"""How a video frame has to be turned to be seen as it was filmed."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import cast

import numpy as np
from av.sidedata.sidedata import SideDataContainer, Type
from av.video.frame import VideoFrame

from vostool.frames import Image


@dataclass(frozen=True, slots=True)
class Orientation:
    """One of the eight orientations of a picture: first exchange rows and columns, then flip."""

    transpose: bool = False
    flip_x: bool = False
    flip_y: bool = False

    def apply(self, image: Image) -> Image:
        """The picture (H, W, 3) as shown; a C-contiguous array, the same one if nothing turns."""
        if self.transpose:
            image = image.transpose(1, 0, 2)
        if self.flip_x:
            image = image[:, ::-1]
        if self.flip_y:
            image = image[::-1]
        return np.ascontiguousarray(image)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) as shown, of a stored size; its own inverse."""
        return (height, width) if self.transpose else (width, height)


UPRIGHT = Orientation()


def orientation_of(frame: VideoFrame) -> Orientation:
    """Read the frame's display matrix, as phones write it; multiples of 90 degrees and flips.

    The matrix is row-major 3x3 in 16.16 fixed point and takes (x, y, 1) as a row vector
    (ffmpeg, libavutil/display.h). Other angles are taken to the nearest of the eight.
    """
    side_data = cast(SideDataContainer, frame.side_data)  # PyAV's stub knows one kind only
    try:
        matrix = side_data[Type.DISPLAYMATRIX]
    except KeyError:
        return UPRIGHT
    a, b, _, c, d, *_ = struct.unpack("=9i", bytes(matrix))
    if abs(b) > abs(a):
        return Orientation(True, c < 0, b < 0)
    return Orientation(False, a < 0, d < 0)
