"""The part of a run that looks for new objects: planned, gone through, and made edits of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vostool.finders.choice import Choice, usual_choice
from vostool.finders.concepts import ConceptTracker
from vostool.finders.finder import Finder, Way
from vostool.finders.ground import LARGEST_THING
from vostool.frames import FrameSource
from vostool.models.engine import Cancelled, Engine, TrackedFrame, TrackRequest
from vostool.project.changes import Edit, Json
from vostool.project.project import Project
from vostool.runs.discovery.edit import DiscoveryEdits
from vostool.runs.discovery.looking import Asked
from vostool.runs.discovery.piece import NOT_BEGUN, Discovery, Reached
from vostool.runs.discovery.plan import plan_discovery
from vostool.runs.discovery.resuming import as_reached
from vostool.runs.discovery.run import discover
from vostool.runs.discovery.values import DiscoveredFrame, is_traced
from vostool.runs.discovery.whole import Followed, follow
from vostool.runs.parts import Part


class DiscoveryPart:
    """One such part.

    Args:
        project: the one that the edits are for; a copy of it is taken when the part's turn comes.
        finder: looks; given back on the engine's thread when the part ends. None: the part can be
            planned and counted, and not run.

    Attributes:
        edits: what it found and asks; None before it is planned.
        looked: on how many frames it has looked.
        begun: the engine's thread has the finder.
    """

    def __init__(
        self,
        project: Project,
        piece: Discovery,
        finder: Finder | ConceptTracker | None,
        reached: Reached = NOT_BEGUN,
    ) -> None:
        self._live, self.piece, self.finder, self._reached = project, piece, finder, reached
        self._copy: Project | None = None
        self.edits: DiscoveryEdits | None = None
        self.looked = 0
        self.begun = False

    @property
    def part(self) -> Part:
        """For :class:`~vostool.runs.parts.Part`'s users."""
        frames = max(len(self.piece) - self._done(), 1)
        return Part(
            self.plan, frames, self.to_edit, self.piece, self.steps, self.told, self._reached.at
        )

    @property
    def is_done(self) -> bool:
        """True where an earlier run left nothing; a way back may have been left."""
        ids = [oid for _, oid in self._reached.seen]
        grew = len(set(ids)) < len(ids)  # or was lost and seen again, which costs nothing more
        return self._done() >= len(self.piece) and not (self.piece.rules.backward or grew)

    def plan(self) -> TrackRequest:
        """The request, made from the project as it is now.

        Raises:
            PromptError: the frames are not in the source.
        """
        piece = self.piece
        self._copy = as_reached(self._live, piece, self._reached)
        self.edits = DiscoveryEdits(self._copy, self._reached)
        return plan_discovery(
            self._copy, piece.direction, origin=piece.origin, first=piece.first, last=piece.last,
            object_ids=[oid for oid in piece.object_ids if oid in self._copy.objects],
        )  # fmt: skip

    def steps(
        self, request: TrackRequest, engine: Engine, source: FrameSource, cancelled: Cancelled
    ) -> Iterator[TrackedFrame | None]:
        """Go through the frames; None is work between two of them."""
        piece, project, finder = self.piece, self._copy, self.finder
        assert project is not None and finder is not None, "a part that is only counted"
        self.begun = True
        try:
            if isinstance(finder, ConceptTracker):
                asked = Followed(piece.question.phrases, piece.rules.new)
                yield from follow(
                    project, source, request, finder, asked, cancelled, self._reached
                )  # fmt: skip
                return
            choice = _choice(piece)
            looks = Asked(finder, piece.question, engine, choice)
            for step in discover(
                project, source, request, piece.rules, looks, cancelled, piece.tracks,
                self._reached,
            ):  # fmt: skip
                yield step if isinstance(step, DiscoveredFrame) else None
        finally:
            finder.close()

    def to_edit(self, project: Project, tracked: Sequence[TrackedFrame]) -> Edit:
        """What the frames change."""
        assert self.edits is not None, "planned first"
        piece = self.piece
        self.looked += sum(
            piece.whole or piece.rules.looks_at(step.frame, piece.origin)
            for step in tracked
            if not is_traced(step)
        )
        return self.edits(project, tracked)

    def told(self) -> Json:
        """What of it the rest has to know, for :func:`~.discovery.piece.reached_of`."""
        assert self.edits is not None, "planned first"
        return self.edits.told

    def _done(self) -> int:
        """Frames that an earlier run did."""
        at = self._reached.at
        return 0 if at is None else self.piece.count(at)


def _choice(piece: Discovery) -> Choice:
    """Which candidates count: as in `vostool find` where nothing is said."""
    usual = replace(usual_choice(piece.question.way), smallest_area=piece.rules.new.min_area)
    if piece.question.way is Way.EVERYTHING:
        return replace(usual, box_size_threshold=LARGEST_THING)
    return usual
