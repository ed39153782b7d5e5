"""A run by a model that detects and tracks in one: its objects become the project's.

What the model follows is new unless it lies on an object that is known: then it *is* that object,
and fills the frames on which this has no mask. Masks that are there stay, whoever made them. Each
object keeps one number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from vostool.finders.concepts import ConceptFrame, ConceptTracker
from vostool.finders.identity import NewRules
from vostool.frames import FrameSource
from vostool.masks.crop import difference, intersection
from vostool.masks.mask import Mask
from vostool.models.engine import Cancelled, SegmentReply, TrackRequest
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.runs.discovery.piece import NOT_BEGUN, Reached
from vostool.runs.discovery.values import DiscoveredFrame, Found

SAME = 0.5
"""From this intersection over union on what is followed is the object that is there."""
WARMS_UP = 32
"""Frames that the model sees before the last one that is done, where a run goes on: it says nothing
of what it has not seen for 15."""


@dataclass(frozen=True)
class Followed:
    """What is asked of such a run.

    Attributes:
        phrases: what to look for, each a label of its own.
        new: when something is a new object.
        least: how sure of it the model must be, 0..1; None takes the model's own.
    """

    phrases: tuple[str, ...]
    new: NewRules = field(default_factory=NewRules)
    least: float | None = None


def follow(  # noqa: PLR0917
    project: Project,
    source: FrameSource,
    request: TrackRequest,
    tracker: ConceptTracker,
    asked: Followed,
    cancelled: Cancelled,
    reached: Reached = NOT_BEGUN,
) -> Iterator[DiscoveredFrame | None]:
    """Go through a request's frames from its first to its last; None is work between two frames.

    :class:`~vostool.runs.discovery.edit.DiscoveryEdits` makes edits of the steps.

    Args:
        project: a snapshot, which does not change while the run goes.
        request: its range counts; its objects are not tracked.
        reached: how far the run came before it was stopped. The model then looks again from where
            all that was found is seen once more, and knows it; nothing of those frames is changed.

    Raises:
        UsageError: a phrase that makes no sense.
        ModelError: from the tracker; what was yielded stays true.
    """
    new = {oid for _, oid in reached.seen if oid >= reached.first_new and oid in project.objects}
    numbering = _Numbering(project, asked.new, new)
    first = request.first
    if reached.at is not None:
        first = max(first, _seen_from(project, new, reached.at) - WARMS_UP)
    frames = range(first, request.last + 1)
    steps = tracker.follow(
        source, asked.phrases, frames, cancelled,
        most=asked.new.max_objects, least=asked.least,
    )  # fmt: skip
    for step in steps:
        if step is None:
            yield None
        elif reached.at is not None and step.step.frame <= reached.at:
            numbering.know(step)
            yield None
        else:
            yield numbering.step(step)


def _seen_from(project: Project, object_ids: Collection[int], at: int) -> int:
    """The latest frame from which on every one of these objects is seen until frame ``at``."""
    rows = [project.masks.row(oid) for oid in object_ids]
    seen = [[f for f, r in row.items() if f <= at and not r.mask.is_empty] for row in rows]
    return min((max(frames, default=at) for frames in seen), default=at)


class _Numbering:
    """Which of the model's objects are which of the project's."""

    def __init__(self, project: Project, rules: NewRules, found_before: Collection[int]) -> None:
        self._project, self._rules = project, rules
        self._room = max(rules.max_objects - len(project.objects) + len(found_before), 0)
        self._locked = locked_objects(project)
        self._next = project.next_object_id()
        self._own_ids = set(found_before)
        self._new: dict[int, int] = {}
        self._known: dict[int, int] = {}

    def know(self, told: ConceptFrame) -> None:
        """A frame that is done: what the model follows there is what was found then."""
        there = self._masks(told.step.frame)
        for number, reply in self._in_order(told.step.replies):
            if number in self._new or number in self._known:
                continue
            same = self._same(there, reply.mask)
            if same is not None:
                (self._new if same in self._own_ids else self._known)[number] = same

    def step(self, told: ConceptFrame) -> DiscoveredFrame:
        frame = told.step.frame
        there = self._masks(frame)
        replies: dict[int, SegmentReply] = {}
        news: list[Found] = []
        followed: list[Mask] = []
        for number, reply in self._in_order(told.step.replies):
            if number in self._new:
                replies[self._new[number]] = reply
            elif (same := self._known.get(number) or self._same(there, reply.mask)) is not None:
                self._known[number] = same
                self._fill(frame, same, reply, replies)
            elif len(self._own_ids) < self._room:
                own = self._own(reply.mask, [*there.values(), *followed])
                if own is None:
                    continue
                news.append(self._found(frame, number, own, told.labels[number], reply.score))
            followed.append(reply.mask)
        problem = told.step.problem
        if problem is None:
            replies |= self._gone(frame, {*replies, *(found.object_id for found in news)})
        return DiscoveredFrame(frame, replies, problem, tuple(news))

    def _in_order(self, replies: Mapping[int, SegmentReply]) -> list[tuple[int, SegmentReply]]:
        """Objects that have a number already, then the surest: two phrases may see one thing."""
        named = {*self._new, *self._known}
        return sorted(replies.items(), key=lambda one: (one[0] not in named, -one[1].score, one[0]))

    def _masks(self, frame: int) -> dict[int, Mask]:
        return {
            oid: record.mask
            for oid, record in self._project.masks.at(frame).items()
            if not record.mask.is_empty
        }

    def _same(self, there: Mapping[int, Mask], mask: Mask) -> int | None:
        """The known object that this one is; one that another is already is none."""
        taken = {*self._known.values(), *self._new.values()}
        alike = {oid: mask.iou(known) for oid, known in there.items() if oid not in taken}
        best = max(alike, key=lambda oid: alike[oid], default=None)
        return best if best is not None and alike[best] >= SAME else None

    def _fill(
        self, frame: int, object_id: int, reply: SegmentReply, replies: dict[int, SegmentReply]
    ) -> None:
        there = self._project.masks.get(frame, object_id)
        if there is None and object_id not in self._locked:
            replies.setdefault(object_id, reply)

    def _own(self, mask: Mask, known: Collection[Mask]) -> Mask | None:
        """What of a mask lies outside the known objects, where that makes it a new one."""
        rest = mask
        for other in known:
            if not intersection(rest, other).is_empty:
                rest = difference(rest, other)
        new = rest.area >= max(self._rules.min_area, self._rules.outside * mask.area)
        return rest if new else None

    def _found(self, frame: int, number: int, mask: Mask, label: str, score: float) -> Found:
        self._new[number] = self._next
        self._own_ids.add(self._next)
        self._next += 1
        return Found(frame, self._new[number], mask, label, score)

    def _gone(self, frame: int, here: Collection[int]) -> dict[int, SegmentReply]:
        """Found objects that are not seen on the frame, as every engine tells it: an empty mask."""
        info = self._project.source
        empty = Mask.empty(info.height, info.width)
        return {oid: SegmentReply(empty, 0.0) for oid in self._own_ids if oid not in here}
