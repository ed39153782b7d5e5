"""When each picture of a written video is shown.

A picture is shown from its own time in the source until that of the next written one, so the sound
stays with it whatever frames were chosen. Where all times lie on the grid of a constant rate, the
grid is the video's time base and the rate is exact (30000/1001 stays that); other sources keep
their times to 1/90000 of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import gcd

from vostool.frames import FrameSource

FINE = Fraction(1, 90000)
"""Time base of sources without a constant rate, as in MPEG."""

_ROUNDED = 0.0011  # seconds; Matroska and WebM round times to a millisecond
_LARGEST_DENOMINATOR = 1001
_DEFAULT_RATE = 25.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """Times of one video's written frames.

    Attributes:
        tick: seconds; all times are whole numbers of it.
        ticks: when each frame is shown, by absolute frame number; the first one at 0.
        last: how many ticks the last frame is shown.
        steady: the frames follow each other at one constant rate, without gaps.
    """

    tick: Fraction
    ticks: dict[int, int]
    last: int
    steady: bool

    def seconds(self, frame: int) -> float:
        """Time of a frame after the first one."""
        return float(self.ticks[frame] * self.tick)

    @property
    def end(self) -> float:
        """Seconds from the first frame's beginning to the last one's end."""
        return float((max(self.ticks.values()) + self.last) * self.tick)


def timeline(source: FrameSource, frames: Sequence[int]) -> Timeline:
    """The times of ascending frames of a source."""
    begin = source.time(frames[0])
    times = [source.time(frame) - begin for frame in frames]
    rate = source.info.rate if source.info.rate > 0 else _DEFAULT_RATE
    step = 1 / Fraction(rate).limit_denominator(_LARGEST_DENOMINATOR)
    on_grid = [round(time / step) for time in times]
    if _fits(times, on_grid, step):
        common = gcd(*on_grid) or 1
        ticks = [number // common for number in on_grid]
        steady = ticks[-1] == len(ticks) - 1
        return Timeline(step * common, dict(zip(frames, ticks, strict=True)), 1, steady)
    ticks = [0]
    for time in times[1:]:
        ticks.append(max(round(time / FINE), ticks[-1] + 1))
    last = max(1, round(_shown(source, frames[-1], float(step)) / FINE))
    return Timeline(FINE, dict(zip(frames, ticks, strict=True)), last, False)


def _fits(times: Sequence[float], on_grid: Sequence[int], step: Fraction) -> bool:
    near = min(_ROUNDED, float(step) / 4)
    ascending = all(a < b for a, b in pairwise(on_grid))
    return ascending and all(
        abs(time - number * float(step)) <= near
        for time, number in zip(times, on_grid, strict=True)
    )


def _shown(source: FrameSource, frame: int, usual: float) -> float:
    """Seconds that a frame of the source is shown."""
    if frame + 1 < len(source):
        return source.time(frame + 1) - source.time(frame)
    return source.time(frame) - source.time(frame - 1) if frame else usual
