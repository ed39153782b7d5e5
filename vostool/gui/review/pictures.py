"""Small pictures of what is to be looked at, cut out around the mask, made off the GUI thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QImage

from vostool.errors import VosToolError
from vostool.frames import FrameSource, Image
from vostool.gui.threads.latest import LatestThread
from vostool.gui.threads.thread_priority import yield_to_window
from vostool.masks.colours import Colour
from vostool.masks.mask import Mask
from vostool.words import mark

WIDTH, HEIGHT = 64, 40
MOST = 400
"""Pictures kept, 8 KB each."""
AROUND = 0.6
"""Of the mask's own size, what is seen on either side of it."""
LEAST = 48
"""Pixels of the frame that are seen at least, across."""
TINT = 0.45


@dataclass(frozen=True)
class PictureWish:
    """A picture of a mask on a frame; None where no mask shows where to look."""

    frame: int
    object_id: int
    mask: Mask | None
    colour: Colour

    @property
    def place(self) -> tuple[int, int]:
        """(frame, object id)."""
        return self.frame, self.object_id


class PictureMaker(LatestThread[tuple[PictureWish, ...]]):
    """Makes pictures in the order they are wished; a newer wish ends an older one.

    Signals:
        made(): another picture is there.
    """

    doing = mark("making a picture for the review")
    made = pyqtSignal()

    def __init__(self, source: FrameSource) -> None:
        super().__init__()
        self._source = source
        self._kept: OrderedDict[PictureWish, QImage] = OrderedDict()

    def picture(self, wish: PictureWish) -> QImage | None:
        """The picture of a wish, or None while it is not there. GUI thread."""
        return self._kept.get(wish)

    def run(self) -> None:
        yield_to_window()
        super().run()

    def work(self, request: tuple[PictureWish, ...]) -> None:
        for wish in request:
            if self._stop or self._request is not None:
                return
            if wish in self._kept:
                continue
            self._kept[wish] = self._made(wish)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
            self.made.emit()

    def finish(self) -> None:
        self._source.close()

    def _made(self, wish: PictureWish) -> QImage:
        try:
            picture = cut_out(self._source.frame(wish.frame), wish)
        except VosToolError:
            picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)  # the canvas says what is wrong
        data = np.ascontiguousarray(picture)
        return QImage(data.tobytes(), WIDTH, HEIGHT, 3 * WIDTH, QImage.Format.Format_RGB888).copy()


def cut_out(image: Image, wish: PictureWish) -> Image:
    """The part of a frame around the mask, which is tinted: (HEIGHT, WIDTH, 3) uint8 RGB."""
    height, width = image.shape[:2]
    mask = wish.mask
    if mask is None or mask.is_empty:
        left, top, wide, high = 0, 0, width, height
    else:
        left, top, wide, high = _around(mask.bbox, width, height)
    part = image[top : top + high, left : left + wide]
    small = cv2.resize(part, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    if mask is not None and not mask.is_empty:
        inside = mask.to_array()[top : top + high, left : left + wide].astype(np.float32)
        share = cv2.resize(inside, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)[..., None]
        tint = np.asarray(wish.colour, np.float32)
        small = small * (1 - TINT * share) + tint * (TINT * share)
    return np.asarray(np.clip(small, 0, 255), np.uint8)


def _around(bbox: Sequence[int], width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, width and height of a window on the frame, of the picture's shape if it fits."""
    left, top, wide, high = bbox
    across = max(wide * (1 + 2 * AROUND), high * (1 + 2 * AROUND) * WIDTH / HEIGHT, LEAST)
    seen_wide = min(round(across), width)
    seen_high = min(max(round(across * HEIGHT / WIDTH), 1), height)
    middle_x, middle_y = left + wide / 2, top + high / 2
    begin_x = min(max(round(middle_x - seen_wide / 2), 0), width - seen_wide)
    begin_y = min(max(round(middle_y - seen_high / 2), 0), height - seen_high)
    return begin_x, begin_y, seen_wide, seen_high
