"""What a run with discovery is about, as values that can be stored and run again later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vostool.errors import UsageError
from vostool.finders.finder import Grid, Question, Way
from vostool.finders.identity import NewRules
from vostool.models.engine import Direction
from vostool.project.changes import Json
from vostool.runs.discovery.values import Again, DiscoveryRules

Sighting = tuple[int, int]
"""A frame and the id of an object that a look found there: a new one, or one that was lost."""
WayBack = tuple[int, int, int]
"""A sighting from which the object is tracked back, and the frame up to which it was seen before
the way back began; -1: on none."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """One run from ``origin`` within ``first``..``last`` that looks for new objects.

    Attributes:
        object_ids: of the known objects that it tracks.
        finder: the name of the model that looks.
        first_new: what it finds gets this number or a higher one.
        tracks: False looks only.
        whole: ``finder`` detects and tracks by itself, from the first frame to the last.
    """

    question: Question
    direction: Direction
    origin: int
    first: int
    last: int
    object_ids: tuple[int, ...]
    rules: DiscoveryRules
    finder: str
    first_new: int
    tracks: bool = True
    whole: bool = False

    def __len__(self) -> int:
        """Frames, each counted once for each way; without tracking, those that are looked at."""
        return self.count(None)

    def count(self, at: int | None) -> int:
        """As the length, up to and with the frame that was tracked last; None: all of them."""
        origin, done = self.origin, at
        ahead, back = range(origin, self.last + 1), range(origin, self.first - 1, -1)
        if self.whole:
            ahead = range(self.first, self.last + 1)
        way = [*ahead] if self.whole or self.direction is not Direction.BACKWARD else []
        if done is not None and way and done >= way[0]:
            way = [frame for frame in way if frame <= done]
        elif not self.whole and self.direction is not Direction.FORWARD:
            way += [frame for frame in back if done is None or frame >= done]
        looks = self.tracks or self.whole
        return sum(looks or self.rules.looks_at(frame, origin) for frame in way)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far such a run came before it was stopped.

    Attributes:
        at: the last frame that is done, its look included; None before the first.
        seen: what its looks found, in that order, those before an earlier stop included.
        back: the ways back that it has begun.
        leg: 0 for the first way of the run, 1 for the second.
        first_new: what it found has this number or a higher one.
    """

    at: int | None = None
    seen: tuple[Sighting, ...] = ()
    back: tuple[WayBack, ...] = ()
    leg: int = 0
    first_new: int = 0


NOT_BEGUN = Reached()


def discovery_json(piece: Discovery) -> Json:
    """For the project's settings."""
    question, rules = piece.question, piece.rules
    where: Json = None if rules.where is None else [[a, b] for a, b in rules.where]
    return {
        "discover": [piece.origin, piece.first, piece.last],
        "way": piece.direction.value,
        "objects": [*piece.object_ids],
        "look_by": question.way.value,
        "phrases": [*question.phrases],
        "points": question.grid.points_per_side,
        "finder": piece.finder,
        "first_new": piece.first_new,
        "tracks": piece.tracks,
        "whole": piece.whole,
        "every": rules.every,
        "start": rules.start,
        "where": where,
        "again": rules.again.value,
        "backward": rules.backward,
        "most": rules.new.max_objects,
        "smallest": rules.new.min_area,
        "outside": rules.new.outside,
        "likeness": rules.new.likeness,
    }


def discovery_from_json(stored: Mapping[str, object], frame_count: int) -> Discovery | None:
    """None for what is no such run through so many frames."""
    try:
        piece = _read(stored)
    except (KeyError, TypeError, ValueError, UsageError):
        return None
    sensible = 0 <= piece.first <= piece.origin <= piece.last < frame_count
    needs_phrases = piece.question.way is Way.TEXT or piece.whole
    return piece if sensible and (piece.question.phrases or not needs_phrases) else None


def told_json(seen: Iterable[Sighting], back: Iterable[WayBack], leg: int) -> Json:
    """What of :class:`Reached` a run notes beside the frame."""
    return {"seen": [[*each] for each in seen], "back": [[*each] for each in back], "leg": leg}


def reached_of(at: int | None, told: object, first_new: int) -> Reached:
    """What is noted of a run, as far as it makes sense."""
    noted = told if isinstance(told, Mapping) else {}
    seen = [(frame, oid) for frame, oid in _rows(noted.get("seen"), 2)]
    back = [(frame, oid, until) for frame, oid, until in _rows(noted.get("back"), 3)]
    return Reached(at, tuple(seen), tuple(back), int(noted.get("leg") == 1), first_new)


def _rows(stored: object, width: int) -> list[list[int]]:
    return [
        each
        for each in (stored if isinstance(stored, list) else [])
        if isinstance(each, list) and [type(number) for number in each] == [int] * width
    ]


def _read(stored: Mapping[str, object]) -> Discovery:
    """Raises: KeyError, TypeError, ValueError, UsageError: it makes no sense."""
    origin, first, last = _wholes(stored["discover"])
    way = Way(stored["look_by"])
    if way not in (Way.EVERYTHING, Way.TEXT):
        raise ValueError(way)
    listed = stored["phrases"]
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise TypeError(listed)
    (points,) = _wholes([stored["points"]])
    most, smallest = _wholes([stored["most"], stored["smallest"]])
    new = NewRules(most, smallest, _share(stored["outside"]), _share(stored["likeness"]))
    (every,) = _wholes([stored["every"]])
    start, where = stored["start"], stored["where"]
    rules = DiscoveryRules(
        every,
        new,
        Again(stored["again"]),
        stored["backward"] is True,
        None if where is None else _spans(where),
        None if start is None else _wholes([start])[0],
    )
    return Discovery(
        Question(way, tuple(listed), grid=Grid(points_per_side=points)),
        Direction(stored["way"]),
        origin,
        first,
        last,
        tuple(_wholes(stored["objects"])),
        rules,
        str(stored["finder"]),
        _wholes([stored["first_new"]])[0],
        stored["tracks"] is True,
        stored["whole"] is True,
    )


def _wholes(value: object) -> list[int]:
    if not isinstance(value, list) or not all(type(each) is int and each >= 0 for each in value):
        raise TypeError(value)
    return value


def _spans(value: object) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list):
        raise TypeError(value)
    spans = [_wholes(each) for each in value]
    return tuple((first, last) for first, last in spans)


def _share(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(value)
    return float(value)
