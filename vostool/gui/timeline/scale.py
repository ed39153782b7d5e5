"""Which frames the timeline shows, and where: the mapping between frames and columns."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

WIDEST_FRAME = 64
"""Pixels; zooming in ends there."""


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Part of a video spread over a width.

    Attributes:
        count: frames of the video.
        width: of the track in pixels, without the labels beside it.
        first: the left edge, in frames; 0.0 is the beginning of frame 0.
        span: frames across the width; at most ``count``.
    """

    count: int
    width: int
    first: float = 0.0
    span: float = 1.0

    @classmethod
    def whole(cls, count: int, width: int) -> TimeScale:
        """The whole video."""
        return cls(count, max(width, 1), 0.0, float(max(count, 1)))

    @property
    def is_whole(self) -> bool:
        """True where every frame has its place on the screen."""
        return self.span >= self.count

    @property
    def pixels_per_frame(self) -> float:
        """Below 1 where frames share a column."""
        return self.width / self.span

    def x(self, frame: float) -> int:
        """The column of the middle of a frame, 0 at the left edge; outside for hidden frames."""
        return math.floor((frame + 0.5 - self.first) * self.pixels_per_frame)

    def edge(self, frame: int) -> int:
        """The column where a frame begins."""
        return round((frame - self.first) * self.pixels_per_frame)

    def frame(self, x: float) -> int:
        """The frame at a column, clipped to the video."""
        frame = math.floor(self.first + (x + 0.5) / self.pixels_per_frame)
        return min(max(frame, 0), self.count - 1)

    def resized(self, width: int) -> TimeScale:
        """The same frames on another width."""
        return replace(self, width=max(width, 1))._valid()

    def zoomed(self, factor: float, x: float) -> TimeScale:
        """Wider by a factor, with what is at column ``x`` staying there."""
        at = self.first + x / self.pixels_per_frame
        span = self._allowed(self.span / factor)
        return replace(self, first=at - x * span / self.width, span=span)._valid()

    def moved_to(self, first: float) -> TimeScale:
        """With another left edge, as far as the video goes."""
        return replace(self, first=first)._valid()

    def showing(self, frame: int, room: float) -> TimeScale:
        """Moved so that a hidden frame is shown, with ``room`` (0..1) of the width beside it."""
        if self.first <= frame and frame + 1 <= self.first + self.span:
            return self
        ahead = frame + 0.5 > self.first + self.span / 2
        beside = min(room * self.span, max(self.span - 1, 0.0))
        return self.moved_to(frame + 1 - self.span + beside if ahead else frame - beside)

    def columns(self, columns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The frames under each of so many columns of equal width, which share out the track.

        Returns:
            starts, stops: (columns,) int64; each at least one frame long. ``starts`` ascends, and
            for ``numpy``'s ``reduceat`` the last stop ends the array.
        """
        return _columns(self, columns)

    def _valid(self) -> TimeScale:
        span = self._allowed(self.span)
        first = min(max(self.first, 0.0), self.count - span)
        return replace(self, span=span, first=first)

    def _allowed(self, span: float) -> float:
        return min(max(span, self.width / WIDEST_FRAME, 1.0), float(self.count))


def tick_spacing(span: float, width: int, room: int = 70) -> int:
    """Frames between two labels of the ruler: 1, 2 or 5 times a power of ten."""
    wanted = max(span * room / max(width, 1), 1)
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= wanted:
                return factor * power
        power *= 10


@lru_cache(maxsize=8)
def _columns(scale: TimeScale, columns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    # All rows of one paint ask for the same.
    edges = scale.first + np.arange(columns + 1) * (scale.span / columns)
    whole = np.floor(edges + 1e-6).astype(np.int64)
    starts = np.clip(whole[:-1], 0, scale.count - 1)
    stops = np.clip(np.maximum(whole[1:], starts + 1), 1, scale.count)
    return starts, stops
