"""A picture that belongs to no video, as the one frame of a source."""

from __future__ import annotations

from pathlib import Path

from vostool.errors import SourceError
from vostool.frames import FrameSource, Image, SourceInfo
from vostool.words import tr


class OnePicture:
    """Implements :class:`vostool.frames.FrameSource` for engines that are asked about a picture.

    Args:
        picture: (H, W, 3) RGB uint8.
    """

    def __init__(self, picture: Image) -> None:
        self._picture = picture

    @property
    def info(self) -> SourceInfo:
        height, width = self._picture.shape[:2]
        return SourceInfo(Path("picture"), "images", width, height, 1, 1.0)

    def __len__(self) -> int:
        return 1

    def frame(self, index: int) -> Image:
        if index != 0:
            raise SourceError(
                tr("There is no frame {index}; a picture alone has frame 0 only.", index=index)
            )
        return self._picture

    def time(self, index: int) -> float:
        return 0.0

    def name(self, index: int) -> str:
        return "picture"

    def clone(self) -> FrameSource:
        return OnePicture(self._picture)

    def close(self) -> None:
        """There is nothing to give back."""
