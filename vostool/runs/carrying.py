"""Tracking on from a correction: what hangs together with it changes, and nothing else.

The object is tracked again from the corrected frame, towards each side up to the frame before its
next keyframe or to the end of what was tracked; on each frame :mod:`vostool.masks.carry` says what
of the new track belongs to the correction. So a correction does not make frames worse that were
right, whether the new track goes astray there or the corrected mask is itself only half right.
Where nothing has belonged to it for a few frames in a row, the rest of that side is not tracked at
all.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

from vostool.frames import FrameSource
from vostool.masks.carry import Change, without_rims
from vostool.masks.mask import Mask
from vostool.models.engine import (
    Cancelled,
    Direction,
    Engine,
    TrackedFrame,
    TrackRequest,
)
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.runs.blends import BlendSpan
from vostool.runs.carried_side import CarriedSide
from vostool.runs.parts import Part, blend_parts, leg_parts
from vostool.runs.pieces import Carried
from vostool.runs.ranges import RangeLeg, plan_leg
from vostool.runs.request import keyframes

_NOTHING_SHARED = 0.05
"""Share of the corrected mask up to which the one before it was of something else."""


def correction_parts(project: Project, frame: int, object_ids: Collection[int]) -> list[Part]:
    """What corrections of these objects on a frame lead to; locked objects are left out.

    Up to the object's next keyframe on either side, or to the end of what was tracked, the change
    is carried on; an object without another keyframe is tracked anew. Where frames between two
    keyframes have no mask yet, they are tracked from both and blended.
    """
    plain: dict[tuple[Direction, int], list[int]] = {}
    carried: dict[tuple[Direction, int], list[int]] = {}
    spans: dict[tuple[int, int], list[int]] = {}
    for oid in sorted(set(object_ids) - locked_objects(project)):
        known = {key.frame for key in keyframes(project, [oid])}
        if frame not in known:
            continue
        for way, step in ((Direction.FORWARD, 1), (Direction.BACKWARD, -1)):
            end, stop = _side(project, oid, frame, step, known)
            if stop is not None and end + step != stop:
                ends = (min(frame, stop), max(frame, stop))
                spans.setdefault(ends, []).append(oid)
            elif end != frame:
                (plain if len(known) == 1 else carried).setdefault((way, end), []).append(oid)
    parts = blend_parts(project, [BlendSpan(*ends, tuple(spans[ends])) for ends in sorted(spans)])
    parts += [CarriedLeg(project, leg).part() for leg in _legs(frame, carried)]
    return parts + leg_parts(project, _legs(frame, plain))


def _side(
    project: Project, oid: int, frame: int, step: int, known: Collection[int]
) -> tuple[int, int | None]:
    """The last frame that masks reach without a gap or a keyframe, and the next keyframe."""
    row, count = project.masks.row(oid), project.source.frame_count
    stop = min((f for f in known if (f - frame) * step > 0), key=lambda f: f * step, default=None)
    end = frame
    while 0 <= end + step < count and end + step in row and end + step != stop:
        end += step
    return end, stop


def _legs(frame: int, ends: Mapping[tuple[Direction, int], list[int]]) -> list[RangeLeg]:
    return [
        RangeLeg(way, frame, min(frame, end), max(frame, end), tuple(oids))
        for (way, end), oids in ends.items()
    ]


@dataclass
class CarriedLeg:
    """Objects from a corrected frame one way, as far as their corrections have an effect.

    Behind the last keyframe all of the new track is taken, until it meets the old one, where the
    mask that was corrected had nothing in common with the corrected one: it was lost there. Where
    there was no mask at all, what stands on other frames is kept as far as it is likelier. By the
    scores it is also seen where the new track goes astray, and where it has lost what stands.
    Where it is not known what was changed on the leg's origin, all that differs on the first frame
    belongs to the correction: of drawn masks, boxes where no run had been, and the rest of a
    stopped leg.
    """

    project: Project
    leg: RangeLeg

    def __post_init__(self) -> None:
        self._sides: dict[int, CarriedSide] = {}

    def part(self) -> Part:
        """The leg as a part of a run."""
        return Part(self._plan, len(self.leg) - 1, piece=Carried(self.leg), steps=self._steps)

    def _plan(self) -> TrackRequest | None:
        leg = self.leg
        frames = range(leg.first, leg.last + 1)
        for oid in leg.object_ids:
            row = self.project.masks.row(oid)
            standing = {f: (row[f].mask, row[f].score) for f in frames if f in row}
            change = change_at(self.project, leg.origin, oid)
            said = self.project.masks.get(leg.origin, oid)
            self._sides[oid] = CarriedSide(
                standing,
                change,
                whole=self._is_lost(oid, change),
                shown=said is None or not said.mask.is_empty,
            )
        return plan_leg(self.project, leg)

    def _is_lost(self, oid: int, change: Change | None) -> bool:
        way = 1 if self.leg.direction is Direction.FORWARD else -1
        keys = keyframes(self.project, [oid])
        if change is None or any((key.frame - self.leg.origin) * way > 0 for key in keys):
            return False
        now = change.seen.area
        return now > 0 and change.added.area >= (1 - _NOTHING_SHARED) * now

    def _steps(
        self, request: TrackRequest, engine: Engine, _: FrameSource, cancelled: Cancelled
    ) -> Iterator[TrackedFrame | None]:
        with closing(_generator(engine.track(request, cancelled))) as frames:
            for step in frames:
                if step.frame == self.leg.origin and step.problem is None:
                    yield None  # its mask stays
                    continue
                replies = {
                    oid: reply
                    for oid, tracked in step.replies.items()
                    if (reply := self._sides[oid].take(step.frame, tracked)) is not None
                }
                yield replace(step, replies=replies)
                if all(side.is_over for side in self._sides.values()):
                    return


def change_at(project: Project, frame: int, object_id: int) -> Change | None:
    """What a correction changed on its frame, or None where that is not known.

    What clicks, boxes and a brush correct is stored with them; what an imported mask replaced is
    not.
    """
    prompts, record = project.prompts.get((frame, object_id)), project.masks.get(frame, object_id)
    if record is None or prompts is None:
        return None
    before, drawn = prompts.base, prompts.mask is not None
    in_one_go = len(prompts.points) in (1, prompts.together)
    if before is None and prompts.box is None and in_one_go and not drawn:
        # There was nothing to correct.
        before = Mask.empty(record.mask.height, record.mask.width)
    if before is None:
        return None
    change = Change.between(before, record.mask)
    if before.is_empty or not (drawn or prompts.box is not None):
        return change
    core = without_rims(change)
    return change if drawn and core.is_empty else core


def _generator(frames: Iterator[TrackedFrame]) -> Generator[TrackedFrame, None, None]:
    yield from frames
