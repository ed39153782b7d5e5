"""Pictures of one row and of the score curve, a column a pixel, from aggregated states."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from vostool.gui.look.tokens import Rgb
from vostool.gui.timeline.colours import TimelineColours
from vostool.gui.timeline.layout import BAND_HEIGHT, BAR_HEIGHT, ROW_HEIGHT
from vostool.gui.timeline.scale import TimeScale
from vostool.gui.timeline.states import LOW_SCORE, FrameState, TimelineStates

CELLS_FROM = 6.0
"""Pixels a frame from which frames are drawn apart from each other."""
DIAMONDS_APART = 9
"""Pixels; prompted frames that lie closer share a diamond."""

Pixels = NDArray[np.uint32]


class Look(NamedTuple):
    """How a picture is to look.

    Attributes:
        colour: the object's.
        ratio: device pixels a pixel.
        row, bar: heights in pixels.
    """

    colour: Rgb
    colours: TimelineColours
    ratio: float
    row: int = ROW_HEIGHT
    bar: int = BAR_HEIGHT


def row_image(states: TimelineStates, object_id: int, scale: TimeScale, look: Look) -> QImage:
    """One object's row with a transparent background."""
    colour, colours, ratio, row, bar_height = look
    columns = max(round(scale.width * ratio), 1)
    starts, stops = scale.columns(columns)
    flags = states.columns(object_id, starts, stops)
    height = round(row * ratio)
    bar = round(bar_height * ratio)
    pixels = np.zeros((height, columns), np.uint32)
    top = (height - bar) // 2
    pixels[top : top + bar] = flag_colours(colour, colours, bar).take(flags, axis=1)
    if scale.pixels_per_frame >= CELLS_FROM:
        pixels[:, np.flatnonzero(np.diff(starts)) + 1] = 0
    image = _image(pixels)
    _draw_diamonds(image, _prompted(flags, starts, scale, ratio), look)
    image.setDevicePixelRatio(ratio)
    return image


def curve_image(
    states: TimelineStates, object_id: int, scale: TimeScale, look: Look, pixels: int
) -> QImage:
    """The lowest score of each column as a filled curve, so many pixels high; 1.0 is at the top."""
    colour, colours, ratio = look[:3]
    height = round(pixels * ratio)
    columns = max(round(scale.width * ratio), 1)
    scores = states.lowest_scores(object_id, *scale.columns(columns))
    known = ~np.isnan(scores)
    tops = np.where(known, (1 - np.nan_to_num(scores)) * (height - 2), height).astype(np.int64)
    y = np.arange(height)[:, None]
    before = np.concatenate([tops[:1], tops[:-1]])
    before = np.where(before == height, tops, before)
    line = (y >= np.minimum(tops, before)) & (y <= np.maximum(tops, before) + 1) & known
    low = scores < LOW_SCORE
    full = np.where(low, _argb(colours.bad, 255), _argb(colour, 255))
    soft = np.where(low, _argb(colours.bad, 70), _argb(colour, 70))
    painted = np.where(line, full, np.where((y > tops) & known, soft, np.uint32(0)))
    image = _image(painted.astype(np.uint32))
    image.setDevicePixelRatio(ratio)
    return image


def band_image(
    states: TimelineStates, scale: TimeScale, colours: TimelineColours, ratio: float
) -> QImage:
    """What is confirmed of all objects: full where all masks are, half as high where some are."""
    columns = max(round(scale.width * ratio), 1)
    whole, some = states.confirmed_columns(*scale.columns(columns))
    height = round((BAND_HEIGHT - 1) * ratio)
    pixels = np.zeros((height, columns), np.uint32)
    pixels[:, whole] = _argb(colours.good, 255)
    pixels[height // 2 :, some & ~whole] = _argb(colours.good, 170)
    image = _image(pixels)
    image.setDevicePixelRatio(ratio)
    return image


@lru_cache(maxsize=256)
def flag_colours(colour: Rgb, colours: TimelineColours, height: int) -> Pixels:
    """The look of each combination of flags, (height, 256) uint32 of premultiplied ARGB.

    Tracked frames are a soft block of the object's colour; those a person made are full. Absent
    is a thin line, a low score is cut out red from below, what is flagged for review has an
    orange notch from above, and confirmed frames are underlined in green: half as high where a
    column has others, too.
    """
    table = np.zeros((height, 256), np.uint32)
    flags = np.arange(256)

    def having(wanted: int) -> NDArray[np.bool_]:
        return np.asarray((flags & wanted) != 0, np.bool_)

    middle = slice(height // 2 - max(height // 14, 1), height // 2 + max(height // 14, 1))
    table[middle, having(FrameState.ABSENT)] = _argb(colour, 255)
    table[:, having(FrameState.TRACKED | FrameState.LOW_SCORE)] = _argb(colour, 130)
    strong = FrameState.EDITED | FrameState.CONFIRMED | FrameState.PROMPTED
    table[:, having(strong) & ~(flags == FrameState.ABSENT | FrameState.CONFIRMED)] = _argb(
        colour, 255
    )
    table[height - height * 2 // 5 :, having(FrameState.LOW_SCORE)] = _argb(colours.bad, 255)
    table[: height * 2 // 5, having(FrameState.FLAGGED)] = _argb(colours.attention, 255)
    foot = max(height // 5, 2)
    whole = having(FrameState.CONFIRMED) & ~having(FrameState.PARTLY)
    for columns, high in ((whole, foot), (having(FrameState.PARTLY), foot // 2)):
        table[height - high :, columns] = _argb(colours.good, 255)
        table[height - high - 1, columns] = _argb(colours.base, 255)
    return table


def _prompted(
    flags: NDArray[np.uint8], starts: NDArray[np.int64], scale: TimeScale, ratio: float
) -> list[int]:
    """Places of diamonds in pixels, at least DIAMONDS_APART from each other."""
    columns = np.flatnonzero(flags & FrameState.PROMPTED)
    if scale.pixels_per_frame > 1:
        places = [scale.x(frame) for frame in np.unique(starts[columns]).tolist()]
    else:
        places = [int(column / ratio) for column in columns.tolist()]
    kept: list[int] = []
    for x in places:
        if not kept or x - kept[-1] >= DIAMONDS_APART:
            kept.append(x)
    return kept


def _draw_diamonds(image: QImage, places: list[int], look: Look) -> None:
    if not places:
        return
    ratio = look.ratio
    stamp = _diamond(look.colours.text, look.colours.base, ratio, look.row)
    painter = QPainter(image)
    for x in places:
        inside = min(max(x, 6), image.width() / ratio - 7)  # whole at the first and last frame
        painter.drawImage(QPointF((inside - 6) * ratio, 0.0), stamp)
    painter.end()


def draw_diamond(painter: QPainter, x: int, top: int, colours: TimelineColours) -> None:
    """The mark of a prompted frame in a row that begins at ``top``, its middle at ``x``."""
    painter.drawImage(x - 6, top, _diamond(colours.text, colours.base, 1.0, ROW_HEIGHT))


@lru_cache(maxsize=16)
def _diamond(inside: Rgb, outside: Rgb, ratio: float, row: int) -> QImage:
    """The mark of a prompted frame in device pixels, as high as a row and 13 pixels wide."""
    size = (round(13 * ratio), round(row * ratio))
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(ratio, ratio)
    painter.setBrush(QColor(*inside))
    painter.setPen(QPen(QColor(*outside), 1.0))
    x, y, far = 6.5, row / 2, min(6, row / 2 - 1)
    corners = ((x, y - far), (x + far - 1, y), (x, y + far), (x - far + 1, y))
    painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
    painter.end()
    return image


def _argb(colour: Rgb, alpha: int) -> np.uint32:
    """Premultiplied, as Qt paints fastest."""
    red, green, blue = (round(part * alpha / 255) for part in colour)
    return np.uint32(alpha << 24 | red << 16 | green << 8 | blue)


def _image(pixels: Pixels) -> QImage:
    height, width = pixels.shape
    data = np.ascontiguousarray(pixels).tobytes()
    return QImage(data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()
