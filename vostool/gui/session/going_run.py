"""The track run that goes: what it is about, what is left of it, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from vostool.gui.engine.requests import TrackJob
from vostool.gui.session.waiting_runs import WaitingRun
from vostool.project.changes import Json
from vostool.project.history import Step
from vostool.runs.parts import Part, RunProgress, RunSummary, StepsToEdit
from vostool.runs.pieces import Reach
from vostool.runs.rate import RateMeter
from vostool.words import counted, tr


@dataclass
class GoingRun:
    """One run, from its begin to its end.

    Attributes:
        tell, told: what :attr:`Part.told` of the part in work says, and what of it is noted.
    """

    run: WaitingRun
    job: TrackJob
    to_edit: StepsToEdit
    step: Step
    meter: RateMeter
    ahead: list[Part]
    parts: int
    reaches: list[Reach]
    paused_at: float | None = None
    stopping: bool = False
    at: int | None = None
    noted_at: float = 0.0
    offered_again: bool = False
    tell: Callable[[], Json] | None = None
    told: Json = None
    summary: RunSummary = field(default_factory=RunSummary)

    @property
    def part(self) -> int:
        """The part in work, counted from 0."""
        return self.parts - len(self.ahead) - 1

    def progress(self, clip: int, waiting: int) -> RunProgress:
        """How far it is in a video of so many frames, with so many runs behind it."""
        meter = self.meter
        return RunProgress(
            meter.done, meter.total, meter.rate, meter.seconds_left,
            self.paused_at is not None, self.stopping, self.at, clip, tuple(self.reaches), waiting,
        )  # fmt: skip

    @property
    def ended_text(self) -> str:
        """What the status bar says once it is over."""
        summary = self.summary
        done, elapsed = counted(len(summary.frames), "frame"), summary.seconds
        if summary.cancelled and summary.begins_again:
            return tr("Beginning again, from your further correction as well.")
        if summary.cancelled:
            return tr("Cancelled after {done} in {elapsed:.1f} s.", done=done, elapsed=elapsed)
        return tr("Tracked {done} in {elapsed:.1f} s.", done=done, elapsed=elapsed)
