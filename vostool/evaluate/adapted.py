"""Correcting with and without learning from the corrections, side by side on one sequence."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from vostool.evaluate.headless import Stepped, Stopped
from vostool.evaluate.interactive import Budget, Session, run_session
from vostool.evaluate.report import Json
from vostool.evaluate.robots import Robot
from vostool.evaluate.sequence import TruthSequence
from vostool.models.engine import Engine, Prepares
from vostool.models.memory_kinds import STANDARD, Memory

WORSE_BY = 0.05
"""J that a frame has to lose by learning before it counts as made worse, or to win as better."""
NAMED = 3
"""Frames made worse of one sequence that are named, those that lost most."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One object on one frame: J without and with learning."""

    frame: int
    object_id: int
    plain: float
    adapted: float

    @property
    def gain(self) -> float:
        """What learning brought; below 0 where it cost."""
        return self.adapted - self.plain


@dataclass(frozen=True, slots=True)
class Pair:
    """One sequence, corrected twice."""

    plain: Session
    adapted: Session

    @property
    def changed(self) -> list[Changed]:
        """Every frame after as many rounds as both have, those first that lost most."""
        rounds = min(len(self.plain.rounds), len(self.adapted.rounds))
        if not rounds:
            return []
        sides = zip(
            self.plain.rounds[rounds - 1].measures,
            self.adapted.rounds[rounds - 1].measures,
            strict=True,
        )
        found = [Changed(one.frame, one.object_id, one.j, two.j) for one, two in sides]
        return sorted(found, key=lambda each: each.gain)

    @property
    def worse(self) -> list[Changed]:
        """The frames that learning made worse, the worst first."""
        return [each for each in self.changed if each.gain < -WORSE_BY]

    @property
    def better(self) -> list[Changed]:
        """The frames that learning made better."""
        return [each for each in self.changed if each.gain > WORSE_BY]


def run_pair(
    sequence: TruthSequence,
    engine: Engine,
    robot: Robot,
    budget: Budget,
    *,
    stopped: Stopped = lambda: False,
    stepped: Stepped = lambda: None,
    memory: Memory = STANDARD,
) -> Pair:
    """Correct a sequence without, then with learning.

    All frames are encoded before, so that neither pays for what the other one uses, and seconds
    are without the image encoder's, as far as the engine keeps that many frames.

    Raises:
        as :func:`run_session`.
    """
    with closing(sequence.open()) as source:
        engine.open(source)
        if isinstance(engine, Prepares):
            for frame in range(sequence.frame_count):
                engine.prepare(frame, stopped)
        plain, adapted = (
            run_session(
                sequence, engine, robot, budget, stopped=stopped, stepped=stepped,
                memory=memory, adapt=adapt, opened=source,
            )
            for adapt in (False, True)
        )  # fmt: skip
    return Pair(plain, adapted)


def worse_lines(pairs: Sequence[Pair]) -> list[str]:
    """What learning made worse and better, a line for each sequence."""
    lines = [f"Frames whose J changed by more than {WORSE_BY} with --adapt:"]
    for pair in pairs:
        named = ", ".join(
            f"{each.frame} of object {each.object_id} ({each.plain:.2f} to {each.adapted:.2f})"
            for each in pair.worse[:NAMED]
        )
        told = f"; worst {named}" if named else ""
        lines.append(
            f"  {pair.plain.name}: {len(pair.worse)} worse, {len(pair.better)} better of "
            f"{len(pair.changed)}{told}"
        )
    return lines


def worse_json(pairs: Sequence[Pair]) -> Json:
    """The same for ``summary.json``, with every frame made worse."""
    return {
        pair.plain.name: {
            "frames": len(pair.changed),
            "better": len(pair.better),
            "worse": [
                {"frame": w.frame, "object": w.object_id, "plain": w.plain, "adapted": w.adapted}
                for w in pair.worse
            ],
        }
        for pair in pairs
    }
