"""What one part of a run is about, as values that can be stored and run again later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vostool.models.engine import Direction, TrackRequest
from vostool.project.changes import Json
from vostool.runs.blends import BlendSpan
from vostool.runs.discovery.piece import Discovery, discovery_from_json, discovery_json
from vostool.runs.keyframes import Span
from vostool.runs.ranges import RangeLeg


@dataclass(frozen=True, slots=True)
class SpanOf:
    """A span of some objects or (None) of all."""

    span: Span
    object_ids: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Agreeing:
    """One object from a corrected frame one way, to the end of the wrong stretch.

    Attributes:
        bound: the last frame, this way, that was said to be wrong; behind it the leg ends where
            the track is as it was.
    """

    leg: RangeLeg
    bound: int

    @property
    def object_ids(self) -> tuple[int, ...]:
        """The object, alone."""
        return self.leg.object_ids


@dataclass(frozen=True, slots=True)
class Carried:
    """What a correction changes, from the corrected frame one way."""

    leg: RangeLeg

    @property
    def object_ids(self) -> tuple[int, ...]:
        """Those that were corrected."""
        return self.leg.object_ids


Piece = RangeLeg | SpanOf | BlendSpan | Discovery | Agreeing | Carried
"""A request from one frame, a restart at an annotated frame, a span tracked from both sides, a run
that looks for new objects, or what a correction changes: of a wrong stretch, or of the track."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The frames ``first``..``last`` that a run goes through, and whose masks it makes (None: all
    objects')."""

    first: int
    last: int
    object_ids: tuple[int, ...] | None


def reach_of(piece: Piece) -> Reach:
    """Where a piece of a run comes to."""
    if isinstance(piece, Agreeing | Carried):
        return reach_of(piece.leg)
    if isinstance(piece, SpanOf):
        return Reach(piece.span.start, piece.span.end, piece.object_ids)
    if isinstance(piece, BlendSpan):
        return Reach(piece.left, piece.right, tuple(piece.object_ids))
    if isinstance(piece, Discovery) and (piece.whole or not piece.tracks):
        return Reach(piece.first, piece.last, None)
    first = piece.origin if piece.direction is Direction.FORWARD else piece.first
    last = piece.origin if piece.direction is Direction.BACKWARD else piece.last
    ids = None if isinstance(piece, Discovery) else piece.object_ids
    return Reach(first, last, ids)


def leg_of(request: TrackRequest) -> RangeLeg:
    """The piece of a request that is made already."""
    ids = tuple(sorted({key.object_id for key in request.keyframes}))
    return RangeLeg(request.direction, request.origin, request.first, request.last, ids)


def piece_json(piece: Piece) -> Json:
    """For the project's settings."""
    if isinstance(piece, Discovery):
        return discovery_json(piece)
    if isinstance(piece, Agreeing):
        return {**_leg_json(piece.leg), "bound": piece.bound}
    if isinstance(piece, Carried):
        return {**_leg_json(piece.leg), "carried": True}
    if isinstance(piece, RangeLeg):
        return _leg_json(piece)
    if isinstance(piece, SpanOf):
        span = piece.span
        ids: Json = None if piece.object_ids is None else [*piece.object_ids]
        return {"span": [span.start, span.end], "again": span.from_result, "objects": ids}
    return {"between": [piece.left, piece.right], "objects": [*piece.object_ids]}


def piece_from_json(stored: object, frame_count: int) -> Piece | None:
    """None for what is no piece of a run through so many frames."""
    if not isinstance(stored, Mapping):
        return None
    if "discover" in stored:
        return discovery_from_json(stored, frame_count)
    listed = _numbers(stored.get("objects"))
    if listed is None and stored.get("objects", "") is not None:
        return None
    ids = None if listed is None else tuple(listed)
    for name, count in (("leg", 3), ("span", 2), ("between", 2)):
        frames = _numbers(stored.get(name))
        if frames is not None and len(frames) == count and max(frames) < frame_count:
            return _made(name, frames, stored, ids)
    return None


def _made(
    name: str, frames: list[int], stored: Mapping[str, object], ids: tuple[int, ...] | None
) -> Piece | None:
    if name == "span":
        start, end = frames
        return SpanOf(Span(start, end, stored.get("again") is True), ids) if start <= end else None
    if ids is None:
        return None
    if name == "between":
        left, right = frames
        return BlendSpan(left, right, ids) if left < right else None
    origin, first, last = frames
    ways = {way.value: way for way in Direction}
    way = ways.get(str(stored.get("way")))
    if way is None or not first <= origin <= last:
        return None
    leg, bound = RangeLeg(way, origin, first, last, ids), stored.get("bound")
    if bound is None:
        return Carried(leg) if stored.get("carried") is True else leg
    return Agreeing(leg, bound) if type(bound) is int and bound >= 0 and len(ids) == 1 else None


def _leg_json(leg: RangeLeg) -> dict[str, Json]:
    numbers: list[Json] = [leg.origin, leg.first, leg.last]
    return {"leg": numbers, "way": leg.direction.value, "objects": [*leg.object_ids]}


def _numbers(value: object) -> list[int] | None:
    """Whole numbers from 0, or None where it is anything else."""
    if not isinstance(value, list):
        return None
    return value if all(type(each) is int and each >= 0 for each in value) else None
