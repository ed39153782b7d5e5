"""Which shapes of a job are the same object.

CVAT knows no identity over frames but a track's. Here it is, in this order: the track; an attribute
``object_id``; the group, together with the label (which is what we write). A shape with none of
these goes to the object of its label that is not on its frame yet and was last seen nearest to it;
where every object of the label is there already, it is a new one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vostool.io.cvat_server.job import Job
from vostool.io.cvat_server.shapes import named_attributes
from vostool.masks.box import Box
from vostool.masks.mask import Mask

OBJECT_ID = "object_id"


@dataclass(frozen=True, slots=True)
class Found:
    """One decoded shape.

    Attributes:
        kind, id: "shapes" and the shape's id, or "tracks" and the track's.
        frame: ours.
        entry: the shape or the track as the server sent it, for its label, group and attributes.
        content: a mask, a box, or None where the object is said to be absent.
        made: True where a machine made it and no person touched it since.
        values: (name, value) of its attributes on the frame.
    """

    kind: str
    id: int
    frame: int
    entry: Mapping[str, Any]
    content: Mask | Box | None
    made: bool = False
    values: tuple[tuple[str, str], ...] = ()


@dataclass
class Identities:
    """Object ids by (kind, id) of shape or track, and each object's first shape."""

    ids: dict[tuple[str, int], int] = field(default_factory=dict)
    first: dict[int, Found] = field(default_factory=dict)


_Key = tuple[object, ...]


def identify(job: Job, found: Sequence[Found]) -> Identities:
    """Give every shape an object, counted from 1; a group's or ``object_id``'s own number is kept
    where it is free."""
    keys = {id(shape): _key(job, shape) for shape in found}
    numbers = _numbers(job, found, keys)
    answer = Identities()
    last_seen: dict[int, tuple[float, float]] = {}
    labels: dict[int, list[int]] = defaultdict(list)
    next_id = max(numbers.values(), default=0) + 1
    taken = _taken(found, keys, numbers)
    for shape in sorted(found, key=lambda s: (s.frame, s.kind, s.id)):
        label = int(shape.entry["label_id"])
        key = keys[id(shape)]
        if key is not None:
            oid = numbers[key]
        else:
            free = [o for o in labels[label] if o not in taken[shape.frame]]
            near = _nearest(shape, free, last_seen)
            oid, next_id = (next_id, next_id + 1) if near is None else (near, next_id)
            taken[shape.frame].add(oid)
        if oid not in labels[label] and shape.kind == "shapes":
            labels[label].append(oid)
        answer.ids[shape.kind, shape.id] = oid
        answer.first.setdefault(oid, shape)
        if shape.content is not None:
            last_seen[oid] = _middle(shape.content)
    return answer


def _key(job: Job, shape: Found) -> _Key | None:
    label = int(shape.entry["label_id"])
    if shape.kind == "tracks":
        return ("track", shape.id)
    stated = dict(named_attributes(job, shape.entry)).get(OBJECT_ID, "").strip()
    if stated and stated != "0":
        return ("stated", label, stated)
    group = int(shape.entry.get("group") or 0)
    return ("group", label, group) if group else None


def _numbers(job: Job, found: Sequence[Found], keys: Mapping[int, _Key | None]) -> dict[_Key, int]:
    """Object ids of all that state an identity."""
    wanted = dict.fromkeys(key for shape in found if (key := keys[id(shape)]) is not None)
    numbers: dict[_Key, int] = {}
    used: set[int] = set()
    for key in wanted:
        number = int(str(key[-1])) if key[0] != "track" and str(key[-1]).isdecimal() else 0
        if 0 < number < 2**31 and number not in used:
            numbers[key] = number
            used.add(number)
    following = 1
    for key in wanted:
        if key not in numbers:
            while following in used:
                following += 1
            numbers[key] = following
            used.add(following)
    return numbers


def _taken(
    found: Sequence[Found], keys: Mapping[int, _Key | None], numbers: Mapping[_Key, int]
) -> dict[int, set[int]]:
    """Objects on each frame that state their identity."""
    taken: dict[int, set[int]] = defaultdict(set)
    for shape in found:
        key = keys[id(shape)]
        if key is not None:
            taken[shape.frame].add(numbers[key])
    return taken


def _nearest(
    shape: Found, free: Sequence[int], last_seen: Mapping[int, tuple[float, float]]
) -> int | None:
    if shape.content is None or not free:
        return None
    here = _middle(shape.content)
    return min(free, key=lambda oid: math.dist(here, last_seen.get(oid, here)))


def _middle(content: Mask | Box) -> tuple[float, float]:
    if isinstance(content, Box):
        return (content.x0 + content.x1) / 2, (content.y0 + content.y1) / 2
    x, y, width, height = content.bbox
    return x + width / 2, y + height / 2
