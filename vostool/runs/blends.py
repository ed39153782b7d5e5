"""Runs between two corrected frames: tracked from both, and blended.

A correction in the middle of a good track must not make its neighbours worse. So the frames between
two corrected ones are tracked forward from the left one and backward from the right one, and
each frame takes what :mod:`vostool.masks.blend` makes of the two. Only blended masks replace masks
that were there: until the second leg reaches a frame it keeps what it had, and cancelling leaves
it so.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from vostool.errors import PromptError
from vostool.masks.blend import Sided, blend_sides
from vostool.masks.mask import MaskRecord
from vostool.models.engine import Direction, SegmentReply, TrackedFrame, TrackRequest
from vostool.project.changes import Edit, FrameObject
from vostool.project.mask_notes import AGREEMENT, note_cell, note_value
from vostool.project.pending_edit import PendingEdit
from vostool.project.project import Project
from vostool.review.reasons import AGREEMENT as AGREEMENT_RANGE
from vostool.runs.request import keyframes, plan_run, run_edit
from vostool.words import mark, tr

TITLE = mark("Track between corrections")


@dataclass(frozen=True, slots=True)
class BlendSpan:
    """Objects that are corrected on ``left`` and on ``right`` and on no frame in between."""

    left: int
    right: int
    object_ids: tuple[int, ...]

    def __len__(self) -> int:
        return self.right - self.left - 1


def spans_around(project: Project, frame: int, object_ids: Collection[int]) -> list[BlendSpan]:
    """The spans that ``frame`` lies in, or both of those that meet there, of these objects."""
    ids: dict[tuple[int, int], list[int]] = {}
    for oid in object_ids:
        frames = [key.frame for key in keyframes(project, [oid])]
        for left, right in itertools.pairwise(frames):
            if left <= frame <= right and right - left > 1:
                ids.setdefault((left, right), []).append(oid)
    return [BlendSpan(*ends, tuple(ids[ends])) for ends in sorted(ids)]


def plan_blend(project: Project, span: BlendSpan) -> tuple[TrackRequest, TrackRequest]:
    """The requests of the two legs, forward and then backward; each is a run of its own.

    Raises:
        PromptError: no frame lies between the two, they are not in the source, an object has no
            keyframe on one of them, or all objects are locked.
    """
    if len(span) < 1:
        raise PromptError(
            tr(
                "No frame lies between frames {left} and {right}; there is nothing to track.",
                left=span.left,
                right=span.right,
            )
        )
    known = {(key.frame, key.object_id) for key in keyframes(project, span.object_ids)}
    for oid in span.object_ids:
        for frame in (span.left, span.right):
            if (frame, oid) not in known:
                raise PromptError(
                    tr(
                        "Object {oid} is not corrected or confirmed on frame {frame}; "
                        "do that first, so that it can be tracked from both sides.",
                        oid=oid,
                        frame=frame,
                    )
                )
    forward = plan_run(
        project, Direction.FORWARD, origin=span.left, first=span.left, last=span.right - 1,
        object_ids=span.object_ids,
    )  # fmt: skip
    backward = plan_run(
        project, Direction.BACKWARD, origin=span.right, first=span.left + 1, last=span.right,
        object_ids=span.object_ids,
    )  # fmt: skip
    return forward, backward


class BlendRun:
    """Takes the replies of both legs, and says what they change.

    The first leg's masks are kept as run lengths: the second leg may come by a frame again, with
    another mask in place of the one that it told before.
    """

    def __init__(self, span: BlendSpan) -> None:
        self.span = span
        self._forward: dict[FrameObject, SegmentReply] = {}

    def take_forward(self, project: Project, tracked: Iterable[TrackedFrame]) -> Edit:
        """Keep the first leg's masks; the edit fills frames that have no mask at all yet."""
        shown = []
        for step in tracked:
            replies = {oid: r for oid, r in step.replies.items() if oid in self.span.object_ids}
            for oid, reply in replies.items():
                if self._is_between(step.frame):
                    self._forward[step.frame, oid] = reply
            fresh = {o: r for o, r in replies.items() if project.masks.get(step.frame, o) is None}
            shown.append(TrackedFrame(step.frame, fresh, step.problem))
        return Edit(tr(TITLE), run_edit(project, shown).changes)

    def take_backward(self, project: Project, tracked: Iterable[TrackedFrame]) -> Edit:
        """Blend the second leg's masks with the first's; a person's own masks stay, as in any run.

        Where the first leg gave no answer (its frame could not be read), the second's is taken.
        """
        pending = PendingEdit(project)
        for step in tracked:
            blended, notes = self._blend(step)
            made = run_edit(project, [TrackedFrame(step.frame, blended, step.problem)])
            for change in made.changes:
                pending.put(change.cell, change.after)
                record = change.after
                if isinstance(change.cell.key, tuple) and isinstance(record, MaskRecord):
                    frame, oid = change.cell.key
                    agreement = notes.get(oid, 1.0)
                    differ = agreement < AGREEMENT_RANGE[0]
                    note = note_value(record.mask, round(agreement, 3)) if differ else None
                    pending.put(note_cell(AGREEMENT, frame, oid), note)
        return pending.edit(tr(TITLE))

    def _blend(self, step: TrackedFrame) -> tuple[dict[int, SegmentReply], dict[int, float]]:
        """Blended replies and agreements of one frame, by object id."""
        replies: dict[int, SegmentReply] = {}
        agreements: dict[int, float] = {}
        for oid, backward in step.replies.items():
            if oid not in self.span.object_ids:
                continue
            forward = self._forward.get((step.frame, oid))
            if forward is None:
                replies[oid] = backward
                continue
            place = (step.frame - self.span.left) / (self.span.right - self.span.left)
            one, two = (Sided(r.mask, r.score) for r in (forward, backward))
            mixed = blend_sides(one, two, place)
            score = backward.score if mixed.score is None else mixed.score
            replies[oid] = SegmentReply(mixed.mask, score)
            agreements[oid] = mixed.agreement
        return replies, agreements

    def _is_between(self, frame: int) -> bool:
        return self.span.left < frame < self.span.right
