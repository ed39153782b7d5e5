"""Tracking found objects back: new ones to where they first were, grown ones over their parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from vostool.models.engine import (
    Cancelled,
    Direction,
    Engine,
    Keyframe,
    SegmentReply,
    TrackedFrame,
    TrackRequest,
)
from vostool.runs.discovery.growing import is_part
from vostool.runs.discovery.leg import Track
from vostool.runs.discovery.memory import Memory
from vostool.runs.discovery.values import DiscoveredFrame, Looking, Step

GONE_AFTER = 3
"""Frames in a row without an object after which it was not there yet."""
REACH = 300
"""So many frames behind a look, at most, a part is replaced by the whole."""
TAKEN = 0.5
"""An object of which so much lies in another one has been confused with it."""


@dataclass(slots=True)
class Trail:
    """An object that is tracked back.

    Attributes:
        key: where it was found.
        until: of one that grew there, the frame on which it was known before. On the way to it
            only parts of the object are replaced. None for one that came into sight.
        seen: of such a one, the frame on which it was seen before; -1: on none.
        missed: frames in a row without it.
    """

    key: Keyframe
    until: int | None = None
    seen: int = -1
    missed: int = 0


def trails(
    memory: Memory,
    request: TrackRequest,
    found: Mapping[int, Sequence[Keyframe]],
    backward: bool,
) -> list[Trail]:
    """What is to be tracked back after a run.

    Args:
        request: of the run, one way; what it began with is not tracked back.
        found: the keyframes of each object, in the order of the run.
        backward: those that came into sight, as well.
    """
    behind = -1 if request.direction is Direction.FORWARD else 1
    begun = {key.object_id for key in request.keyframes}
    wanted: list[Trail] = []
    for oid, keys in found.items():
        for number, key in enumerate(keys):
            before = memory.mask(key.frame + behind, oid)
            if before is None or before.is_empty:
                if backward and key not in request.keyframes:
                    wanted.append(Trail(key))
            elif number and oid not in begun:
                known, reach = keys[number - 1].frame, key.frame + behind * REACH
                wanted.append(Trail(key, max(known, reach) if behind < 0 else min(known, reach)))
    return wanted


def trace(
    engine: Engine,
    memory: Memory,
    request: TrackRequest,
    wanted: Sequence[Trail],
    cancelled: Cancelled,
) -> Iterator[Step]:
    """Track objects against the run's direction, each until it is gone or was known before.

    Args:
        request: of the run that found them, one way.
    """
    forward = request.direction is Direction.FORWARD
    back = Direction.BACKWARD if forward else Direction.FORWARD
    frames = sorted({trail.key.frame for trail in wanted}, reverse=not forward)
    for frame in frames:
        here = [trail for trail in wanted if trail.key.frame == frame]
        keys = tuple(trail.key for trail in here)
        asked = replace(request, keyframes=keys, direction=back, origin=frame, context=())
        track = Track(engine, asked, cancelled)
        try:
            yield from _traced(track, memory, here, asked, cancelled)
        finally:
            track.close()


def _traced(
    track: Track,
    memory: Memory,
    here: list[Trail],
    request: TrackRequest,
    cancelled: Cancelled,
) -> Iterator[Step]:
    """One group of objects that were found on one frame."""
    step = 1 if request.direction is Direction.FORWARD else -1
    end = request.last + 1 if step > 0 else request.first - 1
    way = range(request.origin + step, end, step)
    for trail in here:
        trail.seen = next((f for f in way if _is_seen(memory, f, trail.key.object_id)), -1)
    for frame in way:
        here = [trail for trail in here if trail.until != frame]
        if cancelled() or not here:
            return
        tracked = track.at(frame)
        if tracked is None:
            continue
        replies: dict[int, SegmentReply] = {}
        here = [trail for trail in here if _goes_on(tracked, memory, trail, replies)]
        memory.note(frame, replies)
        if replies or tracked.problem is not None:
            back = tuple(
                (request.origin, trail.key.object_id, trail.seen)
                for trail in here
                if trail.until is None and trail.key.object_id in replies
            )
            yield DiscoveredFrame(frame, replies, tracked.problem, traced=True, back=back)
        else:
            yield Looking(frame, way.index(frame), len(way))


def _is_seen(memory: Memory, frame: int, object_id: int) -> bool:
    mask = memory.mask(frame, object_id)
    return mask is not None and not mask.is_empty


def _goes_on(
    step: TrackedFrame, memory: Memory, trail: Trail, replies: dict[int, SegmentReply]
) -> bool:
    """Take an object's mask of a frame where it is one; False where the trail ends."""
    oid = trail.key.object_id
    reply, before = step.replies.get(oid), memory.mask(step.frame, oid)
    if before is not None and not before.is_empty:
        if trail.until is None:
            return False  # an object that was lost: here it was still seen
        if reply is None or not is_part(before, reply.mask):
            return True
    if reply is None or reply.mask.is_empty:
        trail.missed += 1
        return trail.missed < GONE_AFTER
    if memory.is_taken(step.frame, oid, reply.mask, TAKEN):
        return False
    trail.missed = 0
    replies[oid] = reply
    return True
