"""What is left of a run that was stopped because its video was closed, to go on with it later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vostool.models.engine import Direction, TrackRequest
from vostool.project.changes import Json
from vostool.project.project import Project
from vostool.runs.parts import Part, request_part
from vostool.runs.request import plan_run

SETTING = "unfinished_run"
"""The project's setting that holds it."""
_NUMBERS = ("at", "origin", "first", "last")


@dataclass(frozen=True)
class UnfinishedRun:
    """One request that did not come to its end.

    Attributes:
        at: the frame tracked last.
        origin, first, last: of the request, see :class:`~vostool.models.engine.TrackRequest`.
    """

    object_ids: tuple[int, ...]
    direction: Direction
    at: int
    origin: int
    first: int
    last: int

    @classmethod
    def of(cls, request: TrackRequest, at: int) -> UnfinishedRun:
        """What is left of a request behind the frame tracked last."""
        ids = tuple(sorted({key.object_id for key in request.keyframes}))
        return cls(ids, request.direction, at, request.origin, request.first, request.last)

    def to_json(self) -> Json:
        """For the project's settings."""
        numbers: dict[str, Json] = {name: getattr(self, name) for name in _NUMBERS}
        return {"objects": list(self.object_ids), "direction": self.direction.value, **numbers}

    @classmethod
    def from_json(cls, stored: object) -> UnfinishedRun | None:
        """None for what is no such run."""
        if not isinstance(stored, Mapping):
            return None
        ids = stored.get("objects")
        numbers = [stored.get(name) for name in _NUMBERS]
        ways = {way.value: way for way in Direction}
        way = ways.get(str(stored.get("direction")))
        if way is None or not isinstance(ids, list):
            return None
        if not all(isinstance(value, int) and value >= 0 for value in (*ids, *numbers)):
            return None
        return cls(tuple(ids), way, *(int(value) for value in numbers if value is not None))

    @property
    def ends_at(self) -> int:
        """The frame that the run was to end at."""
        return self.last if self.direction is Direction.FORWARD else self.first

    def parts(self, project: Project) -> list[Part]:
        """The rest as parts of a run; none where nothing is left.

        Raises:
            PromptError: its objects are gone, or it does not fit the video.
        """
        ids = [oid for oid in self.object_ids if oid in project.objects]
        found: list[Part] = []
        backward_begun = self.at < self.origin
        if self.direction is not Direction.BACKWARD and not backward_begun and self.at < self.last:
            found.append(self._leg(project, ids, Direction.FORWARD, self.at))
        if self.direction is not Direction.FORWARD:
            start = self.at if backward_begun else self.origin
            if start > self.first:
                found.append(self._leg(project, ids, Direction.BACKWARD, start))
        return found

    def _leg(self, project: Project, ids: list[int], way: Direction, origin: int) -> Part:
        return request_part(
            plan_run(project, way, origin=origin, first=self.first, last=self.last, object_ids=ids)
        )
