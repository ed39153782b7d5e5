"""One picture with its objects drawn in: fill, outline, box and caption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vostool.errors import UsageError
from vostool.frames import Image
from vostool.io.exports.mask import ExportMask
from vostool.io.exports.rendered.badges import Caption, draw_captions, one_line, text_size
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.colours import Colour
from vostool.masks.mask import BoolArray
from vostool.masks.overlay import DEFAULT_OPACITY, DEFAULT_OUTLINE, blend, overlay_rgba
from vostool.words import tr

LOOK_OPTIONS = (
    OptionSpec("fill", "Opacity of the masks, 0 to 1", DEFAULT_OPACITY),
    OptionSpec("outline", "Width of the outlines in pixels, 0 for none", DEFAULT_OUTLINE),
    OptionSpec("box", "Draw boxes", False),
    OptionSpec(
        "caption", "Caption at each object", "label-id", ("none", "label", "id", "label-id")
    ),
)
"""The options that :meth:`Look.of` reads."""


@dataclass(frozen=True, slots=True)
class Look:
    """How objects are drawn.

    Attributes:
        fill: opacity of a mask's inside, 0..1.
        outline: its width in pixels of the written picture, inside the mask; 0 draws none.
        box: draw the tight box.
        caption: "none", "label", "id" or "label-id".
    """

    fill: float
    outline: int
    box: bool
    caption: str

    @classmethod
    def of(cls, values: Mapping[str, OptionValue]) -> Look:
        """Read the values of :data:`LOOK_OPTIONS`.

        Raises:
            UsageError: the opacity is above 1.
        """
        fill = float(values["fill"])
        if fill > 1:
            raise UsageError(tr("fill is {fill:g}, but must be at most 1.", fill=fill))
        return cls(fill, int(values["outline"]), bool(values["box"]), str(values["caption"]))

    def caption_of(self, label: str, object_id: int) -> str:
        """The caption of one object, "" for none."""
        parts = {"label": label, "id": str(object_id), "label-id": f"{label} {object_id}"}
        return one_line(parts.get(self.caption, ""))


@dataclass(frozen=True, slots=True)
class Shape:
    """A mask at the size in which it is drawn.

    Attributes:
        id: of the object.
        label, colour: of the object.
        left, top: the box's first column and row.
        pixels: (h, w) bool, the mask in its tight box.
    """

    id: int
    label: str
    colour: Colour
    left: int
    top: int
    pixels: BoolArray

    @property
    def box(self) -> tuple[int, int, int, int]:
        """x, y, width, height."""
        return self.left, self.top, int(self.pixels.shape[1]), int(self.pixels.shape[0])


def fitted(width: int, height: int, widest: int, step: int = 1) -> tuple[int, int]:
    """The size of a picture made at most ``widest`` wide; 0 leaves it.

    Args:
        step: sides of a picture made smaller are multiples of this, nearest to its shape.
    """
    if not 0 < widest < width:
        return width, height
    wide = max(step, widest // step * step)
    return wide, max(step, round(height * wide / width / step) * step)


def scaled(image: Image, size: tuple[int, int]) -> Image:
    """The picture in another (width, height); the same one where it has that size."""
    if (image.shape[1], image.shape[0]) == size:
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def shapes_of(masks: Sequence[ExportMask], size: tuple[int, int]) -> list[Shape]:
    """Masks at a (width, height), in the same order.

    A pixel is kept where at least half of it is covered.
    """
    found = []
    for mask in masks:
        whole = mask.record.mask
        if (whole.width, whole.height) == size:
            left, top, pixels = mask.box.left, mask.box.top, mask.box.pixels
        else:
            covered = scaled(mask.array().astype(np.uint8) * np.uint8(255), size) >= 128
            rows, columns = np.flatnonzero(covered.any(1)), np.flatnonzero(covered.any(0))
            if not rows.size:
                continue
            left, top = int(columns[0]), int(rows[0])
            pixels = covered[top : rows[-1] + 1, left : columns[-1] + 1]
        obj = mask.object
        found.append(Shape(mask.id, obj.label, obj.colour, left, top, pixels))
    return found


def painted(image: Image, shapes: Sequence[Shape], look: Look) -> Image:
    """A new picture with the shapes drawn in, the front one first in ``shapes``.

    Args:
        image: (H, W, 3) RGB uint8.
    """
    picture = image.copy()
    if not shapes:
        return picture
    if look.fill > 0 or look.outline > 0:
        _lay_over(picture, shapes, look)
    height, width = picture.shape[:2]
    if look.box:
        thickness = max(1, round(min(width, height) / 400))
        for shape in reversed(shapes):
            left, top, wide, high = shape.box
            corners = (left, top), (left + wide - 1, top + high - 1)
            cv2.rectangle(picture, *corners, shape.colour, thickness)
    if look.caption != "none":
        captions = [Caption(look.caption_of(s.label, s.id), s.colour, s.box) for s in shapes]
        draw_captions(picture, captions, text_size(width, height))
    return picture


def _lay_over(picture: Image, shapes: Sequence[Shape], look: Look) -> None:
    """Fill and outline, worked out only where shapes are."""
    left, top = min(s.left for s in shapes), min(s.top for s in shapes)
    right = max(s.left + s.pixels.shape[1] for s in shapes)
    bottom = max(s.top + s.pixels.shape[0] for s in shapes)
    masks: dict[int, BoolArray] = {}
    for shape in shapes:
        x, y, wide, high = shape.box
        masks[shape.id] = np.zeros((bottom - top, right - left), np.bool_)
        masks[shape.id][y - top : y - top + high, x - left : x - left + wide] = shape.pixels
    colours = {shape.id: shape.colour for shape in shapes}
    overlay = overlay_rgba(masks, colours, look.fill, look.outline, front_to_back=tuple(masks))
    window = picture[top:bottom, left:right]
    # Where boxes overlap, each blends with what was there before all of them.
    before = window.copy()
    for shape in shapes:
        x, y, wide, high = shape.box
        box = slice(y - top, y - top + high), slice(x - left, x - left + wide)
        window[box] = blend(before[box], overlay[box])
