"""The thread that turns masks into a picture to lay over the frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import pyqtSignal

from vostool.frames import Image
from vostool.gui.latest import LatestThread
from vostool.masks import Mask
from vostool.objects import Colour
from vostool.overlay import overlay_rgba


@dataclass(frozen=True)
class OverlayWish:
    """What is to be drawn over one frame's picture; a later wish has a higher ``serial``."""

    serial: int
    frame: int
    image: Image
    masks: tuple[tuple[int, Mask], ...]
    colours: dict[int, Colour]
    opacity: float
    outline: int


@dataclass(frozen=True)
class Overlay:
    """The picture with RGBA (H, W, 4) uint8 to lay over it, or None where nothing is drawn."""

    serial: int
    frame: int
    image: Image
    rgba: NDArray[np.uint8] | None


class OverlayRenderer(LatestThread[OverlayWish]):
    """Decodes and paints masks off the GUI thread (full-HD RLE takes 4 ms an object).

    Signals:
        rendered(Overlay)
    """

    rendered = pyqtSignal(object)

    def work(self, request: OverlayWish) -> None:
        arrays = {oid: mask.to_array() for oid, mask in request.masks}
        rgba = None
        if arrays:
            rgba = overlay_rgba(arrays, request.colours, request.opacity, request.outline)
        self.rendered.emit(Overlay(request.serial, request.frame, request.image, rgba))
