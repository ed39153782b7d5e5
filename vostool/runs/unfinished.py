"""A run that did not come to its end, to go on with it later.

What a run is about is noted in the project when it begins, how far it is while it goes, and both
are taken out when it ends. So the rest is known after the video was closed, and also after the
process was killed; then at most a second of it is tracked once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vostool.finders.concepts import ConceptTracker
from vostool.finders.finder import Finder
from vostool.models.engine import Direction
from vostool.project import edits
from vostool.project.changes import Edit, Json
from vostool.project.project import Project
from vostool.runs.agreeing import AgreeingLeg
from vostool.runs.carrying import CarriedLeg
from vostool.runs.discovery.piece import NOT_BEGUN, Discovery, Reached, reached_of
from vostool.runs.discovery_part import DiscoveryPart
from vostool.runs.keyframes import Span
from vostool.runs.parts import Part, blend_parts, leg_parts, span_parts
from vostool.runs.pieces import Agreeing, Carried, Piece, SpanOf, piece_from_json, piece_json
from vostool.runs.ranges import RangeLeg

RUN, REACHED, WAITING = "unfinished_run", "unfinished_run_at", "waiting_runs"
"""The project's settings: what the run is about, how far it is, and what begins after it."""


def note_begun(project: Project, title: str, pieces: Sequence[Piece], part: int) -> Edit:
    """The edit for a run that begins with this part of its pieces."""
    changes = edits.set_setting(project, RUN, _run_json(title, pieces)).changes
    return Edit(title, changes + note_reached(project, part, None).changes)


def note_reached(project: Project, part: int, at: int | None, told: Json = None) -> Edit:
    """The edit for a part in work whose last tracked frame this is (None: none yet).

    Args:
        told: see :attr:`Part.told`.
    """
    reached: dict[str, Json] = {"part": part, "at": at}
    if told is not None:
        reached["told"] = told
    return edits.set_setting(project, REACHED, reached)


def note_waiting(project: Project, runs: Sequence[tuple[str, Sequence[Piece]]]) -> Edit:
    """The edit for the runs, as title and pieces, that begin after the one that goes."""
    stored: list[Json] = [_run_json(title, pieces) for title, pieces in runs]
    return edits.set_setting(project, WAITING, stored or None)


def waiting_runs(project: Project) -> list[UnfinishedRun]:
    """The runs that were to begin after one that did not come to its end."""
    stored = project.settings.get(WAITING)
    found = [UnfinishedRun.read(each, {"part": 0, "at": None}, project) for each in _listed(stored)]
    return [run for run in found if run is not None]


def note_over(project: Project) -> Edit:
    """The edit for a run that is over; without changes where none was noted."""
    gone = [edits.set_setting(project, s, None) for s in (RUN, REACHED) if s in project.settings]
    return Edit("", tuple(change for edit in gone for change in edit.changes))


@dataclass(frozen=True)
class UnfinishedRun:
    """What was noted of a run.

    Attributes:
        title: of its undo step.
        pieces: the part in work and those that were still to come.
        at: the frame tracked last of the part in work; None before its first.
        told: what else it noted, see :attr:`Part.told`.
    """

    title: str
    pieces: tuple[Piece, ...]
    at: int | None
    told: object = None

    @classmethod
    def of(cls, project: Project) -> UnfinishedRun | None:
        """None where none is noted, or nothing that makes sense."""
        stored, reached = project.settings.get(RUN), project.settings.get(REACHED)
        if not (isinstance(stored, Mapping) and isinstance(reached, Mapping)):
            return None
        return cls.read(stored, reached, project)

    @classmethod
    def read(
        cls, stored: object, reached: Mapping[str, Json], project: Project
    ) -> UnfinishedRun | None:
        """A run as it is stored, from where it is; None for what makes no sense."""
        if not isinstance(stored, Mapping):
            return None
        part, at = reached.get("part"), reached.get("at")
        listed, count = stored.get("parts"), project.source.frame_count
        if not (isinstance(listed, list) and type(part) is int and 0 <= part < len(listed)):
            return None
        if at is not None and not (type(at) is int and 0 <= at < count):
            return None
        found = [piece_from_json(each, count) for each in listed[part:]]
        pieces = tuple(piece for piece in found if piece is not None)
        if len(pieces) < len(found):
            return None
        return cls(str(stored.get("title", "")), pieces, at, reached.get("told"))

    @property
    def discovery(self) -> Discovery | None:
        """The piece that looks for new objects, for which a finder is needed; None without."""
        return next((piece for piece in self.pieces if isinstance(piece, Discovery)), None)

    @property
    def object_ids(self) -> list[int] | None:
        """Whose run it is; None: that of all objects."""
        found: set[int] = set()
        for piece in self.pieces:
            if piece.object_ids is None:
                return None
            found.update(piece.object_ids)
        return sorted(found)

    def parts(self, project: Project) -> list[Part]:
        """The whole rest as parts of a run; none where nothing is left.

        The part of :attr:`discovery` can be planned and counted only, see :meth:`looking`.
        """
        return self.looking(project, None)[0]

    def looking(
        self, project: Project, finder: Finder | ConceptTracker | None
    ) -> tuple[list[Part], DiscoveryPart | None]:
        """The parts of :meth:`parts` with this finder, and the one that it is for."""
        parts: list[Part] = []
        done: Piece | None = None
        looks: DiscoveryPart | None = None
        for number, piece in enumerate(self._left(project)):
            if isinstance(piece, RangeLeg):
                parts += leg_parts(project, [piece])
            elif isinstance(piece, Agreeing):
                parts.append(AgreeingLeg(project, piece.leg, piece.bound).part())
            elif isinstance(piece, Carried):
                parts.append(CarriedLeg(project, piece.leg).part())
            elif isinstance(piece, SpanOf):
                parts += span_parts(project, [piece.span], piece.object_ids)
            elif isinstance(piece, Discovery):
                reached = self._reached(piece) if number == 0 else NOT_BEGUN
                looks = DiscoveryPart(project, piece, finder, reached)
                parts += [] if looks.is_done else [looks.part]
            elif number == 0 or piece != done:
                # Either side of it counts as the whole, since what the first found is not stored.
                parts += blend_parts(project, [piece])
                done = piece
                continue
            done = None
        return parts, looks

    def _reached(self, piece: Discovery) -> Reached:
        return reached_of(self.at, self.told, piece.first_new)

    def _left(self, project: Project) -> list[Piece]:
        if not self.pieces or self.at is None:
            return list(self.pieces)
        first, *others = self.pieces
        if isinstance(first, RangeLeg):
            return [*_rest_of_leg(first, self.at), *others]
        if isinstance(first, Agreeing):
            rests = _rest_of_leg(first.leg, self.at)
            return [*(Agreeing(leg, first.bound) for leg in rests), *others]
        if isinstance(first, Carried):
            return [*(Carried(leg) for leg in _rest_of_leg(first.leg, self.at)), *others]
        if isinstance(first, SpanOf):
            rest = Span(max(self.at, first.span.start), first.span.end, from_result=True)
            left = [SpanOf(rest, first.object_ids)] if rest.start < rest.end else []
            return [*left, *others]
        return [first, *others]


def _run_json(title: str, pieces: Sequence[Piece]) -> Json:
    return {"title": title, "parts": [piece_json(piece) for piece in pieces]}


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _rest_of_leg(leg: RangeLeg, at: int) -> list[RangeLeg]:
    backward_begun = leg.direction is Direction.BACKWARD or at < leg.origin
    found = []
    if not backward_begun and at < leg.last:
        found.append(RangeLeg(Direction.FORWARD, at, leg.first, leg.last, leg.object_ids))
    if leg.direction is not Direction.FORWARD:
        start = min(at, leg.origin) if backward_begun else leg.origin
        if start > leg.first:
            found.append(RangeLeg(Direction.BACKWARD, start, leg.first, leg.last, leg.object_ids))
    return found
