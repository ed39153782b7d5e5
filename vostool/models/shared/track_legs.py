"""What every memory-attention engine does with a track request before it computes anything."""

from __future__ import annotations

from dataclasses import replace

from vostool.errors import PromptError
from vostool.models.engine import Direction, Keyframe, TrackRequest, tracked_span
from vostool.project.prompts import Prompts
from vostool.words import tr

Spans = dict[int, range]
"""Frames of a leg by object id, in the order they are worked on."""


def legs(request: TrackRequest) -> list[tuple[bool, Spans]]:
    """The legs of a run in order: (goes backward, frames by object id)."""
    directions = {
        Direction.FORWARD: (False,),
        Direction.BACKWARD: (True,),
        Direction.BOTH: (False, True),
    }[request.direction]
    objects = sorted({key.object_id for key in request.keyframes})
    found = []
    for backward in directions:
        spans = {oid: tracked_span(request, oid, not backward) for oid in objects}
        found.append((backward, {oid: span for oid, span in spans.items() if span}))
    return found


def leg_frames(spans: Spans, backward: bool) -> range:
    """All frames of a leg in order; every span ends at the same end of the range."""
    if not spans:
        return range(0)
    if backward:
        last = min(span[-1] for span in spans.values())
        return range(max(span.start for span in spans.values()), last - 1, -1)
    first = min(span.start for span in spans.values())
    return range(first, max(span.stop for span in spans.values()))


def prompts_to_replay(key: Keyframe) -> Prompts:
    """The person's prompts, else the mask that stands for them.

    So does the mask of a correction that read the frames around it: its prompts alone would give
    another one. What it said of itself goes along.
    """
    if key.prompts is None:
        return Prompts(mask=key.mask)
    recall = key.prompts.recall
    if recall is not None and recall.reads_memory and key.mask is not None:
        return Prompts(mask=key.mask, recall=recall)
    return replace(key.prompts, mask=key.mask) if key.prompts.is_empty else key.prompts


def check_prompts(prompts: Prompts, frame: int, count: int, width: int, height: int) -> None:
    """Raise :class:`PromptError` for a frame that is not there or prompts outside the frame."""
    if not 0 <= frame < count:
        raise PromptError(
            tr(
                "There is no frame {frame}; the source has 0 to {count}.",
                frame=frame,
                count=count - 1,
            )
        )
    prompts.check_inside(width, height)
