"""How fast a run goes and how long it will still take."""

from __future__ import annotations

import time
from collections import deque


class RateMeter:
    """Frames a second over the last steps, so that the time left follows a changing speed.

    Attributes:
        done, total: frames.
    """

    WINDOW = 20

    def __init__(self, total: int, started: float | None = None) -> None:
        self.total = total
        self.done = 0
        self._started = time.monotonic() if started is None else started
        self._last = self._started
        self._marks: deque[tuple[float, int]] = deque([(self._started, 0)], maxlen=self.WINDOW)

    def add(self, frames: int, now: float) -> None:
        """Count frames that were finished at ``now`` (seconds of a monotonic clock)."""
        if frames == 0:
            return
        self.done += frames
        self._last = now
        self._marks.append((now, self.done))

    def skip(self, seconds: float) -> None:
        """Leave out a time in which the run rested."""
        self._started += seconds
        self._last += seconds
        self._marks = deque(((t + seconds, n) for t, n in self._marks), maxlen=self.WINDOW)

    @property
    def elapsed(self) -> float:
        """Seconds from the start to the last frame."""
        return self._last - self._started

    @property
    def rate(self) -> float:
        """Frames a second; 0.0 before the first frame."""
        (t0, n0), (t1, n1) = self._marks[0], self._marks[-1]
        return (n1 - n0) / (t1 - t0) if t1 > t0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until all frames are done, or None before the first frame."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None
