"""How long an event loop was blocked: gaps between the ticks of a 1 ms timer, by phase."""

from __future__ import annotations

import time

import numpy as np


class Gaps:
    """Gaps between ticks by phase, in milliseconds."""

    def __init__(self) -> None:
        self.phase = "start"
        self.by_phase: dict[str, list[float]] = {}
        self._last = time.perf_counter()

    def tick(self) -> None:
        """The timer's: a gap ends here."""
        now = time.perf_counter()
        self.by_phase.setdefault(self.phase, []).append((now - self._last) * 1000)
        self._last = now

    def begin(self, phase: str) -> None:
        """End a phase and begin the next one."""
        self.tick()
        self.phase = phase

    def report(self) -> str:
        """A line a phase."""
        lines = [f"{'phase':<28}{'ticks':>8}{'median':>9}{'95 %':>8}{'99 %':>8}{'max':>9}  ms"]
        for phase, gaps in self.by_phase.items():
            values = np.percentile(gaps, [50, 95, 99, 100])
            cells = "".join(f"{v:>{w}.1f}" for v, w in zip(values, (9, 8, 8, 9), strict=True))
            lines.append(f"{phase:<28}{len(gaps):>8}{cells}")
        return "\n".join(lines)
