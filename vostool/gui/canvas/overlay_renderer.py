"""The thread that turns masks into a picture to lay over the frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import pyqtSignal

from vostool.frames import Image
from vostool.gui.canvas.view_adjust import Adjustment
from vostool.gui.threads.latest import LatestThread
from vostool.masks.colours import Colour
from vostool.masks.mask import BoolArray, Mask
from vostool.masks.styles import Look, styled_rgba
from vostool.words import mark

Rectangle = tuple[int, int, int, int]
"""x, y, width, height in pixels of the frame."""


@dataclass(frozen=True)
class OverlayWish:
    """What is to be drawn over one frame's picture; a later wish has a higher ``serial``.

    Attributes:
        before: for the difference to the last run, masks as they were before it.
        adjustment: how the picture itself is shown.
    """

    serial: int
    frame: int
    image: Image
    masks: tuple[tuple[int, Mask], ...]
    colours: dict[int, Colour]
    look: Look
    before: tuple[tuple[int, Mask], ...] = ()
    adjustment: Adjustment = field(default_factory=Adjustment)


@dataclass(frozen=True)
class Overlay:
    """What the canvas shows of a frame.

    Attributes:
        image: the frame's picture, (H, W, 3) as it was decoded.
        rgba: (H, W, 4) uint8 to lay over it, or None where nothing is drawn.
        adjusted: the picture as it is shown, where that is another.
        adjustment: what it was adjusted by.
        boxes: tight boxes of the masks by object id, where the mask has pixels.
    """

    serial: int
    frame: int
    image: Image
    rgba: NDArray[np.uint8] | None
    adjusted: Image | None = None
    adjustment: Adjustment = field(default_factory=Adjustment)
    boxes: dict[int, Rectangle] = field(default_factory=dict)


class OverlayRenderer(LatestThread[OverlayWish]):
    """Decodes and paints masks off the GUI thread (full-HD RLE takes 4 ms an object).

    Signals:
        rendered(Overlay)
    """

    doing = mark("drawing the masks")
    rendered = pyqtSignal(object)

    def work(self, request: OverlayWish) -> None:
        arrays, before = _decoded(request.masks), _decoded(request.before)
        rgba = None
        if arrays or before:
            rgba = styled_rgba(arrays, request.colours, request.look, before)
        boxes = {oid: mask.bbox for oid, mask in request.masks}
        self.rendered.emit(
            Overlay(
                request.serial,
                request.frame,
                request.image,
                rgba,
                request.adjustment.applied(request.image),
                request.adjustment,
                {oid: box for oid, box in boxes.items() if box[2]},
            )
        )


def _decoded(masks: tuple[tuple[int, Mask], ...]) -> dict[int, BoolArray]:
    return {oid: mask.to_array() for oid, mask in masks}
