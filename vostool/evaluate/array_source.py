"""A frame source over arrays in memory, for generated clips, data sets and tests."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

from vostool.errors import SourceError
from vostool.frames import Image, SourceInfo


class ArraySource:
    """Frames that are there already; implements :class:`vostool.frames.FrameSource`.

    Args:
        frames: RGB pictures (H, W, 3) uint8, all of one size; they are not copied.
        rate: frames a second.
        name: stands for the path in ``info``.

    Raises:
        SourceError: there is no frame, or one is no picture or of another size.
    """

    def __init__(self, frames: Sequence[Image], rate: float = 25.0, name: str = "frames") -> None:
        if not len(frames):
            raise SourceError("There is no frame to show; give at least one picture.")
        height, width = frames[0].shape[:2]
        for index, frame in enumerate(frames):
            if frame.shape != (height, width, 3) or frame.dtype != "uint8":
                raise SourceError(
                    f"Frame {index} is {frame.shape} {frame.dtype}, not ({height}, {width}, 3) "
                    "uint8; give RGB pictures of one size."
                )
        self._frames: Sequence[Image] = frames
        self._info = SourceInfo(Path(name), "images", width, height, len(frames), rate, "array")

    @property
    def info(self) -> SourceInfo:
        return self._info

    def __len__(self) -> int:
        return len(self._frames)

    def frame(self, index: int) -> Image:
        if not 0 <= index < len(self._frames):
            raise SourceError(f"There is no frame {index}; the last is {len(self._frames) - 1}.")
        view = self._frames[index].view()
        view.flags.writeable = False
        return view

    def time(self, index: int) -> float:
        return index / self._info.rate

    def name(self, index: int) -> str:
        return f"{index:05d}"

    def clone(self) -> ArraySource:
        return copy.copy(self)

    def close(self) -> None:
        self._frames = ()
