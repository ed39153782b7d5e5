"""The interactive protocol of DAVIS (Caelles et al., arXiv:1803.00557), run through the program.

A robot looks at the frame of the lowest J&F that it has not corrected yet, or at one that another
pick names (:mod:`vostool.evaluate.picks`), corrects the objects there, the engine answers and
tracks both ways from that frame over the whole sequence, and all annotated frames are measured.
The benchmark starts from scribbles that people drew, on frames of their choice; here the robot
starts as well, on the first frame that shows most of the objects. Only the engine's time counts:
prompts, tracking and reading frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

from vostool.errors import LabelsError
from vostool.evaluate.corrections import Correction
from vostool.evaluate.headless import HeadlessSession, Stepped, Stopped, ids_of
from vostool.evaluate.measured import Measure, frame_means, measure_frames
from vostool.evaluate.picks import Past, Pick, Worst, confirm
from vostool.evaluate.robots import Robot
from vostool.evaluate.sequence import TruthSequence
from vostool.frames import FrameSource
from vostool.masks.mask import MaskRecord
from vostool.models.engine import Engine
from vostool.models.memory_kinds import STANDARD, Memory
from vostool.project.prompts import Prompts, with_box, with_points


@dataclass(frozen=True, slots=True)
class Budget:
    """What a robot may spend.

    Attributes:
        rounds: corrected frames in each sequence.
        seconds: of the engine, for each object and round; a sequence gets their sum.
    """

    rounds: int = 8
    seconds: float = 30.0

    def of(self, object_count: int) -> float:
        """Seconds for a whole sequence."""
        return self.rounds * self.seconds * object_count


@dataclass(frozen=True, slots=True)
class Round:
    """One correction and what came of it.

    Attributes:
        frame: the frame that was corrected.
        prompts: points and boxes given.
        seconds: of the engine in this round.
        j, f: means over objects of their means over all annotated frames.
        looks: frames that were named and found right so far, since the beginning.
        measures: what they are the means of.
    """

    frame: int
    prompts: int
    seconds: float
    j: float
    f: float
    looks: int = 0
    measures: tuple[Measure, ...] = ()

    @property
    def jf(self) -> float:
        """J&F."""
        return (self.j + self.f) / 2


@dataclass(frozen=True, slots=True)
class Session:
    """One sequence, corrected round by round.

    Attributes:
        object_ids: the objects that count.
        rounds: those that ended within the budget.
        timed_out: the time ran out; the round that was going on does not count.
        looks: all frames that were named and found right.
    """

    name: str
    object_ids: tuple[int, ...]
    rounds: tuple[Round, ...]
    timed_out: bool = False
    looks: int = 0


def run_session(
    sequence: TruthSequence,
    engine: Engine,
    robot: Robot,
    budget: Budget,
    *,
    stopped: Stopped = lambda: False,
    stepped: Stepped = lambda: None,
    memory: Memory = STANDARD,
    pick: Pick | None = None,
    opened: FrameSource | None = None,
    adapt: bool = False,
) -> Session:
    """Correct a sequence until the rounds or the time is over, or nothing is left to correct.

    Args:
        pick: names the frames behind the first; None takes the truly worst.
        opened: the sequence's source, on which the engine is open already: what it keeps of the
            pictures serves again. It stays the caller's.
        adapt: the engine learns of each correction before it tracks it.

    Raises:
        LabelsError: the sequence has no object, or a mask cannot be read.
        ModelError, PromptError, SourceError: from the engine and the pictures.
        Cancelled: as ``stopped`` asked.
    """
    object_ids = tuple(sequence.given)
    if not object_ids:
        raise LabelsError(f"{sequence.name}: no object has a mask.")
    seconds = budget.of(len(object_ids))
    rounds: list[Round] = []
    past, named, late = Past(), pick or Worst(), False
    with ExitStack() as stack:
        source = opened or stack.enter_context(closing(sequence.open()))
        session = HeadlessSession(
            source, engine, object_ids, stopped, memory, opened=opened is not None
        )
        session.seconds = 0.0
        measures = _measure(sequence, session)
        while len(rounds) < budget.rounds:
            chosen = _correction(sequence, session, robot, measures, past=past, pick=named)
            if chosen is None:
                break
            frame, corrections = chosen
            before = session.seconds
            _apply(session, frame, corrections)
            if adapt:
                session.learn([c.object_id for c in corrections])
            session.track_corrected(frame, {c.object_id for c in corrections}, stepped)
            late = session.seconds > seconds
            if late:
                break
            past.corrected.add(frame)
            measures = _measure(sequence, session)
            count = sum(len(c.points) + (c.box is not None) for c in corrections)
            made = _round(frame, count, session.seconds - before, measures)
            rounds.append(replace(made, looks=past.looks))
    return Session(sequence.name, object_ids, tuple(rounds), late, past.looks)


def _correction(
    sequence: TruthSequence,
    session: HeadlessSession,
    robot: Robot,
    measures: Sequence[Measure],
    *,
    past: Past,
    pick: Pick,
) -> tuple[int, list[Correction]] | None:
    """The next frame on which the robot finds something to correct, and what; else None.

    The first frame is the same for every pick: nothing is tracked yet that one could go by.
    """
    means = frame_means(measures)
    if not pick.looks:
        past.right.clear()
    named = pick if past.corrected else Worst()
    while (frame := named.next(session.project, means, past)) is not None:
        truth, result = sequence.truth(frame), ids_of(session.project, frame)
        corrections = robot.correct(truth, result, sequence.given)
        if pick.looks:
            right = set(sequence.given).difference(c.object_id for c in corrections)
            confirm(session.project, frame, right)
        if corrections:
            return frame, corrections
        past.right.add(frame)
        past.looks += pick.looks
    return None


def _apply(session: HeadlessSession, frame: int, corrections: Sequence[Correction]) -> None:
    """Give the corrections as a person clicking in the window gives them."""
    for correction in corrections:
        key = (frame, correction.object_id)
        record = session.project.masks.get(*key)
        prompts = prompts_of(correction, session.project.prompts.get(key), record)
        if prompts is not None:
            session.prompt(frame, correction.object_id, prompts)


def prompts_of(
    correction: Correction, old: Prompts | None, record: MaskRecord | None
) -> Prompts | None:
    """What the window would tell the engine; the points of one correction go in one go."""
    if correction.box is not None:
        old = with_box(correction.box, record)
    return with_points(old, record, correction.points)


def _measure(sequence: TruthSequence, session: HeadlessSession) -> list[Measure]:
    """Every object on every annotated frame, the first and the last among them."""
    frames = {frame: tuple(sequence.given) for frame in sequence.annotated}
    return measure_frames(sequence, session.project, frames)


def _round(frame: int, prompts: int, seconds: float, measures: Sequence[Measure]) -> Round:
    # Every object has a value on each of the same frames, so one mean is the mean of the means.
    count = len(measures)
    j, f = sum(m.j for m in measures) / count, sum(m.f for m in measures) / count
    return Round(frame, prompts, seconds, j, f, measures=tuple(measures))
