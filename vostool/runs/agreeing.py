"""Tracking the stretch again that a correction lies in, and no frame outside it.

Outside it nothing was said to be wrong, and a person may have found it right without a word. Where
the new track does not meet the old one at the stretch's end, the review finds the jump there. In
the object's absence at the end of a stretch, of which nothing is said, each way ends early as soon
as the new masks are those that were there before.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from vostool.frames import FrameSource
from vostool.masks.mask import Mask
from vostool.models.engine import Cancelled, Direction, Engine, TrackedFrame, TrackRequest
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.runs.parts import Part
from vostool.runs.pieces import Agreeing
from vostool.runs.ranges import RangeLeg, plan_leg
from vostool.runs.request import keyframes

AGREES = 0.9
"""IoU from which a new mask is the old one."""
IN_A_ROW = 3
"""So many frames that agree end a leg."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One object was put right on ``frame``, in the wrong stretch ``first``..``last``.

    Attributes:
        asked: the last frame that anything was said of; behind it the object is only away.
    """

    frame: int
    object_id: int
    first: int
    last: int
    asked: int


@dataclass
class AgreeingLeg:
    """One object from a corrected frame one way.

    Args:
        bound: the last frame that was said to be wrong, this way; agreement counts behind it only.
    """

    project: Project
    leg: RangeLeg
    bound: int

    def __post_init__(self) -> None:
        self._old: Mapping[int, Mask] = {}

    def part(self) -> Part:
        """The leg as a part of a run."""
        piece = Agreeing(self.leg, self.bound)
        return Part(self._plan, len(self.leg) - 1, piece=piece, steps=self._steps)

    def _plan(self) -> TrackRequest | None:
        (oid,) = self.leg.object_ids
        row = self.project.masks.row(oid)
        self._old = {
            frame: row[frame].mask
            for frame in range(self.leg.first, self.leg.last + 1)
            if frame in row
        }
        return plan_leg(self.project, self.leg)

    def _steps(
        self, request: TrackRequest, engine: Engine, _: FrameSource, cancelled: Cancelled
    ) -> Iterator[TrackedFrame | None]:
        (oid,) = self.leg.object_ids
        way = 1 if self.leg.direction is Direction.FORWARD else -1
        same = 0
        with closing(_generator(engine.track(request, cancelled))) as frames:
            for step in frames:
                if step.frame == self.leg.origin and step.problem is None:
                    yield None  # its mask stays; the other way goes through it once more
                    continue
                yield step
                if step.revised or (step.frame - self.bound) * way <= 0 or oid not in step.replies:
                    continue
                old = self._old.get(step.frame)
                agrees = old is not None and step.replies[oid].mask.iou(old) >= AGREES
                same = same + 1 if agrees else 0
                if same == IN_A_ROW:
                    return


def agreeing_parts(project: Project, corrections: Iterable[Correction]) -> list[Part]:
    """What corrections change of the stretches that they lie in.

    Each way to the stretch's end, as far as masks follow each other and no other keyframe of the
    object lies; locked objects are left out. Empty where nothing of a stretch was tracked beside
    the corrected frame.
    """
    parts, locked = [], locked_objects(project)
    for each in corrections:
        for direction, step, limit, bound in (
            (Direction.FORWARD, 1, each.last, each.asked),
            (Direction.BACKWARD, -1, each.first, each.first),
        ):
            frame, oid = each.frame, each.object_id
            end = frame if oid in locked else _end(project, oid, frame, step, limit)
            if end != frame:
                leg = RangeLeg(direction, frame, min(frame, end), max(frame, end), (oid,))
                parts.append(AgreeingLeg(project, leg, bound).part())
    return parts


def _end(project: Project, oid: int, frame: int, step: int, limit: int) -> int:
    row = project.masks.row(oid)
    keys = {key.frame for key in keyframes(project, [oid])}
    end = frame
    while (limit - end) * step > 0 and end + step in row and end + step not in keys:
        end += step
    return end


def _generator(frames: Iterator[TrackedFrame]) -> Generator[TrackedFrame, None, None]:
    yield from frames
