"""A run that tracks what is known and looks for new objects on the way: the door to discovery."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from vostool.errors import PromptError
from vostool.frames import FrameSource
from vostool.models.engine import Cancelled, Direction, Keyframe, TrackRequest
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.runs.discovery.leg import Leg
from vostool.runs.discovery.looking import Asked, Looker
from vostool.runs.discovery.memory import Memory
from vostool.runs.discovery.trace import beginnings, trace
from vostool.runs.discovery.values import DiscoveryRules, Step
from vostool.runs.request import keyframes, plan_run


def plan_discovery(
    project: Project,
    direction: Direction,
    *,
    origin: int | None = None,
    first: int = 0,
    last: int | None = None,
    object_ids: Collection[int] | None = None,
) -> TrackRequest:
    """The request of a run with discovery, as :func:`~vostool.runs.request.plan_run` makes it; it
    may begin with no object at all, and then begins where the range does.

    Args:
        origin: where the run starts; None takes the range's beginning for a forward run or both,
            its end for a backward one, also where an object's first keyframe lies further on:
            others may be found before it.

    Raises:
        PromptError: the range lies outside the source.
    """
    count = project.source.frame_count
    end = count - 1 if last is None else last
    if not 0 <= first <= end < count:
        raise PromptError(
            f"Frames {first} to {end} are not all in the source, which has 0 to {count - 1}."
        )
    if origin is None:
        origin = end if direction is Direction.BACKWARD else first
    origin = min(max(origin, first), end)
    wanted = set(project.objects if object_ids is None else object_ids) - locked_objects(project)
    if not keyframes(project, wanted):
        return TrackRequest((), direction, origin, first, end)
    return plan_run(project, direction, origin=origin, first=first, last=end, object_ids=wanted)


def discover(  # noqa: PLR0917
    project: Project,
    source: FrameSource,
    request: TrackRequest,
    rules: DiscoveryRules,
    asked: Asked,
    cancelled: Cancelled,
    tracks: bool = True,
) -> Iterator[Step]:
    """Track the request's objects and look for new ones on the way.

    The objects of the request get the masks that they get without discovery; nothing but an object
    that was lost and is seen again (:attr:`Again.JOIN`) is tracked otherwise. To be used on the
    thread of engine and finder. Between two steps clicks may be answered.
    :class:`~vostool.runs.discovery.edit.DiscoveryEdits` makes edits of the steps.

    Args:
        project: a snapshot, which does not change while the run goes.
        source: what the engine is open on.
        request: see :func:`plan_discovery`.
        tracks: False looks only, and passes over the frames between; what is seen again on a later
            look is then known by its place, size and colours alone.

    Raises:
        ModelError, PromptError, UsageError: from the engine or the finder; what was yielded stays
            true.
    """
    rules = rules if rules.start is not None else replace(rules, start=request.origin)
    memory = Memory(project, source)
    looker = Looker(memory, rules, asked, project.next_object_id())
    carried: dict[int, list[Keyframe]] = {}
    for number, way in enumerate(_ways(request.direction)):
        one_way, before = replace(request, direction=way), set(carried)
        leg = Leg(
            asked.engine, source, looker, memory, one_way, cancelled,
            found=carried, looks_at_origin=number == 0, tracks=tracks,
        )  # fmt: skip
        yield from leg.steps()
        if rules.backward and tracks:
            found = {oid: keys for oid, keys in leg.found.items() if oid not in before}
            fresh = beginnings(memory, one_way, found)
            if request.direction is Direction.BOTH:  # the next leg goes on from the origin itself
                fresh = [key for key in fresh if key.frame != request.origin]
            yield from trace(asked.engine, memory, one_way, fresh, cancelled)
        if cancelled():
            return
        carried = {
            oid: list(keys)
            for oid, keys in leg.found.items()
            if any(key.frame == request.origin for key in keys)
        }


def _ways(direction: Direction) -> tuple[Direction, ...]:
    if direction is Direction.BOTH:
        return Direction.FORWARD, Direction.BACKWARD
    return (direction,)
