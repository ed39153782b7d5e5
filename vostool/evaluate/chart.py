"""A line chart as a picture, drawn by Pillow: an evaluation runs where there is no screen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from vostool.masks.colours import Colour

_SIZE = (1000, 420)
_LEFT, _TOP, _RIGHT, _BOTTOM = 62, 40, 20, 52
_GRID, _TEXT = (221, 221, 221), (60, 60, 60)
_TICKS = 5
_MOST_COLUMNS = 10
_DOT = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One line through (x, y) points in ascending x.

    Attributes:
        gap: neighbours further apart than this are not joined.
    """

    name: str
    colour: Colour
    points: Sequence[tuple[float, float]]
    gap: float = float("inf")


def draw_chart(
    title: str, lines: Sequence[Line], x_title: str, marks: Mapping[str, float] | None = None
) -> PillowImage.Image:
    """Draw lines whose y runs from 0 to 1.

    Args:
        marks: named heights to draw across, such as a threshold.

    Returns:
        RGB, 1000x420 pixels.
    """
    picture = PillowImage.new("RGB", _SIZE, "white")
    pen = ImageDraw.Draw(picture)
    reach = max((x for line in lines for x, _ in line.points), default=1.0) or 1.0
    _axes(pen, title, x_title, reach)
    for name, height in (marks or {}).items():
        y = _y(height)
        pen.line((_LEFT, y, _SIZE[0] - _RIGHT, y), fill=(170, 170, 170), width=1)
        pen.text((_SIZE[0] - _RIGHT - 4, y - 3), name, _TEXT, _font(12), anchor="rs")
    for line in lines:
        _draw(pen, line, reach)
    _legend(pen, lines)
    return picture


def _draw(pen: ImageDraw.ImageDraw, line: Line, reach: float) -> None:
    placed = [(_x(x, reach), _y(y)) for x, y in line.points]
    pairs = zip(line.points, line.points[1:], placed, placed[1:], strict=False)
    for before, after, start, end in pairs:
        if after[0] - before[0] <= line.gap:
            pen.line((*start, *end), fill=line.colour, width=2)
    for x, y in placed:
        pen.ellipse((x - _DOT, y - _DOT, x + _DOT, y + _DOT), fill=line.colour)


def _axes(pen: ImageDraw.ImageDraw, title: str, x_title: str, reach: float) -> None:
    width, height = _SIZE
    pen.text((_LEFT, 12), title, _TEXT, _font(16))
    for step in range(_TICKS + 1):
        y = _y(step / _TICKS)
        pen.line((_LEFT, y, width - _RIGHT, y), fill=_GRID)
        pen.text((_LEFT - 8, y), f"{step / _TICKS:.1f}", _TEXT, _font(12), anchor="rm")
    for whole in range(0, math.floor(reach) + 1, max(1, math.ceil(reach / _MOST_COLUMNS))):
        x = _x(whole, reach)
        pen.line((x, _TOP, x, height - _BOTTOM), fill=_GRID)
        pen.text((x, height - _BOTTOM + 6), str(whole), _TEXT, _font(12), anchor="ma")
    pen.rectangle((_LEFT, _TOP, width - _RIGHT, height - _BOTTOM), outline=_TEXT)
    pen.text((width / 2, height - 8), x_title, _TEXT, _font(13), anchor="ms")


def _legend(pen: ImageDraw.ImageDraw, lines: Sequence[Line]) -> None:
    x = _SIZE[0] - _RIGHT
    for line in reversed(lines):
        x -= int(pen.textlength(line.name, _font(13))) + 30
        pen.line((x, 22, x + 16, 22), fill=line.colour, width=4)
        pen.text((x + 21, 22), line.name, _TEXT, _font(13), anchor="lm")


def _x(value: float, reach: float) -> float:
    return _LEFT + value / reach * (_SIZE[0] - _LEFT - _RIGHT)


def _y(value: float) -> float:
    return _SIZE[1] - _BOTTOM - value * (_SIZE[1] - _TOP - _BOTTOM)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
