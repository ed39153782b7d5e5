"""A run that tracks what is known and looks for new objects on the way: the door to discovery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vostool.frames import FrameSource
from vostool.models.engine import Cancelled, Direction, TrackRequest
from vostool.project.project import Project
from vostool.runs.discovery.leg import Leg
from vostool.runs.discovery.looking import Asked, Looker
from vostool.runs.discovery.memory import Memory
from vostool.runs.discovery.offers import looks_of_offers
from vostool.runs.discovery.piece import NOT_BEGUN, Reached
from vostool.runs.discovery.resuming import (
    carried_keys,
    go_on,
    recall,
    without_keys,
)
from vostool.runs.discovery.trace import trace, trails
from vostool.runs.discovery.values import DiscoveredFrame, DiscoveryRules, Step


def discover(  # noqa: PLR0917
    project: Project,
    source: FrameSource,
    request: TrackRequest,
    rules: DiscoveryRules,
    asked: Asked,
    cancelled: Cancelled,
    tracks: bool = True,
    reached: Reached = NOT_BEGUN,
) -> Iterator[Step]:
    """Track the request's objects and look for new ones on the way.

    The objects of the request get the masks that they get without discovery; nothing but an object
    that was lost and is seen again (:attr:`Again.JOIN`) is tracked otherwise. To be used on the
    thread of engine and finder. Between two steps clicks may be answered.
    :class:`~vostool.runs.discovery.edit.DiscoveryEdits` makes edits of the steps.

    Args:
        project: a snapshot, which does not change while the run goes.
        source: what the engine is open on.
        request: see :func:`plan_discovery`; of the whole run, also where it goes on.
        tracks: False looks only, and passes over the frames between; what is seen again on a later
            look is then known by its place, size and colours alone.
        reached: how far the run came before it was stopped; ``project`` then comes from
            :func:`~vostool.runs.discovery.resuming.as_reached`.

    Raises:
        ModelError, PromptError, UsageError: from the engine or the finder; what was yielded stays
            true.
    """
    rules = rules if rules.start is not None else replace(rules, start=request.origin)
    request = without_keys(request, reached.seen)
    memory = Memory(project, source)
    recall(memory, request, reached)
    looks = looks_of_offers(project, source)
    looker = Looker(memory, rules, asked, project.next_object_id(), looks)
    carried = carried_keys(project, request, reached) if reached.leg else {}
    for number, way in enumerate(_ways(request.direction)):
        if number < reached.leg:
            continue
        leg = Leg(
            asked.engine, source, looker, memory, replace(request, direction=way), cancelled,
            found=carried, looks_at_origin=number == 0, tracks=tracks,
        )  # fmt: skip
        before = set(carried)
        if reached.at is not None and number == reached.leg:
            go_on(leg, request, reached)
        for step in leg.steps():
            yield replace(step, leg=number) if isinstance(step, DiscoveredFrame) else step
        if tracks:
            found = {oid: keys for oid, keys in leg.found.items() if oid not in before}
            fresh = trails(memory, leg.request, found, rules.backward)
            if request.direction is Direction.BOTH:  # the next leg goes on from the origin itself
                fresh = [trail for trail in fresh if trail.key.frame != request.origin]
            yield from trace(asked.engine, memory, leg.request, fresh, cancelled)
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
