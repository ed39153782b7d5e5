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


def text_on(colour: Colour) -> Colour:
    """Black or white, whichever contrasts more with a ground: 4.5 to 1 or more on every colour."""
    dark, light = (0, 0, 0), (255, 255, 255)
    return dark if contrast(colour, dark) >= contrast(colour, light) else light


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1..21, as in WCAG 2.2 (w3.org/TR/WCAG22)."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def voc_palette() -> bytes:
    """PASCAL VOC's palette, 256 x RGB: the bits of the index, three by three, from the top."""
    index = np.arange(256)
    colours = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            colours[:, channel] |= (((index >> channel) & 1) << (7 - bit)).astype(np.uint8)
        index >>= 3
    return colours.tobytes()
