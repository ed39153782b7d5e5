"""A small film whose truth is known, and an engine and a finder that see just that truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from told_engine import ToldEngine

from vostool.evaluate.array_source import ArraySource
from vostool.finders.concepts import ConceptFrame
from vostool.finders.finder import Candidate, FinderInfo, Look, Question, View, Way
from vostool.finders.phrases import check_phrases
from vostool.frames import SourceRef
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.models.engine import (
    Direction,
    Keyframe,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
    tracked_span,
)
from vostool.project.project import Project

COLOURS = (
    (30, 30, 30),
    (220, 40, 40),
    (40, 200, 60),
    (50, 60, 230),
    (230, 220, 30),
    (200, 40, 210),
)


class World:
    """Squares on a dark ground.

    Args:
        ids: (T, H, W) the square on each pixel, 0 for none.
    """

    def __init__(self, ids: np.ndarray) -> None:
        self.ids = ids
        palette = np.array(COLOURS, np.uint8)
        self.source = ArraySource([palette[frame] for frame in ids])

    def mask(self, frame: int, square: int) -> Mask:
        return Mask.from_array(self.ids[frame] == square)

    def project(self) -> Project:
        info = self.source.info
        return Project(
            SourceRef(
                info.path, "images", 0, "", info.width, info.height, info.frame_count, info.rate
            )
        )


def squares(frames: int, *shown: tuple[int, range, int, int], side: int = 20) -> np.ndarray:
    """Ids of a film of 96x64 pixels: (square, its frames, x and y of its corner); it moves right
    by a pixel a frame."""
    ids = np.zeros((frames, 64, 96), np.int32)
    for square, when, x, y in shown:
        for frame in when:
            left = x + frame - when[0]
            ids[frame, y : y + side, left : left + side] = square
    return ids


class SeeingEngine(ToldEngine):
    """Tracks the square under each keyframe, in every direction, and makes masks of boxes.

    Args:
        forgets: a square that was hidden is lost for good, as it often is.
    """

    def __init__(self, world: World, *, forgets: bool = False) -> None:
        super().__init__("flow", "Seeing")
        self.world, self.forgets = world, forgets
        self.open(world.source)

    def segment(self, request: SegmentRequest) -> SegmentReply:
        box = request.prompts.box
        assert box is not None
        inside = np.zeros(self.world.ids.shape[1:], bool)
        inside[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)] = True
        return SegmentReply(self._square(request.frame, request.frame, inside), 0.9)

    def track(self, request: TrackRequest, cancelled: Callable[[], bool]) -> Iterator[TrackedFrame]:
        self.requests.append(request)
        if request.direction is not Direction.BACKWARD:
            yield from self._leg(request, True, cancelled)
        if request.direction is not Direction.FORWARD:
            yield from self._leg(request, False, cancelled)

    def _leg(self, request, forward, cancelled):
        ids = sorted({key.object_id for key in request.keyframes})
        spans = {oid: tracked_span(request, oid, forward) for oid in ids}
        way = range(request.origin, request.last + 1)
        if not forward:
            way = range(request.origin, request.first - 1, -1)
        for frame in way:
            if cancelled():
                return
            self._source.frame(frame)
            yield TrackedFrame(
                frame,
                {
                    oid: SegmentReply(self._mask(request, oid, frame), 0.9)
                    for oid, span in spans.items()
                    if span is not None and frame in span
                },
            )

    def _mask(self, request: TrackRequest, oid: int, frame: int) -> Mask:
        keys = [key for key in request.keyframes if key.object_id == oid]
        nearest: Keyframe = min(keys, key=lambda key: abs(key.frame - frame))
        assert nearest.mask is not None
        mask = self._square(nearest.frame, frame, nearest.mask.to_array())
        if self.forgets and not mask.is_empty:
            square = int(self.world.ids[frame][mask.to_array()].max())
            between = self.world.ids[min(nearest.frame, frame) : max(nearest.frame, frame)]
            if not (between == square).any((1, 2)).all():
                return Mask.empty(mask.height, mask.width)
        return mask

    def _square(self, known: int, frame: int, inside: np.ndarray) -> Mask:
        under = self.world.ids[known][inside]
        counts = np.bincount(under[under > 0])
        if not counts.any():
            return Mask.empty(*inside.shape)
        return self.world.mask(frame, int(counts.argmax()))


class SeeingFinder:
    """Finds every square of a frame, in two looks.

    Args:
        boxes: give boxes alone.
        label: of every candidate.

    Attributes:
        views: what it was asked to look at.
    """

    def __init__(self, world: World, *, boxes: bool = False, label: str = "") -> None:
        self.world, self.boxes, self.label = world, boxes, label
        self.views: list[View] = []
        self.closed = False

    @property
    def info(self) -> FinderInfo:
        return FinderInfo("seeing", "Seeing", tuple(Way))

    def find(self, view: View, question: Question) -> Iterator[Look]:
        self.views.append(view)
        found = []
        numbers = [int(n) for n in np.unique(self.world.ids[view.frame]) if n]
        yield Look(0, 2)
        for number in numbers:
            mask = self.world.mask(view.frame, number)
            x, y, width, height = mask.bbox
            box = Box(x, y, x + width, y + height)
            score = 1 - number / 10
            found.append(Candidate(box, score, self.label, None if self.boxes else mask))
        yield Look(2, 2, tuple(found))

    def close(self) -> None:
        self.closed = True


class SeeingTracker:
    """Detects and tracks the squares that have a name, one number each, two frames late.

    Args:
        names: by square, the phrase that it answers to.
        also: squares that answer to a second phrase, and then are told twice.
    """

    def __init__(
        self, world: World, names: dict[int, str], also: dict[int, str] | None = None
    ) -> None:
        self.world, self.names, self.also = world, names, also or {}
        self.closed = 0

    @property
    def info(self) -> FinderInfo:
        return FinderInfo("seeing-video", "Seeing, whole video", (Way.TEXT,))

    def follow(self, source, phrases, frames, cancelled, *, most=255, least=None):
        wanted = {phrase.casefold() for phrase in check_phrases(phrases)}
        return self._steps(source, wanted, frames, cancelled)

    def _steps(self, source, wanted, frames, cancelled):
        numbers: dict[tuple[int, str], int] = {}
        late: list[ConceptFrame] = []
        for frame in frames:
            if cancelled():
                break
            source.frame(frame)
            late.append(self._told(frame, wanted, numbers))
            yield late.pop(0) if len(late) == 3 else None
        if not cancelled():
            yield from late

    def _told(self, frame, wanted, numbers) -> ConceptFrame:
        replies, labels = {}, {}
        for score, names in ((0.9, self.names), (0.8, self.also)):
            for square, name in names.items():
                mask = self.world.mask(frame, square)
                if name.casefold() in wanted and not mask.is_empty:
                    number = numbers.setdefault((square, name), len(numbers) + 1)
                    replies[number], labels[number] = SegmentReply(mask, score), name
        return ConceptFrame(TrackedFrame(frame, replies), labels)

    def close(self) -> None:
        self.closed += 1
