"""Track runs through a range of frames that leave every frame outside it alone.

A range may have keyframes inside, before or behind it, others for each object. Forward goes first,
from the start of the range or from an object's first keyframe in it; what lies before that keyframe
is tracked backward. So every frame of the range is reached once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from vostool.errors import PromptError
from vostool.models.engine import Direction, TrackRequest
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.runs.request import keyframes, plan_run
from vostool.words import tr


@dataclass(frozen=True, slots=True)
class RangeLeg:
    """One request of a run: from ``origin`` in one direction, within ``first``..``last``."""

    direction: Direction
    origin: int
    first: int
    last: int
    object_ids: tuple[int, ...]

    def __len__(self) -> int:
        """Frames, each counted once for each way."""
        forward, backward = self.last - self.origin + 1, self.origin - self.first + 1
        if self.direction is Direction.BOTH:
            return forward + backward
        return forward if self.direction is Direction.FORWARD else backward


def range_legs(
    project: Project,
    first: int,
    last: int,
    playhead: int,
    object_ids: Collection[int] | None = None,
) -> list[RangeLeg]:
    """What has to be run to track frames ``first``..``last``.

    Where every object has a keyframe on the playhead's frame, in the range, it is tracked from
    there both ways: the person has just said what is right.

    Args:
        object_ids: None takes every object that has a keyframe. Locked ones are left out.

    Raises:
        PromptError: there is no keyframe to track from.
    """
    wanted = set(project.objects if object_ids is None else object_ids) - locked_objects(project)
    frames: dict[int, list[int]] = {}
    for key in keyframes(project, wanted):
        frames.setdefault(key.object_id, []).append(key.frame)
    if not frames:
        raise PromptError(
            tr(
                "There is nothing to track the range from; click the object on "
                "one of its frames first."
            )
        )
    ids = tuple(sorted(frames))
    if first <= playhead <= last and all(playhead in frames[oid] for oid in ids):
        return [RangeLeg(Direction.BOTH, playhead, first, last, ids)]
    legs = []
    ahead = tuple(oid for oid in ids if min(frames[oid]) <= last)
    if ahead:
        start = max(min(min(frames[oid]) for oid in ahead), first)
        legs.append(RangeLeg(Direction.FORWARD, start, first, last, ahead))
    turns: dict[int, list[int]] = {}
    for oid in ids:
        if min(frames[oid]) > first:
            turns.setdefault(min(*frames[oid], last), []).append(oid)
    for turn, back in sorted(turns.items()):
        legs.append(RangeLeg(Direction.BACKWARD, turn, first, turn, tuple(back)))
    return legs


def plan_leg(project: Project, leg: RangeLeg) -> TrackRequest | None:
    """The request of a leg as the project is now; None where its objects have gone since."""
    ids = [oid for oid in leg.object_ids if oid in project.objects]
    try:
        return plan_run(
            project,
            leg.direction,
            origin=leg.origin,
            first=leg.first,
            last=leg.last,
            object_ids=ids,
        )
    except PromptError:
        return None
