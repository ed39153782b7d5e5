"""The numbers of the interactive protocol: AUC, J&F at 60 s, and interactions to a quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image as PillowImage

from vostool.evaluate.chart import Line, draw_chart
from vostool.evaluate.interactive import Budget, Session
from vostool.evaluate.report import Json, aligned
from vostool.masks.colours import palette_colour

AT_SECONDS = 60.0
TARGETS = (0.85, 0.90)


@dataclass(frozen=True, slots=True)
class Curve:
    """J&F over the engine's time, averaged over objects and sequences.

    Attributes:
        times: seconds, from 0 to the whole budget.
        values: J&F at each of them, from 0.
    """

    times: tuple[float, ...]
    values: tuple[float, ...]

    @property
    def auc(self) -> float:
        """Area under the curve as a share of the budget."""
        heights = (np.array(self.values[1:]) + self.values[:-1]) / 2
        return float(heights @ np.diff(self.times) / self.times[-1])

    def at(self, seconds: float) -> float:
        """J&F at a time, on the straight line between two rounds."""
        return float(np.interp(seconds, self.times, self.values))


def curve(sessions: Sequence[Session], budget: Budget) -> Curve:
    """The curve as the benchmark's summary makes it.

    A round that a sequence did not come to has the quality of the one before, at no time. Quality
    is the mean over all objects; time is the mean over sequences, added up over the rounds.
    """
    weights = np.array([len(s.object_ids) for s in sessions], float)
    times, values = [0.0], [0.0]
    for number in range(budget.rounds):
        done = [s.rounds[number].seconds if number < len(s.rounds) else 0.0 for s in sessions]
        quality = [_quality_after(s, number + 1) for s in sessions]
        times.append(times[-1] + float(np.mean(done)))
        values.append(float(np.average(quality, weights=weights)))
    times.append(max(budget.of(1) * float(np.mean(weights)), times[-1]))
    values.append(values[-1])
    return Curve(tuple(times), tuple(values))


def interactions_to(session: Session, target: float) -> int | None:
    """Rounds until J&F reaches the target, or None where it never did."""
    return next((n for n, r in enumerate(session.rounds, 1) if r.jf >= target), None)


def noc(sessions: Sequence[Session], target: float, budget: Budget) -> float:
    """Mean number of interactions to the target; all rounds of the budget where it was missed."""
    counts = [interactions_to(session, target) or budget.rounds for session in sessions]
    return sum(counts) / len(counts)


def summary(sessions: Sequence[Session], budget: Budget) -> Json:
    """``summary.json``: the benchmark's own keys, then interactions and every round."""
    whole = curve(sessions, budget)
    return {
        "auc": whole.auc,
        "metric_at_threshold": {"threshold": AT_SECONDS, "J_AND_F": whole.at(AT_SECONDS)},
        "curve": {"time": list(whole.times), "J_AND_F": list(whole.values)},
        "interactions": [
            {
                "target": target,
                "mean": noc(sessions, target, budget),
                "reached": sum(interactions_to(s, target) is not None for s in sessions),
                "of": len(sessions),
            }
            for target in TARGETS
        ],
        "sequences": [session_json(session) for session in sessions],
    }


def session_table(sessions: Sequence[Session], budget: Budget) -> list[str]:
    """A row for each sequence and one for all."""
    heads = [f"NoC@{round(100 * target)}" for target in TARGETS]
    rows = [("sequence", "rounds", "prompts", "J&F", "s", *heads, "AUC", "J&F@60s")]
    for s in sessions:
        reached = [interactions_to(s, target) for target in TARGETS]
        counts = [f">{budget.rounds}" if n is None else str(n) for n in reached]
        rows.append((s.name, *_row(s, counts), *_areas([s], budget)))
    if len(sessions) > 1:
        means = [f"{noc(sessions, target, budget):.1f}" for target in TARGETS]
        rows.append(("all", "", "", "", "", *means, *_areas(sessions, budget)))
    return aligned(rows)


def plot_sessions(sessions: Sequence[Session]) -> PillowImage.Image:
    """J&F of every sequence over the interactions."""
    lines = []
    for number, session in enumerate(sessions, 1):
        points = [(0.0, 0.0), *((float(n), r.jf) for n, r in enumerate(session.rounds, 1))]
        lines.append(Line(session.name, palette_colour(number), points))
    marks = {f"{target:.2f}": target for target in TARGETS}
    return draw_chart("J&F by interaction", lines, "interactions", marks)


def _row(session: Session, counts: Sequence[str]) -> tuple[str, ...]:
    rounds = session.rounds
    prompts, seconds = sum(r.prompts for r in rounds), sum(r.seconds for r in rounds)
    quality = _quality_after(session, len(rounds))
    return (str(len(rounds)), str(prompts), f"{quality:.3f}", f"{seconds:.1f}", *counts)


def _areas(sessions: Sequence[Session], budget: Budget) -> tuple[str, str]:
    made = curve(sessions, budget)
    return f"{made.auc:.3f}", f"{made.at(AT_SECONDS):.3f}"


def _quality_after(session: Session, rounds: int) -> float:
    done = session.rounds[:rounds]
    return done[-1].jf if done else 0.0


def session_json(session: Session) -> Json:
    """One session with every round."""
    return {
        "name": session.name,
        "objects": list(session.object_ids),
        "timed_out": session.timed_out,
        "looks": session.looks,
        "interactions_to": {
            f"{target:.2f}": interactions_to(session, target) for target in TARGETS
        },
        "rounds": [
            {
                "frame": r.frame,
                "prompts": r.prompts,
                "seconds": r.seconds,
                "J": r.j,
                "F": r.f,
                "J&F": r.jf,
                "looks": r.looks,
            }
            for r in session.rounds
        ],
    }
