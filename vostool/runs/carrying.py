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
from vostool.masks.carry import Change, carry, without_rims
from vostool.masks.crop import intersection
from vostool.masks.mask import Mask
from vostool.models.engine import (
    Cancelled,
    Direction,
    Engine,
    SegmentReply,
    TrackedFrame,
    TrackRequest,
)
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.runs.agreeing import AGREES
from vostool.runs.blends import BlendSpan
from vostool.runs.parts import Part, blend_parts, leg_parts
from vostool.runs.pieces import Carried
from vostool.runs.ranges import RangeLeg, plan_leg
from vostool.runs.request import keyframes

_GROWS, _SLIGHT = 3.0, 0.05
"""A change that is carried may be so many times as large as the smallest it has been on its way, or
this share of the object. A spoiler that was added meets the banner behind it, and would bring all
of it; a corner that was taken away has come to nothing when the track goes astray there."""
IN_A_ROW = 3
"""After so many frames on which nothing belonged to the correction, the rest stays as it is."""
_WITHIN = 0.8
"""Share of one mask in another one from which it is the same object, or a part of it."""
_DOUBTFUL = 0.5
"""Score below which a mask is flagged for review."""
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
    there was no mask at all, what stands on other frames is kept as far as it is likelier.
    Where it is not known what was changed on the leg's origin, all that differs on the first frame
    belongs to the correction: of drawn masks, boxes where no run had been, and the rest of a
    stopped leg.
    """

    project: Project
    leg: RangeLeg

    def __post_init__(self) -> None:
        self._sides: dict[int, _Side] = {}

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
            self._sides[oid] = _Side(
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


class _Side:
    """One object on its way from the corrected frame.

    Args:
        standing: masks and scores that are there, by frame.
        change: of the corrected frame; None: not known.
        whole: all that differs belongs to the correction.
        shown: the corrected mask is not empty.

    Attributes:
        is_over: nothing has belonged to the correction for some frames.
    """

    def __init__(
        self,
        standing: Mapping[int, tuple[Mask, float | None]],
        change: Change | None,
        *,
        whole: bool = False,
        shown: bool = True,
    ) -> None:
        self._standing, self._change, self._whole = standing, change, whole
        # Unless it is known that something was taken away, a track that ends has lost the object.
        self._may_lose = shown and (whole or change is None)
        self._found = change is not None and shown and _is_new(change)
        self._before: dict[int, Change | None] = {}
        self._quiet = 0
        self._least = None if change is None else _size(change)

    @property
    def is_over(self) -> bool:
        return self._quiet >= IN_A_ROW

    def take(self, frame: int, tracked: SegmentReply) -> SegmentReply | None:
        """What a frame's mask becomes; None where it stays."""
        if frame not in self._standing:
            return tracked
        standing, score = self._standing[frame]
        if self._may_lose and tracked.mask.is_empty:
            return None
        change = self._before.setdefault(frame, self._change)  # a revision starts from the same
        if self._found and _is_likelier(standing, score, tracked):
            self._quiet += not standing.is_empty
            return None
        if self._whole or change is None:
            met = self._whole and standing.iou(tracked.mask) >= AGREES
            mask = standing if met else tracked.mask
            now = Change.between(standing, mask, tracked.mask)
        else:
            mask, now = carry(change, standing, tracked.mask)
        if now.is_empty or self._has_grown(now):
            # An object that is hidden says nothing about what follows.
            self._quiet += not (standing.is_empty or tracked.mask.is_empty)
            return None
        self._quiet, self._change = 0, now
        if score is None or mask.iou(tracked.mask) >= mask.iou(standing):
            score = tracked.score
        return replace(tracked, mask=mask, score=score)

    def _has_grown(self, now: Change) -> bool:
        """Whether what is carried has met something else: it is much larger than what was meant.

        An object that was lost is found whole, and may come nearer.
        """
        if self._whole:
            return False
        size, least = _size(now), self._least
        if least is not None and size > max(_GROWS * least, _SLIGHT * now.seen.area):
            return True
        self._least = size if least is None else min(least, size)
        return False


def _is_likelier(standing: Mask, score: float | None, tracked: SegmentReply) -> bool:
    """Whether what stands is kept on a frame, of an object that was lost where it was corrected.

    There nothing says how what was found hangs together with what stands: it may be a part of what
    the run before found again by itself, or the background that covers the object now. The scores
    are expected values of the intersection over union, so they can be compared.
    """
    if standing.is_empty:
        return tracked.score < _DOUBTFUL
    shared = intersection(standing, tracked.mask).area
    if shared >= _WITHIN * tracked.mask.area:
        return True
    grows = shared >= _WITHIN * standing.area and tracked.mask.area <= _GROWS * standing.area
    return not grows and score is not None and score >= max(_DOUBTFUL, tracked.score)


def _size(change: Change) -> int:
    return change.added.area + change.taken.area


def change_at(project: Project, frame: int, object_id: int) -> Change | None:
    """What a correction changed on its frame, or None where that is not known.

    What clicks and boxes correct is stored with them; what a drawn mask replaced is not.
    """
    prompts, record = project.prompts.get((frame, object_id)), project.masks.get(frame, object_id)
    if record is None or prompts is None or prompts.mask is not None:
        return None
    before = prompts.base
    in_one_go = len(prompts.points) in (1, prompts.together)
    if before is None and prompts.box is None and in_one_go:  # there was nothing to correct
        before = Mask.empty(record.mask.height, record.mask.width)
    if before is None:
        return None
    change = Change.between(before, record.mask)
    drawn_anew = prompts.box is not None and not before.is_empty
    return without_rims(change) if drawn_anew else change


def _is_new(change: Change) -> bool:
    """Whether there was no mask before."""
    return change.taken.is_empty and change.added.area == change.seen.area


def _generator(frames: Iterator[TrackedFrame]) -> Generator[TrackedFrame, None, None]:
    yield from frames
