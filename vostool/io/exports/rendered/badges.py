"""Captions on a picture: text on a plate of the object's colour, so legible on any background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from vostool.frames import Image
from vostool.io.exports.rendered.fonts import Font, load, runs
from vostool.masks.colours import Colour, text_on
from vostool.masks.overlay import blend

LONGEST = 40
"""Characters of a caption; what is longer ends in an ellipsis."""

_SHARPER = 4  # corners are drawn this much larger and shrunk: Pillow does not smooth them


@dataclass(frozen=True, slots=True)
class Caption:
    """A text that belongs to a box.

    Attributes:
        text: one line.
        colour: RGB of the plate.
        box: x, y, width, height in pixels of what is named.
    """

    text: str
    colour: Colour
    box: tuple[int, int, int, int]


def text_size(width: int, height: int) -> int:
    """A size of text in pixels that suits a picture."""
    return max(11, min(48, round(min(width, height) * 0.03)))


def one_line(text: str) -> str:
    """A label without line breaks and control characters, at most :data:`LONGEST` long."""
    cleaned = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return cleaned if len(cleaned) <= LONGEST else cleaned[: LONGEST - 1].rstrip() + "…"


def draw_captions(picture: Image, captions: Sequence[Caption], size: int) -> None:
    """Draw plates into a writable RGB picture (H, W, 3), moved apart where they would overlap.

    Each stands on the top left corner of its box; below that corner where there is no room above.
    """
    height, width = picture.shape[:2]
    placed: list[tuple[int, int, int, int]] = []
    for caption in captions:
        plate = badge(caption.text, caption.colour, size)
        place = _place(caption.box, plate.shape[1], plate.shape[0], (width, height), placed)
        placed.append(place)
        left, top = place[:2]
        window = picture[top : top + plate.shape[0], left : left + plate.shape[1]]
        window[:] = blend(window, plate[: window.shape[0], : window.shape[1]])


@lru_cache(maxsize=512)
def badge(text: str, colour: Colour, size: int) -> NDArray[np.uint8]:
    """A plate with a text, (h, w, 4) uint8 straight RGBA; black or white, what contrasts more."""
    pieces = [(load(name, size), piece) for name, piece in runs(text)]
    ascent, descent = _line(pieces, size)
    margin = max(2, round(size * 0.32))
    lengths = [font.getlength(piece) for font, piece in pieces]
    width = max(1, round(sum(lengths))) + 2 * margin
    height = ascent + descent + 2 * max(1, margin // 3)
    ink = text_on(colour)
    plate = PillowImage.new("RGBA", (width, height), (*colour, 0))
    plate.putalpha(_rounded(width, height, margin))
    brush = ImageDraw.Draw(plate)
    x = float(margin)
    for (font, piece), length in zip(pieces, lengths, strict=True):
        brush.text((x, max(1, margin // 3) + ascent), piece, fill=ink, font=font, anchor="ls")
        x += length
    pixels = np.array(plate, np.uint8)
    pixels.setflags(write=False)
    return pixels


def _line(pieces: Sequence[tuple[Font, str]], size: int) -> tuple[int, int]:
    """Height above and below the baseline, limited for fonts that claim far more than they need."""
    metrics = [
        font.getmetrics() if isinstance(font, ImageFont.FreeTypeFont) else (size, size // 4)
        for font, _ in pieces
    ]
    highest = max((ascent for ascent, _ in metrics), default=size)
    lowest = max((descent for _, descent in metrics), default=size // 4)
    return min(highest, round(size * 1.15)), min(lowest, round(size * 0.4))


def _rounded(width: int, height: int, radius: int) -> PillowImage.Image:
    large = PillowImage.new("L", (width * _SHARPER, height * _SHARPER), 0)
    corner = (width * _SHARPER - 1, height * _SHARPER - 1)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, *corner), radius * _SHARPER, fill=255)
    return large.resize((width, height), PillowImage.Resampling.BOX)


def _place(
    box: tuple[int, int, int, int],
    width: int,
    height: int,
    frame: tuple[int, int],
    taken: Sequence[tuple[int, int, int, int]],
) -> tuple[int, int, int, int]:
    left = max(0, min(box[0], frame[0] - width))
    bottom = max(0, frame[1] - height)
    above = box[1] - height
    first = above if above >= 0 else min(box[1], bottom)
    beside = [y for other in taken for y in (other[1] - height, other[1] + other[3])]
    # The nearest free place, so that a caption stays near its object; upwards before downwards.
    for top in sorted({first, *beside}, key=lambda y: (abs(y - first), y)):
        place = (left, top, width, height)
        if 0 <= top <= bottom and not any(_meet(place, other) for other in taken):
            return place
    return left, first, width, height


def _meet(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )
