"""A FrameSource over a folder of JPEG files, which the official predictor reads, too."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from vostool.errors import SourceError
from vostool.frames import Image, SourceInfo

FRAMES = 22
WIDTH, HEIGHT = 160, 120


@dataclass
class JpegSource:
    """A FrameSource over the JPEG folder that the official predictor reads too."""

    folder: Path
    read: list[int] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    count: int = FRAMES

    @property
    def info(self) -> SourceInfo:
        return SourceInfo(self.folder, "images", WIDTH, HEIGHT, self.count, 25.0)

    def __len__(self) -> int:
        return self.count

    def frame(self, index: int) -> Image:
        if index in self.broken:
            raise SourceError(f"Frame {index} could not be decoded.")
        self.read.append(index)
        with PillowImage.open(self.folder / f"{index:05d}.jpg") as picture:
            return np.asarray(picture.convert("RGB"))

    def time(self, index: int) -> float:
        return index / 25.0

    def name(self, index: int) -> str:
        return f"{index:05d}"

    def clone(self) -> JpegSource:
        return JpegSource(self.folder, self.read, self.broken, self.count)

    def close(self) -> None:
        pass
