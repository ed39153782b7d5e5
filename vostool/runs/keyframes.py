"""Track runs that restart at every annotated frame, after ROAR-SAMT.

A span is one restart: it begins on a frame whose masks are known and ends before the next such
frame. Spans run one after the other, because an object without a mask on the frame where another
one restarts goes on from the span before. Each request is made only when its turn comes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from vostool.errors import PromptError
from vostool.masks.mask import MaskRecord
from vostool.models.engine import Direction, Keyframe, TrackRequest
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.runs.request import keyframes, learned_of, memory_of, plan_run
from vostool.words import tr


@dataclass(frozen=True, slots=True)
class Span:
    """Frames ``start``..``end`` inclusive.

    Attributes:
        from_result: masks that a run made on ``start`` are keyframes, too; objects without any
            there are left out.
    """

    start: int
    end: int
    from_result: bool = False

    def __len__(self) -> int:
        return self.end - self.start + 1


def annotated_frames(project: Project) -> list[int]:
    """Frames with prompts or with masks that a person gave or confirmed, ascending."""
    return sorted({key.frame for key in keyframes(project, project.objects.keys())})


def initial_spans(project: Project) -> list[Span]:
    """From the first annotated frame to the end, restarting at every annotated frame.

    Raises:
        PromptError: no frame is annotated.
    """
    frames = annotated_frames(project)
    if not frames:
        raise PromptError(tr("No frame is annotated yet; annotate the objects on one, then track."))
    ends = [*(frame - 1 for frame in frames[1:]), project.source.frame_count - 1]
    return [Span(start, end) for start, end in zip(frames, ends, strict=True)]


def again_spans(project: Project, frames: Iterable[int]) -> list[Span]:
    """Each chosen frame to the next annotated or chosen one, or to the end; the rest is untouched.

    Raises:
        PromptError: a chosen frame is outside the source or holds no mask and no prompt.
    """
    chosen = sorted(set(frames))
    if not chosen:
        raise PromptError(tr("Choose at least one frame to track again from."))
    count = project.source.frame_count
    for frame in chosen:
        if not 0 <= frame < count:
            raise PromptError(
                tr(
                    "Frame {frame} is outside the source, which has 0 to {count}.",
                    frame=frame,
                    count=count - 1,
                )
            )
        if not is_labelled(project, frame):
            raise PromptError(
                tr(
                    "Frame {frame} holds no mask to track from; annotate it or choose another.",
                    frame=frame,
                )
            )
    stops = sorted({*chosen, *annotated_frames(project), count})
    return [Span(f, next(s for s in stops if s > f) - 1, from_result=True) for f in chosen]


def remaining_spans(project: Project) -> list[Span]:
    """What :func:`initial_spans` would still do, from the last result that each span holds.

    Raises:
        PromptError: no frame is annotated.
    """
    keys = keyframes(project, project.objects.keys())
    locked = locked_objects(project)
    found = []
    for span in initial_spans(project):
        newest = {key.object_id: key for key in keys if key.frame <= span.start}
        active = [oid for oid, key in newest.items() if oid not in locked and not _absent(key)]
        reached = span.start - 1
        while reached < span.end and _complete(project, reached + 1, active):
            reached += 1
        if reached < span.start:
            found.append(span)
        elif reached < span.end:
            found.append(Span(reached, span.end, from_result=True))
    return found


def next_step(project: Project, frame: int) -> Span:
    """One frame further than ``frame``, from its masks.

    Raises:
        PromptError: the frame holds no mask, or it is the last one.
    """
    if frame >= project.source.frame_count - 1:
        raise PromptError(
            tr("Frame {frame} is the last one; there is nothing to track to.", frame=frame)
        )
    if not is_labelled(project, frame):
        raise PromptError(
            tr("Frame {frame} holds no mask to track from; annotate it first.", frame=frame)
        )
    return Span(frame, frame + 1, from_result=True)


def last_result(project: Project) -> int:
    """The frame that frame-by-frame work goes on from: where the first unfinished span has got to.

    Raises:
        PromptError: no frame is annotated, or every frame is done.
    """
    spans = remaining_spans(project)
    if not spans:
        raise PromptError(tr("Every frame has its masks; choose the frames to track again from."))
    return spans[0].start


def plan_span(
    project: Project, span: Span, object_ids: Collection[int] | None = None
) -> TrackRequest | None:
    """The request of a span as the project is now; None where no object is there to be tracked.

    Args:
        object_ids: None takes every object. Locked ones are left out.
    """
    wanted = project.objects.keys() if object_ids is None else object_ids
    wanted = [oid for oid in wanted if oid in project.objects]
    locked = locked_objects(project)
    keys = [key for oid in wanted if oid not in locked for key in _start(project, span, oid)]
    ids = {key.object_id for key in keys}
    if not ids:
        return None
    if not keyframes(project, ids):
        memory = memory_of(project)
        first, last = span.start, span.end
        return TrackRequest(
            tuple(keys), Direction.FORWARD, first, first, last,
            memory=memory, learned=learned_of(project, keys),
        )  # fmt: skip
    planned = plan_run(
        project,
        Direction.FORWARD,
        origin=span.start,
        first=span.start,
        last=span.end,
        object_ids=ids,
    )
    known = {(key.frame, key.object_id) for key in keys}
    context = tuple(
        key
        for key in planned.context
        if (key.frame, key.object_id) not in known and (span.start, key.object_id) not in known
    )
    ordered = tuple(sorted(keys, key=lambda key: (key.frame, key.object_id)))
    return replace(planned, keyframes=ordered, context=context)


def _start(project: Project, span: Span, object_id: int) -> list[Keyframe]:
    """What one object is tracked from: the newest thing known of it at or before the start."""
    behind = [key for key in keyframes(project, [object_id]) if key.frame <= span.start]
    newest = behind[-1] if behind else None
    if newest is not None and newest.frame == span.start:
        return [] if _absent(newest) else [newest]
    if span.from_result:
        record = project.masks.get(span.start, object_id)
        return [] if record is None else _with(newest, span.start, object_id, record)
    if newest is None or _absent(newest):
        return []
    record = project.masks.get(span.start - 1, object_id)
    return [newest] if record is None else _with(newest, span.start - 1, object_id, record)


def _with(
    newest: Keyframe | None, frame: int, object_id: int, record: MaskRecord
) -> list[Keyframe]:
    """A mask to start from, with the keyframe behind it, which an engine with a memory uses."""
    before = [] if newest is None or newest.frame == frame or _absent(newest) else [newest]
    if record.mask.is_empty:
        return before
    return [*before, Keyframe(frame, object_id, None, record.mask)]


def _absent(key: Keyframe) -> bool:
    return key.prompts is None and key.mask is not None and key.mask.is_empty


def is_labelled(project: Project, frame: int) -> bool:
    """True where a run can start: the frame holds a mask or a prompt of any object."""
    return bool(project.masks.at(frame)) or any(f == frame for f, _ in project.prompts)


def _complete(project: Project, frame: int, active: Collection[int]) -> bool:
    return all(project.masks.get(frame, oid) is not None for oid in active)
