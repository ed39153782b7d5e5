"""One sequence corrected by the frames of several picks, with all else the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from vostool.evaluate.headless import Stepped, Stopped
from vostool.evaluate.interactive import Budget, Session, run_session
from vostool.evaluate.picks import make_picks
from vostool.evaluate.robots import Robot
from vostool.evaluate.sequence import TruthSequence
from vostool.models.engine import Engine
from vostool.models.memory_kinds import STANDARD, Memory


@dataclass(frozen=True, slots=True)
class Compared:
    """One sequence.

    Attributes:
        objects: how many count.
        sessions: by pick, in the order asked for; of ``random`` one for each seed, else one.
    """

    name: str
    objects: int
    sessions: Mapping[str, Sequence[Session]]


def compare_picks(
    sequence: TruthSequence,
    engine: Engine,
    robot: Robot,
    budget: Budget,
    *,
    picks: Sequence[str],
    seeds: int,
    stopped: Stopped = lambda: False,
    stepped: Stepped = lambda: None,
    memory: Memory = STANDARD,
) -> Compared:
    """Correct the sequence from the beginning with each pick.

    The engine opens it once, so that what it keeps of the pictures serves every pick; seconds are
    therefore not to be compared.

    Raises:
        LabelsError, ModelError, PromptError, SourceError, Cancelled: as :func:`run_session` has it.
    """
    with closing(sequence.open()) as source:
        engine.open(source)
        sessions = {
            name: tuple(
                run_session(
                    sequence, engine, robot, budget, stopped=stopped, stepped=stepped,
                    memory=memory, pick=pick, opened=source,
                )
                for pick in make_picks(name, seeds)
            )
            for name in picks
        }  # fmt: skip
    return Compared(sequence.name, len(sequence.given), sessions)
