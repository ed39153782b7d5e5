"""Going on with a run with discovery that was stopped, as if it had not been.

All it knew comes from the project, and from the notes of how far it was and what its looks found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from vostool.models.engine import Direction, Keyframe, TrackRequest
from vostool.project.changes import Cell, Edit, Table
from vostool.project.project import Project
from vostool.runs.discovery.leg import Leg
from vostool.runs.discovery.memory import Memory
from vostool.runs.discovery.piece import Discovery, Reached, Sighting
from vostool.runs.discovery.plan import plan_discovery
from vostool.runs.request import keyframes

Keys = dict[int, list[Keyframe]]


def as_reached(project: Project, piece: Discovery, reached: Reached) -> Project:
    """A copy of the project as it was when the last frame was done that is known to be done.

    What was found in the leg in work keeps its masks from there to that frame: those beyond are
    made again, and so is the way back, which follows the leg.
    """
    copy, at = project.snapshot(), reached.at
    if at is None or not piece.tracks:
        return copy
    begun: dict[int, int] = {}
    for frame, oid in _of_leg(piece, reached):
        if oid >= reached.first_new:
            begun.setdefault(oid, frame)
    gone = [
        (frame, oid)
        for oid, found in begun.items()
        for frame in copy.masks.row(oid)
        if not min(found, at) <= frame <= max(found, at)
    ]
    for found, oid, until in reached.back:
        if (found, oid) in _of_leg(piece, reached):
            gone += [(frame, oid) for frame in _way_back(piece, reached, found, until)]
    cells = [Cell(Table.MASKS, key) for key in dict.fromkeys(gone) if _is_tracked(copy, key)]
    copy.apply(Edit("", tuple(copy.change(cell, None) for cell in cells)))
    return copy


def without_keys(request: TrackRequest, seen: Collection[Sighting]) -> TrackRequest:
    """The request as it was before the run's own looks found lost objects again."""
    keys = tuple(k for k in request.keyframes if (k.frame, k.object_id) not in seen)
    return replace(request, keyframes=keys)


def recall(memory: Memory, request: TrackRequest, reached: Reached) -> None:
    """Know what the run gave until it was stopped."""
    at = reached.at
    if at is None:
        return
    done = [*_between(request.origin, at)]
    if reached.leg:
        done += range(request.origin + 1, request.last + 1)
    found = {oid for _, oid in reached.seen}
    for oid in memory.project.objects:
        new = oid in found and oid >= reached.first_new
        memory.recall(oid, list(memory.project.masks.row(oid)) if new else done)


def carried_keys(project: Project, request: TrackRequest, reached: Reached) -> Keys:
    """What the second way of a run begins with: what was found on the origin itself."""
    return _keys(project, request, [each for each in reached.seen if each[0] == request.origin])


def go_on(leg: Leg, whole: TrackRequest, reached: Reached) -> None:
    """Let the leg in work of a whole run begin behind the last frame that is done."""
    at, memory, way = reached.at, leg.memory, leg.request.direction
    assert at is not None
    carried = [each for each in reached.seen if each[1] in leg.found and each[0] == whole.origin]
    own = carried + _of_leg(whole, reached)
    leg.found = _keys(memory.project, whole, own)
    rest = plan_discovery(
        memory.project, way, origin=at, first=whole.first, last=whole.last,
        object_ids={key.object_id for key in whole.keyframes},
    )  # fmt: skip
    leg.request, leg.begun = without_keys(rest, reached.seen), True
    for oid in leg.found:
        begin = next(frame for frame, found in own if found == oid)
        masks = [(frame, memory.shown(frame, oid)) for frame in _between(begin, at)]
        given = [(m, (frame, oid) in reached.seen) for frame, m in masks if m is not None]
        before = memory.seen(oid) - sum(not mask.is_empty for mask, _ in given)
        leg.patience.recall(oid, given, before)


def _of_leg(request: TrackRequest | Discovery, reached: Reached) -> list[Sighting]:
    """What the looks of the way in work found."""
    if request.direction is not Direction.BOTH:
        return list(reached.seen)
    return [each for each in reached.seen if (each[0] < request.origin) == bool(reached.leg)]


def _way_back(piece: Discovery, reached: Reached, found: int, until: int) -> range:
    """The frames between where an object was found and where it had been seen before."""
    forward = piece.direction is not Direction.BACKWARD and not reached.leg
    if forward:
        return range(found - 1, max(until, piece.first - 1), -1)
    return range(found + 1, piece.last + 1 if until < 0 else until)


def _is_tracked(project: Project, key: tuple[int, int]) -> bool:
    record = project.masks.get(*key)
    return record is not None and not record.is_kept and key not in project.prompts


def _keys(project: Project, request: TrackRequest, seen: Iterable[Sighting]) -> Keys:
    """By object, its keyframes before the run, and behind them those of its sightings."""
    listed = list(seen)
    ids = {oid for _, oid in listed if oid in project.objects}
    known = {(key.frame, key.object_id): key for key in keyframes(project, ids)}
    keys: Keys = {}
    for place in listed:
        if place in known:
            before = [k for k in request.keyframes if k.object_id == place[1]]
            keys.setdefault(place[1], before).append(known[place])
    return keys


def _between(start: int, end: int) -> range:
    """Frames from one to the other, both included, whichever way that is."""
    return range(start, end + 1) if start <= end else range(start, end - 1, -1)
