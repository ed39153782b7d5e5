"""What a track run is made of: requests that follow each other, and what their frames become."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from vostool.errors import PromptError
from vostool.frames import FrameSource
from vostool.masks.mask import MaskRecord
from vostool.models.engine import Cancelled, Engine, TrackedFrame, TrackRequest
from vostool.project.changes import Edit, Json, Table
from vostool.project.history import Step
from vostool.project.project import Project
from vostool.runs.blends import BlendRun, BlendSpan, plan_blend
from vostool.runs.keyframes import Span, plan_span
from vostool.runs.pieces import Piece, Reach, SpanOf, leg_of
from vostool.runs.ranges import RangeLeg, plan_leg
from vostool.runs.request import run_edit
from vostool.words import tr

Plan = Callable[[], TrackRequest | None]
"""Makes the request of one part of a run when its turn comes; None where nothing is to be done."""
StepsToEdit = Callable[[Project, Sequence[TrackedFrame]], Edit]
"""Makes the edit for the frames that the engine answered."""


Steps = Callable[[TrackRequest, Engine, FrameSource, Cancelled], Iterator[TrackedFrame | None]]
"""Goes through a request's frames on the engine's thread; None is work between two frames."""


@dataclass(frozen=True)
class Part:
    """One request of a run.

    Attributes:
        frames: how many it tracks, for the progress.
        piece: what it is about, so that it can be run again later; None where it cannot.
        steps: goes through the frames in place of the engine's own tracking.
        told: what a run that goes on with the rest has to know beside the frame; None: nothing.
        at: the frame that was tracked last, where this is the rest of an earlier run that goes on
            as the same piece.
    """

    plan: Plan
    frames: int
    to_edit: StepsToEdit = run_edit
    piece: Piece | None = None
    steps: Steps | None = None
    told: Callable[[], Json] | None = None
    at: int | None = None


@dataclass(frozen=True)
class RunProgress:
    """How far a run is: frames done of total, frames a second, seconds left (None: unknown).

    Attributes:
        stopping: it was cancelled, and ends after the frame in work.
        at: the frame that was tracked last; None before the first.
        clip: frames of the whole video.
        reaches: what it goes through, what is done of it included.
        waiting: runs that begin after it.
    """

    done: int
    total: int
    rate: float
    seconds_left: float | None
    paused: bool = False
    stopping: bool = False
    at: int | None = None
    clip: int = 0
    reaches: tuple[Reach, ...] = ()
    waiting: int = 0

    @property
    def place(self) -> str:
        """ "frame 143 of 300", as the frame's box under the picture counts."""
        return (
            tr("frame {at} of {clip}", at=self.at, clip=self.clip)
            if self.at is not None
            else tr("its first frame")
        )


@dataclass
class RunSummary:
    """What came of a run.

    Attributes:
        empty: by object id, the frames on which the run found nothing of it.
        cancelled: the person ended it.
        begins_again: it was ended only to begin again from a further correction.
        troubled: it met a problem, which the person was told already.
        watched: the person began it, and not the program after a correction.
        frames: those that it went through.
        objects: ids of those whose masks it gave.
        seconds: from its begin to its last frame, without rests.
        step: its undo step; None where it made none.
        last: the frame that it tracked last, or None.
    """

    empty: dict[int, set[int]] = field(default_factory=dict)
    cancelled: bool = False
    begins_again: bool = False
    troubled: bool = False
    watched: bool = True
    frames: set[int] = field(default_factory=set)
    objects: set[int] = field(default_factory=set)
    seconds: float = 0.0
    step: Step | None = None
    last: int | None = None

    def note(self, edit: Edit) -> None:
        """Remember which of these masks are empty, in place of what was known of them."""
        for cell, _, record in edit.changes:
            if cell.table is Table.MASKS and isinstance(cell.key, tuple):
                frame, oid = cell.key
                self.objects.add(oid)
                frames = self.empty.setdefault(oid, set())
                if isinstance(record, MaskRecord) and record.mask.is_empty:
                    frames.add(frame)
                else:
                    frames.discard(frame)


def request_part(request: TrackRequest) -> Part:
    """A request that is made already."""
    leg = leg_of(request)
    return Part(lambda: request, len(leg), piece=leg)


def span_parts(
    project: Project, spans: Sequence[Span], object_ids: Collection[int] | None
) -> list[Part]:
    """Spans one after the other, of some objects or (None) of all."""
    ids = None if object_ids is None else tuple(object_ids)
    return [
        Part(partial(plan_span, project, span, object_ids), len(span), piece=SpanOf(span, ids))
        for span in spans
    ]


def leg_parts(project: Project, legs: Sequence[RangeLeg]) -> list[Part]:
    """The legs of a run through a range."""
    return [Part(partial(plan_leg, project, leg), len(leg), piece=leg) for leg in legs]


def blend_parts(project: Project, spans: Sequence[BlendSpan]) -> list[Part]:
    """Each span from both sides."""
    parts = []
    for span in spans:
        run = BlendRun(span)
        frames = span.right - span.left
        parts.append(Part(partial(_plan_side, project, span, 0), frames, run.take_forward, span))
        parts.append(Part(partial(_plan_side, project, span, 1), frames, run.take_backward, span))
    return parts


def _plan_side(project: Project, span: BlendSpan, side: int) -> TrackRequest | None:
    try:
        return plan_blend(project, span)[side]
    except PromptError:  # a corrected frame has gone since
        return None
