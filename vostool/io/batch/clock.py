"""How far a batch is, and how long it still takes."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vostool.progress import Progress

MEASURED_SECONDS = 0.5
"""Less measured time than this predicts nothing about the time that is left."""


class Phase(enum.Enum):
    """What is being done with a project."""

    CHECKING = "checking"
    OPENING = "opening"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """One report of a running batch.

    Attributes:
        phase: what is being done.
        position: with which project, from 0.
        name: the project's.
        done, total: of this project, in frames; ``total`` 0 where it is not known.
        overall_done, overall_total: frames of the whole batch; 0 of 0 while checking.
        seconds_left: for the whole batch, None where it cannot be told yet.
    """

    phase: Phase
    position: int
    name: str
    done: int
    total: int
    overall_done: int
    overall_total: int
    seconds_left: float | None


BatchListener = Callable[[BatchProgress], None]
"""Called often, in the thread of the run; it may raise ``Cancelled`` to stop."""


def unheard(progress: BatchProgress) -> None:
    """A listener that ignores the report."""


class Clock:
    """Makes reports out of counts of frames.

    Args:
        names: of the projects.
        total: frames to write in all of them; 0 where nothing is written.
        now: seconds, for tests.
    """

    def __init__(
        self,
        names: Sequence[str],
        total: int,
        listener: BatchListener,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._names = names
        self._total = total
        self._listener = listener
        self._now = now
        self._before = 0
        self._began: float | None = None

    def counting(self, phase: Phase, position: int) -> Progress:
        """A progress that tells of one phase of one project."""

        def progress(done: int, total: int, what: str = "") -> None:
            written = done if phase is Phase.WRITING else 0
            overall = min(self._before + written, self._total)
            self.tell(phase, position, done, total, overall, self._total)

        return progress

    def finished(self, frames: int) -> None:
        """Count a project as finished, whether it was written or failed."""
        self._before += frames

    def tell(  # noqa: PLR0917 - the numbers of one report
        self, phase: Phase, position: int, done: int, total: int, overall: int, all_frames: int
    ) -> None:
        """Report; the numbers are those of :class:`BatchProgress`."""
        if self._began is None:
            self._began = self._now()
        left = self._left(overall, all_frames)
        name = self._names[position]
        self._listener(BatchProgress(phase, position, name, done, total, overall, all_frames, left))

    def _left(self, done: int, total: int) -> float | None:
        elapsed = self._now() - (self._began or 0.0)
        if not done or not total or elapsed < MEASURED_SECONDS:
            return None
        return elapsed / done * (total - done)
