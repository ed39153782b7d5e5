"""A track run before it begins: what it is about, made anew when its turn comes, and in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vostool.project.project import Project
from vostool.project.project_labels import object_title
from vostool.runs.parts import Part
from vostool.runs.pieces import Piece, Reach, reach_of
from vostool.runs.unfinished import UnfinishedRun
from vostool.words import counted, tr


@dataclass(frozen=True, eq=False)
class WaitingRun:
    """A run that is to begin.

    Attributes:
        title: of its undo step.
        watched: see :meth:`vostool.gui.session.track_runs.TrackRuns.begin`.
    """

    title: str
    parts: tuple[Part, ...]
    watched: bool

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What it is about; empty where a part of it cannot be stored."""
        found = tuple(part.piece for part in self.parts if part.piece is not None)
        return found if len(found) == len(self.parts) else ()

    def is_like(self, other: WaitingRun) -> bool:
        """True where both would do the same."""
        return bool(self.pieces) and self.pieces == other.pieces

    def anew(self, project: Project) -> WaitingRun:
        """The same run from what the project holds now.

        Raises:
            PromptError: its objects are gone, or locked.
        """
        if not self.pieces:
            return self
        parts = UnfinishedRun(self.title, self.pieces, None).parts(project)
        return WaitingRun(self.title, tuple(parts), self.watched)

    def said(self, project: Project) -> str:
        """ "Frames 120 to 299, 1 cup" or, of several, their number."""
        if not self.pieces:
            return tr(self.title)
        reaches = [reach_of(piece) for piece in self.pieces]
        first, last = min(r.first for r in reaches), max(r.last for r in reaches)
        return tr(
            "Frames {first} to {last}, {objects}",
            first=first,
            last=last,
            objects=_objects(reaches, project),
        )


def _objects(reaches: Iterable[Reach], project: Project) -> str:
    ids: set[int] = set()
    for reach in reaches:
        if reach.object_ids is None:
            return tr("all objects")
        ids.update(reach.object_ids)
    if len(ids) == 1 and (only := project.objects.get(next(iter(ids)))) is not None:
        return object_title(project, only)
    return counted(len(ids), "object")
