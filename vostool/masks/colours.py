"""Colours by number: of objects on the canvas, and of the indices in palette pictures."""

from __future__ import annotations

import numpy as np

Colour = tuple[int, int, int]

# Okabe & Ito's colour-blind-safe set (jfly.uni-koeln.de/color, without black), then Paul Tol's
# "muted" scheme for further objects.
PALETTE: tuple[Colour, ...] = (
    (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0),
    (204, 121, 167), (136, 204, 238), (221, 204, 119), (204, 102, 119), (170, 68, 153),
    (153, 153, 51), (68, 170, 153), (51, 34, 136), (136, 34, 85), (17, 119, 51),
)  # fmt: skip


def palette_colour(object_id: int) -> Colour:
    """The default colour of an object, by its id (counted from 1)."""
    return PALETTE[(object_id - 1) % len(PALETTE)]


def reads_black(colour: Colour) -> bool:
    """True where black text contrasts more than white (relative luminance, ITU-R BT.709)."""
    red, green, blue = colour
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 118


def voc_palette() -> bytes:
    """PASCAL VOC's palette, 256 x RGB: the bits of the index, three by three, from the top."""
    index = np.arange(256)
    colours = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            colours[:, channel] |= (((index >> channel) & 1) << (7 - bit)).astype(np.uint8)
        index >>= 3
    return colours.tobytes()
