"""The outlines of candidates as a picture, painted in a thread of its own.

A hundred outlines with thousands of corners take Qt's painter seconds; OpenCV draws them in a
fraction of that and lets the window's thread go on meanwhile.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QImage, QTransform

from vostool.gui.engine.previews import Outline
from vostool.gui.threads.latest import LatestThread
from vostool.masks.colours import Colour
from vostool.words import mark

FILL_ALPHA, HOVER_ALPHA, OUT_HOVER_ALPHA = 60, 110, 30
DARK, PALE = (0, 0, 0), (225, 225, 225)
DASH = 7.0
"""Pixels of the screen."""
_SHIFT = 4  # bits of a pixel's fraction, as OpenCV takes them
_Rings = list[NDArray[np.int32]]


@dataclass(frozen=True, eq=False)
class Shape:
    """One candidate as it is drawn.

    Attributes:
        index: of the candidate.
        outlines: of its parts and holes, in pixels of the frame.
        area: pixels; of two that lie over each other the smaller one is under the mouse.
        text: of the chip.
        left_out: it will not be taken.
    """

    index: int
    outlines: tuple[Outline, ...]
    area: int
    text: str
    colour: Colour
    left_out: bool = False

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom, in pixels of the frame."""
        if not self.outlines:
            return 0.0, 0.0, 0.0, 0.0
        low = np.min([ring.min(0) for ring in self.outlines], 0)
        high = np.max([ring.max(0) for ring in self.outlines], 0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def contains(self, x: float, y: float) -> bool:
        """True where a place of the frame lies inside; holes are outside."""
        left, top, right, bottom = self.box
        if not (left <= x <= right and top <= y <= bottom):
            return False
        return sum(_crossings(ring, x, y) for ring in self.outlines) % 2 == 1


@dataclass(frozen=True)
class CandidatesWish:
    """What is to be painted.

    Attributes:
        serial: another number where other shapes are meant.
        hovered: index of the one to stress, or None.
        to_screen: from pixels of the frame to those of the screen; it turns nothing.
        width, height: of the screen's part, in its pixels.
    """

    serial: int
    shapes: tuple[Shape, ...]
    hovered: int | None
    to_screen: QTransform
    width: int
    height: int

    def same(self, other: CandidatesWish | None) -> bool:
        """True where both give one picture."""
        return other is not None and (
            self.serial, self.hovered, self.width, self.height,
        ) == (
            other.serial, other.hovered, other.width, other.height,
        ) and self.to_screen == other.to_screen  # fmt: skip


@dataclass(frozen=True, eq=False)
class CandidatesPicture:
    """The picture that answers a wish."""

    wish: CandidatesWish
    image: QImage


class CandidatesPainter(LatestThread[CandidatesWish]):
    """Paints the newest wish.

    Signals:
        painted(CandidatesPicture)
    """

    doing = mark("drawing what was found")
    painted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._patches = Patches()

    def work(self, request: CandidatesWish) -> None:
        pixels = paint_candidates(request, self._patches)
        height, width = pixels.shape[:2]
        kind = QImage.Format.Format_RGBA8888_Premultiplied
        image = QImage(pixels.tobytes(), width, height, 4 * width, kind)
        self.painted.emit(CandidatesPicture(request, image.copy()))


@dataclass(frozen=True, eq=False)
class _Patch:
    """One shape as it is painted.

    Attributes:
        of: what it was painted from, kept so that no other outlines get their identity.
        left, top: of its corner on the screen.
        pixels: (h, w, 4) uint8 RGBA, its colours multiplied by alpha.
        lets: (h, w, 4) uint8, how much of what lies below is seen.
    """

    of: tuple[Outline, ...]
    left: int
    top: int
    pixels: NDArray[np.uint8]
    lets: NDArray[np.uint8]


class Patches:
    """Shapes that were painted, by all that their picture depends on; bounded.

    Another threshold shows others of the same candidates: most of them are painted already.
    """

    MOST = 48 * 2**20
    """Bytes."""

    def __init__(self) -> None:
        self._known: OrderedDict[object, _Patch | None] = OrderedDict()
        self._bytes = 0

    def of(self, shape: Shape, wish: CandidatesWish) -> _Patch | None:
        """The patch of a shape; None where nothing of it is on the screen."""
        hovered, to = shape.index == wish.hovered, wish.to_screen
        where = (to.m11(), to.m22(), to.dx(), to.dy(), wish.width, wish.height)
        key = (id(shape.outlines), shape.colour, shape.left_out, hovered, where)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        patch = self._known[key] = _patch(shape, wish, hovered)
        self._bytes += 0 if patch is None else 2 * patch.pixels.nbytes
        while self._bytes > self.MOST and len(self._known) > 1:
            _, old = self._known.popitem(last=False)
            self._bytes -= 0 if old is None else 2 * old.pixels.nbytes
        return patch


def paint_candidates(wish: CandidatesWish, known: Patches | None = None) -> NDArray[np.uint8]:
    """(height, width, 4) uint8 RGBA, its colours multiplied by alpha; the best shape on top.

    Args:
        known: what was painted before.
    """
    known = Patches() if known is None else known
    pixels = np.zeros((max(wish.height, 1), max(wish.width, 1), 4), np.uint8)
    for shape in reversed(wish.shapes):
        patch = known.of(shape, wish)
        if patch is not None:
            height, width = patch.pixels.shape[:2]
            part = pixels[patch.top : patch.top + height, patch.left : patch.left + width]
            part[:] = cv2.add(cv2.multiply(part, patch.lets, scale=1 / 255), patch.pixels)
    return pixels


def _patch(shape: Shape, wish: CandidatesWish, hovered: bool) -> _Patch | None:
    rings = [_on_screen(ring, wish.to_screen) for ring in shape.outlines]
    if not rings:
        return None
    every = np.vstack(rings)
    left, top = np.maximum(np.floor(every.min(0)).astype(int) - 5, 0)
    seen = (max(wish.width, 1), max(wish.height, 1))
    right, bottom = np.minimum(np.ceil(every.max(0)).astype(int) + 6, seen)
    if right <= left or bottom <= top:
        return None
    part = np.zeros((bottom - top, right - left, 4), np.uint8)
    _paint(part, shape, [ring - (left, top) for ring in rings], hovered)
    lets = np.repeat(255 - part[..., 3:], 4, axis=2)
    return _Patch(shape.outlines, int(left), int(top), part, lets)


def _paint(
    part: NDArray[np.uint8], shape: Shape, rings: list[NDArray[np.float64]], hovered: bool
) -> None:
    whole = [_fixed(ring) for ring in rings]
    alpha = HOVER_ALPHA if hovered else FILL_ALPHA
    if shape.left_out:
        alpha = OUT_HOVER_ALPHA if hovered else 0
    cover = np.zeros(part.shape[:2], np.uint8)
    if alpha:
        cv2.fillPoly(cover, whole, (alpha,), cv2.LINE_AA, _SHIFT)
        _blend(part, cover, shape.colour)
    wide = 1 if hovered else 0
    # A dark line under the bright one is seen on every picture.
    thin = 1 if shape.left_out else 0
    _blend(part, _lines(cover, whole, 4 - thin + wide) * 0.7, DARK)
    if shape.left_out:
        dashes = [_fixed(dash) for ring in rings for dash in _dashes(ring)]
        _blend(part, _lines(cover, dashes, 1 + wide, closed=False), PALE)
    else:
        _blend(part, _lines(cover, whole, 2 + wide), shape.colour)


def _lines(
    like: NDArray[np.uint8], rings: _Rings, wide: int, *, closed: bool = True
) -> NDArray[np.uint8]:
    """How far each pixel is covered by the lines, 0..255."""
    cover = np.zeros_like(like)
    cv2.polylines(cover, rings, closed, (255,), wide, cv2.LINE_AA, _SHIFT)
    return cover


def _blend(part: NDArray[np.uint8], cover: NDArray[Any], colour: Colour) -> None:
    """Lay a colour over the pixels, as far as they are covered (0..255)."""
    weight = np.multiply(cover, 1 / 255, dtype=np.float32)
    over = np.empty_like(part)
    over[:] = (*colour, 255)
    cv2.blendLinear(over, part.copy(), weight, 1 - weight, part)


def _on_screen(ring: Outline, to: QTransform) -> NDArray[np.float64]:
    scale = np.array((to.m11(), to.m22()))
    return np.asarray(ring * scale + np.array((to.dx(), to.dy())), np.float64)


def _fixed(ring: NDArray[np.float64]) -> NDArray[np.int32]:
    # OpenCV means the middle of a pixel by a whole number, Qt its corner.
    return np.asarray(np.round((ring - 0.5) * 2**_SHIFT), np.int32)


def _dashes(ring: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Every other piece of a ring; a short one stays whole."""
    closed = np.vstack((ring, ring[:1]))
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))))
    count = int(along[-1] // (2 * DASH))
    if count < 2:
        return [closed]
    at = np.linspace(0, along[-1], 2 * count + 1)
    points = np.stack([np.interp(at, along, closed[:, axis]) for axis in (0, 1)], 1)
    return [points[2 * number : 2 * number + 2] for number in range(count)]


def _crossings(ring: Outline, x: float, y: float) -> int:
    """How often a ray to the right crosses a ring."""
    start, end = ring, np.roll(ring, -1, 0)
    over = (start[:, 1] > y) != (end[:, 1] > y)
    start, end = start[over], end[over]
    at = start[:, 0] + (y - start[:, 1]) * (end[:, 0] - start[:, 0]) / (end[:, 1] - start[:, 1])
    return int(np.count_nonzero(at > x))


def smallest_at(shapes: Sequence[Shape], x: float, y: float) -> Shape | None:
    """The smallest shape at a place of the frame, or None."""
    hit = [shape for shape in shapes if shape.contains(x, y)]
    return min(hit, key=lambda shape: shape.area, default=None)
