"""Decoded frames as they are kept: copies that cost what they hold, made RGB when asked for.

A decoder's own buffers would cost more than they hold. They go back to the decoder's store and
not to the system, so that every reader would keep the most it ever had; and a frame that PyAV
converts keeps a converter, with threads of its own, for as long as the frame lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from vostool.frames import Image
from vostool.io.video.orientation import Orientation, orientation_of

_ROWS = 32  # rows of a buffer that FFmpeg makes are a multiple of these


@dataclass(frozen=True, slots=True)
class KeptFrame:
    """One decoded frame with memory of its own.

    Attributes:
        picture: in the pixel format of the file, or RGB where that is a rare one.
        turn: how it has to be turned to be seen as it was filmed.
        nbytes: what it holds.
    """

    picture: VideoFrame
    turn: Orientation
    nbytes: int


class FrameConverter:
    """Copies decoded frames and makes pictures of them; for one thread at a time.

    Attributes:
        holds: it looked at side data since this was last set to False, so that a decoder's buffer
            is kept from being used again.
    """

    def __init__(self) -> None:
        self.holds = False
        self._to_rgb = VideoReformatter()
        self._turns: dict[int, Orientation] = {}

    def kept(self, frame: VideoFrame) -> KeptFrame:
        """A copy of a frame that a decoder gave."""
        kind = frame.format
        rare = kind.has_palette or kind.is_bit_stream or kind.is_bayer
        copy = self._rgb(frame, frame.width, frame.height) if rare else _copied(frame)
        size = sum(
            abs(plane.line_size) * -(-plane.height // _ROWS) * _ROWS for plane in copy.planes
        )
        return KeptFrame(copy, self._turn(frame), size)

    def picture(self, kept: KeptFrame, width: int, height: int) -> Image:
        """RGB (height, width, 3) uint8, turned, read-only; scaled where it has another size."""
        stored = self._rgb(kept.picture, *kept.turn.size(width, height))
        image = kept.turn.apply(np.asarray(stored.to_ndarray(), np.uint8))
        image.setflags(write=False)
        return image

    def _turn(self, frame: VideoFrame) -> Orientation:
        """Read once for each angle: a frame whose side data was looked at refers to itself.

        It would keep a decoder's buffer until Python's next full look for such circles.
        """
        angle = frame.rotation
        if angle not in self._turns:
            self._turns[angle] = orientation_of(frame)
            self.holds = True
        return self._turns[angle]

    def _rgb(self, frame: VideoFrame, width: int, height: int) -> VideoFrame:
        # One thread: more would have to be started for each picture, which takes longer.
        return self._to_rgb.reformat(
            frame, width, height, "rgb24", interpolation=Interpolation.BICUBIC, threads=1
        )


def _copied(frame: VideoFrame) -> VideoFrame:
    """The same pixels and colours; not the note that it is interlaced.

    With that note swscale would raise the chroma of each field by itself, which FFmpeg's tool
    does only when it is told to (``scale=interl=1``).
    """
    copy = VideoFrame(frame.width, frame.height, frame.format.name)
    copy.colorspace, copy.color_range = frame.colorspace, frame.color_range
    for source, target in zip(frame.planes, copy.planes, strict=True):
        rows, room = _rows(source), _rows(target)
        width = min(rows.shape[1], room.shape[1])
        room[:, :width] = rows[:, :width]
    return copy


def _rows(plane: VideoPlane) -> NDArray[np.uint8]:
    """(H, bytes in a row) view of a plane, top row first."""
    data = cast(bytes, plane)  # PyAV's stub does not say that it is a buffer
    rows: NDArray[np.uint8] = np.frombuffer(data, np.uint8).reshape(plane.height, -1)
    return rows[::-1] if plane.line_size < 0 else rows
