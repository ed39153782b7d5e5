"""The request of a run with discovery."""

from __future__ import annotations

from collections.abc import Collection

from vostool.models.engine import Direction, TrackRequest
from vostool.project.locks import locked_objects
from vostool.project.project import Project
from vostool.project.range_edits import check_range
from vostool.runs.request import keyframes, memory_of, plan_run


def plan_discovery(
    project: Project,
    direction: Direction,
    *,
    origin: int | None = None,
    first: int = 0,
    last: int | None = None,
    object_ids: Collection[int] | None = None,
) -> TrackRequest:
    """The request of a run with discovery, as :func:`~vostool.runs.request.plan_run` makes it; it
    may begin with no object at all, and then begins where the range does.

    Args:
        origin: where the run starts; None takes the range's beginning for a forward run or both,
            its end for a backward one, also where an object's first keyframe lies further on:
            others may be found before it.

    Raises:
        PromptError: the range lies outside the source.
    """
    end = project.source.frame_count - 1 if last is None else last
    check_range(project, first, end)
    if origin is None:
        origin = end if direction is Direction.BACKWARD else first
    origin = min(max(origin, first), end)
    wanted = set(project.objects if object_ids is None else object_ids) - locked_objects(project)
    if not keyframes(project, wanted):
        return TrackRequest((), direction, origin, first, end, memory=memory_of(project))
    return plan_run(project, direction, origin=origin, first=first, last=end, object_ids=wanted)
