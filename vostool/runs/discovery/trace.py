"""Tracking new objects from where they were found to where they first were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from vostool.models.engine import (
    Cancelled,
    Direction,
    Engine,
    Keyframe,
    SegmentReply,
    TrackedFrame,
    TrackRequest,
)
from vostool.runs.discovery.leg import Track
from vostool.runs.discovery.memory import Memory
from vostool.runs.discovery.values import DiscoveredFrame

GONE_AFTER = 3
"""Frames in a row without an object after which it was not there yet."""
TAKEN = 0.5
"""An object of which so much lies in another one has been confused with it."""


def trace(
    engine: Engine,
    memory: Memory,
    request: TrackRequest,
    keys: Sequence[Keyframe],
    cancelled: Cancelled,
) -> Iterator[DiscoveredFrame]:
    """Track objects against the run's direction, each until it is gone.

    Args:
        request: of the run that found them, one way.
        keys: where they were found, see :func:`beginnings`.
    """
    forward = request.direction is Direction.FORWARD
    back = Direction.BACKWARD if forward else Direction.FORWARD
    for frame, here in _by_frame(keys, forward):
        ids = [key.object_id for key in here]
        asked = replace(request, keyframes=here, direction=back, origin=frame, context=())
        track = Track(engine, asked, cancelled)
        try:
            yield from _traced(track, memory, frame, ids, asked, cancelled)
        finally:
            track.close()


def _traced(  # noqa: PLR0917
    track: Track,
    memory: Memory,
    origin: int,
    ids: Sequence[int],
    request: TrackRequest,
    cancelled: Cancelled,
) -> Iterator[DiscoveredFrame]:
    """One group of objects that were found on one frame."""
    missed = dict.fromkeys(ids, 0)
    step = 1 if request.direction is Direction.FORWARD else -1
    end = request.last + 1 if step > 0 else request.first - 1
    way = range(origin + step, end, step)
    until = {oid: next((f for f in way if _is_seen(memory, f, oid)), -1) for oid in ids}
    for frame in way:
        if cancelled() or not missed:
            return
        tracked = track.at(frame)
        if tracked is None:
            continue
        replies = _still_there(tracked, memory, missed)
        memory.note(frame, replies)
        if replies or tracked.problem is not None:
            back = tuple((origin, oid, until[oid]) for oid in replies)
            yield DiscoveredFrame(frame, replies, tracked.problem, traced=True, back=back)


def _still_there(
    step: TrackedFrame, memory: Memory, missed: dict[int, int]
) -> dict[int, SegmentReply]:
    """The masks of objects that are on the frame; counts in ``missed`` the frames without."""
    replies = {}
    for oid in list(missed):
        reply = step.replies.get(oid)
        if _is_seen(memory, step.frame, oid):
            del missed[oid]  # an object that was lost: here it was still seen
            continue
        if reply is None or reply.mask.is_empty:
            missed[oid] += 1
            if missed[oid] == GONE_AFTER:
                del missed[oid]
        elif memory.is_taken(step.frame, oid, reply.mask, TAKEN):
            del missed[oid]
        else:
            missed[oid] = 0
            replies[oid] = reply
    return replies


def beginnings(
    memory: Memory, request: TrackRequest, found: Mapping[int, Sequence[Keyframe]]
) -> list[Keyframe]:
    """Where objects came into sight for a run: not what it began with, nor where it followed them.

    Args:
        found: the keyframes of each object.
    """
    behind = -1 if request.direction is Direction.FORWARD else 1

    def begins(key: Keyframe) -> bool:
        before = memory.mask(key.frame + behind, key.object_id)
        return key not in request.keyframes and (before is None or before.is_empty)

    return [key for keys in found.values() for key in keys if begins(key)]


def _is_seen(memory: Memory, frame: int, object_id: int) -> bool:
    mask = memory.mask(frame, object_id)
    return mask is not None and not mask.is_empty


def _by_frame(keys: Sequence[Keyframe], forward: bool) -> list[tuple[int, tuple[Keyframe, ...]]]:
    """What was found on each frame, in the order of the run."""
    groups: dict[int, tuple[Keyframe, ...]] = {}
    for key in keys:
        groups[key.frame] = (*groups.get(key.frame, ()), key)
    return sorted(groups.items(), reverse=not forward)
