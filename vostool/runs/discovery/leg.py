"""One direction of a run with discovery: the engine's steps, with looks for new objects between.

The objects that the run began with are tracked by a run of their own, exactly as without discovery.
Those that were found are tracked by a second one beside it, which begins again, with their last
masks as context, whenever another one joins them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field

from vostool.errors import SourceError
from vostool.frames import FrameSource
from vostool.models.engine import (
    Cancelled,
    Direction,
    Engine,
    Keyframe,
    SegmentReply,
    TrackedFrame,
    TrackRequest,
)
from vostool.project.prompts import Prompts
from vostool.runs.discovery.looking import Looker, closing_if_possible
from vostool.runs.discovery.memory import Memory
from vostool.runs.discovery.patience import Patience
from vostool.runs.discovery.values import (
    Again,
    DiscoveredFrame,
    News,
    SeenAgain,
    Step,
    StillThere,
)
from vostool.runs.request import CONTEXT_FRAMES


class Track:
    """A run of the engine that is stepped frame by frame; it may skip frames, as runs do."""

    def __init__(self, engine: Engine, request: TrackRequest, cancelled: Cancelled) -> None:
        self._steps = engine.track(request, cancelled)
        self._ahead: TrackedFrame | None = None
        self._forward = request.direction is Direction.FORWARD

    def at(self, frame: int) -> TrackedFrame | None:
        """The step of this frame; None where the run has none."""
        while True:
            if self._ahead is None:
                self._ahead = next(self._steps, None)
            step = self._ahead
            if step is None or self._lies_ahead(step.frame, frame):
                return None
            self._ahead = None
            if step.frame == frame:
                return step

    def close(self) -> None:
        """Let the engine give back what it holds for the run."""
        with closing_if_possible(self._steps):
            pass

    def _lies_ahead(self, frame: int, here: int) -> bool:
        return frame > here if self._forward else frame < here


@dataclass
class Leg:
    """One direction of a run.

    Args:
        request: one way, of the objects that are known; without a keyframe there are none.
        found: keyframes of objects that were found before the leg, by id; it adds its own.
        looks_at_origin: False where that was looked at before.
        begun: the origin is done: an earlier run stored what was found there and before.
        tracks: False to look only, and to pass over the frames between.
    """

    engine: Engine
    source: FrameSource
    looker: Looker
    memory: Memory
    request: TrackRequest
    cancelled: Cancelled
    found: dict[int, list[Keyframe]] = field(default_factory=dict)
    looks_at_origin: bool = True
    tracks: bool = True
    begun: bool = False
    patience: Patience = field(default_factory=Patience)
    _second: Track | None = None

    def steps(self) -> Iterator[Step]:
        """Every frame of the leg, in order."""
        request = self.request
        known = self.tracks and bool(request.keyframes)
        first = Track(self.engine, request, self.cancelled) if known else None
        overdue = False
        try:
            if self.found and self.tracks:
                self._restart(request.origin)
            for frame in _frames(request)[int(self.begun) :]:
                if self.cancelled():
                    return
                due = overdue or self._is_due(frame)
                if not due and not self.tracks:
                    continue
                step = self._tracked(first, frame)
                news: list[News] = []
                if due:
                    problem = yield from self._look(frame)
                    if self.cancelled():
                        return
                    overdue = problem is not None
                    news = self.looker.news
                    step = self._with_news(step, news, problem)
                yield step
                lost = self._loses(step)
                if self.tracks and (lost or any(map(_joins, news))):
                    self._restart(frame)
        finally:
            for track in (first, self._second):
                if track is not None:
                    track.close()

    def _is_due(self, frame: int) -> bool:
        origin = self.request.origin
        if frame == origin and not self.looks_at_origin:
            return False
        return self.looker.rules.looks_at(frame, origin)

    def _tracked(self, first: Track | None, frame: int) -> DiscoveredFrame:
        """What both runs give for a frame; a lost object that joined the second is the second's."""
        replies: dict[int, SegmentReply] = {}
        problem: str | None = None
        for track in (first, self._second):
            step = None if track is None else track.at(frame)
            if step is None:
                continue
            own = track is self._second
            replies |= {o: r for o, r in step.replies.items() if own or o not in self.found}
            problem = problem or step.problem
        self.memory.note(frame, replies)
        return DiscoveredFrame(frame, replies, problem)

    def _look(self, frame: int) -> Generator[Step, None, str | None]:
        """Look for new objects; returns the problem where the frame cannot be read."""
        self.looker.news = []
        try:
            picture = self.source.frame(frame)
        except SourceError as error:
            return str(error)
        yield from self.looker.look(frame, picture, self.cancelled)
        return None

    def _with_news(
        self, step: DiscoveredFrame, news: list[News], problem: str | None
    ) -> DiscoveredFrame:
        """The step with the masks of what was found, which become keyframes."""
        frame, replies = step.frame, dict(step.replies)
        for said in news:
            if _joins(said) and not isinstance(said, StillThere):
                replies[said.object_id] = SegmentReply(said.mask, said.score)
                self.patience.found(said.object_id)
                keys = self.found.setdefault(said.object_id, self._known_keys(said.object_id))
                keys.append(Keyframe(frame, said.object_id, Prompts(mask=said.mask), said.mask))
        self.memory.note(frame, replies)
        return DiscoveredFrame(frame, replies, step.problem or problem, tuple(news))

    def _known_keys(self, object_id: int) -> list[Keyframe]:
        return [key for key in self.request.keyframes if key.object_id == object_id]

    def _loses(self, step: DiscoveredFrame) -> bool:
        """Count the frames without each found object; True where one is lost from now on."""
        lost = False
        for oid in self.found:
            reply = step.replies.get(oid)
            if reply is not None:
                lost |= self.patience.note(oid, reply.mask, self.memory.seen(oid))
        return lost

    def _restart(self, frame: int) -> None:
        """Track all that was found from this frame on; its own masks there stand already."""
        if self._second is not None:
            self._second.close()
        self._second = None
        forward = self.request.direction is Direction.FORWARD
        found = {o: k for o, k in self.found.items() if o not in self.patience.given_up}
        if not found:
            return
        keys = tuple(sorted(_all(found), key=lambda k: (k.frame, k.object_id)))
        here = {key.object_id for key in keys if key.frame == frame}
        context = tuple(
            Keyframe(seen, oid, None, mask)
            for oid in sorted(found)
            if oid not in here
            # The mask of this frame is known as well, but an engine begins by making it.
            for seen, mask in self.memory.recent(oid, frame, forward, CONTEXT_FRAMES)
        )
        ordered = tuple(sorted(context, key=lambda k: (k.frame, k.object_id)))
        request = TrackRequest(
            keys, self.request.direction, frame, self.request.first, self.request.last, ordered,
            self.request.memory, self.request.learned,
        )  # fmt: skip
        self._second = Track(self.engine, request, self.cancelled)


def _joins(said: News) -> bool:
    """True for what is tracked on from here."""
    if isinstance(said, StillThere):
        return False
    return not isinstance(said, SeenAgain) or said.answer is Again.JOIN


def _all(found: Mapping[int, list[Keyframe]]) -> Iterator[Keyframe]:
    for keys in found.values():
        yield from keys


def _frames(request: TrackRequest) -> range:
    if request.direction is Direction.FORWARD:
        return range(request.origin, request.last + 1)
    return range(request.origin, request.first - 1, -1)
