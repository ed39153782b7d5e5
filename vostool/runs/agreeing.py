"""Tracking again from a correction, until the new track meets the old one.

How far a mistake reaches is known only when it is mended: a mask that jumped to another thing
stays there with a good score. So each way goes on from the corrected frame through the stretch
that was found to be wrong, and then until the new masks are those that were there before.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping
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


@dataclass
class AgreeingLeg:
    """One object from a corrected frame one way.

    Args:
        bound: the last frame of the wrong stretch, this way; agreement counts behind it only.
    """

    project: Project
    leg: RangeLeg
    bound: int

    def __post_init__(self) -> None:
        self._old: Mapping[int, Mask] = {}

    def part(self) -> Part:
        """The leg as a part of a run."""
        piece = Agreeing(self.leg, self.bound)
        return Part(self._plan, len(self.leg), piece=piece, steps=self._steps)

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
                yield step
                if step.revised or (step.frame - self.bound) * way <= 0 or oid not in step.replies:
                    continue
                old = self._old.get(step.frame)
                agrees = old is not None and step.replies[oid].mask.iou(old) >= AGREES
                same = same + 1 if agrees else 0
                if same == IN_A_ROW:
                    return


def agreeing_parts(
    project: Project, frame: int, first: int, last: int, object_ids: Collection[int]
) -> list[Part]:
    """What corrections on ``frame`` change of the wrong stretch ``first``..``last`` and around it.

    Each way as far as masks follow each other and no other keyframe of the object lies; locked
    objects are left out. Empty where nothing was tracked around the frame.
    """
    parts = []
    for oid in sorted(set(object_ids) - locked_objects(project)):
        for direction, step, bound in (
            (Direction.FORWARD, 1, last), (Direction.BACKWARD, -1, first),
        ):  # fmt: skip
            end = _end(project, oid, frame, step)
            if end != frame:
                leg = RangeLeg(direction, frame, min(frame, end), max(frame, end), (oid,))
                parts.append(AgreeingLeg(project, leg, bound).part())
    return parts


def _end(project: Project, oid: int, frame: int, step: int) -> int:
    row = project.masks.row(oid)
    keys = {key.frame for key in keyframes(project, [oid])}
    end = frame
    while end + step in row and end + step not in keys:
        end += step
    return end


def _generator(frames: Iterator[TrackedFrame]) -> Generator[TrackedFrame, None, None]:
    yield from frames
