"""An engine that sees drawn shapes: a click gives the shapes that it hits, from the smallest up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from vostool.frames import Image
from vostool.masks.mask import BoolArray
from vostool.models.engine import EngineInfo, PointReplies

_COARSE = 4
"""Pixels of the picture for one of a coarse mask."""


@dataclass(frozen=True)
class Shape:
    """A disc or a box (x, y, width, height) of one colour, so that a crop shows which it is."""

    colour: tuple[int, int, int]
    box: tuple[int, int, int, int]
    quality: float = 0.95
    round: bool = False

    def pixels(self, height: int, width: int) -> BoolArray:
        x, y, w, h = self.box
        canvas = np.zeros((height, width), np.uint8)
        if self.round:
            cv2.ellipse(canvas, (x + w // 2, y + h // 2), (w // 2, h // 2), 0, 0, 360, 1, -1)
        else:
            canvas[y : y + h, x : x + w] = 1
        return np.asarray(canvas > 0)


def drawn(shapes: Sequence[Shape], height: int, width: int) -> Image:
    """The shapes one on another, the first at the back."""
    picture = np.zeros((height, width, 3), np.uint8)
    for shape in shapes:
        picture[shape.pixels(height, width)] = shape.colour
    return picture


@dataclass
class ShapeEngine:
    """Implements ``DecodesPoints``; knows a crop of its picture by where it is.

    Attributes:
        asked: every click, in pixels of the picture it was made on.
        pictures: sizes (height, width) of pictures that were looked at by themselves.
    """

    shapes: Sequence[Shape]
    height: int
    width: int
    asked: list[tuple[float, float]] = field(default_factory=list)
    pictures: list[tuple[int, int]] = field(default_factory=list)
    batch: int = 4

    @property
    def info(self) -> EngineInfo:
        return EngineInfo("shapes", "Shapes")

    @property
    def picture(self) -> Image:
        return drawn(self.shapes, self.height, self.width)

    def point_decoder(self, frame: int) -> _Decoder:
        return _Decoder(self, 0, 0, self.height, self.width)

    def picture_decoder(self, picture: Image) -> _Decoder:
        height, width = picture.shape[:2]
        self.pictures.append((height, width))
        found = cv2.matchTemplate(self.picture, np.ascontiguousarray(picture), cv2.TM_SQDIFF)
        y, x = np.unravel_index(int(found.argmin()), found.shape)
        return _Decoder(self, int(x), int(y), height, width)


@dataclass
class _Decoder:
    engine: ShapeEngine
    left: int
    top: int
    height: int
    width: int

    @property
    def batch(self) -> int:
        return self.engine.batch

    def decode(self, points: NDArray[np.float32]) -> PointReplies:
        rows, columns = -(-self.height // _COARSE), -(-self.width // _COARSE)
        logits = np.full((len(points), 3, rows, columns), -5, np.float32)
        quality = np.zeros((len(points), 3), np.float32)
        for number, (x, y) in enumerate(points):
            self.engine.asked.append((float(x), float(y)))
            place = int(y) + self.top, int(x) + self.left
            hit = [s for s in self.engine.shapes if self._pixels(s)[place]][::-1]
            for which, shape in enumerate(hit[:3]):
                part = self._pixels(shape)[self.top :, self.left :][: self.height, : self.width]
                small = cv2.resize(part.astype(np.float32), (columns, rows))
                logits[number, which] = small * 10 - 5
                quality[number, which] = shape.quality
        return PointReplies(logits, quality)

    def enlarge(self, logits: NDArray[np.float32]) -> BoolArray:
        return np.asarray(cv2.resize(logits, (self.width, self.height)) > 0)

    def features(self) -> NDArray[np.float32]:
        """Three channels: the colours, one place for each 8 pixels."""
        part = self.engine.picture[self.top :, self.left :][: self.height, : self.width]
        size = max(1, self.width // 8), max(1, self.height // 8)
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        return np.asarray(small.transpose(2, 0, 1), np.float32) + 1

    def _pixels(self, shape: Shape) -> BoolArray:
        return shape.pixels(self.engine.height, self.engine.width)
