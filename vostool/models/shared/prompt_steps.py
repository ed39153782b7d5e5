"""From prompts to the calls that a person clicking one after the other would have made.

Every engine of the SAM 2 family is told the same steps, so that a correction means the same to all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.project.prompts import Point, Prompts


def prompt_steps(prompts: Prompts) -> list[Prompts]:
    """What the official predictor has been told after each call, first call first.

    The start mask stands as ``mask`` in every step, whether it was given or is being corrected.

    A mask under correction brings its own box along (:func:`box_along`). A click on top of a mask
    alone is ambiguous to the model, which then takes the best of three masks and may answer with a
    part or a neighbour: with the image half's trained weights, one click that put back a missing
    quarter or took away a wrong lump gave a mean IoU of 0.88 without the box and 0.93 with it (14
    cases on five real clips; the worst was 0.51 without and 0.71 with it).
    """
    start = prompts.start_mask
    steps = [] if start is None else [Prompts(mask=start)]
    for points in _points_of_calls(prompts):
        box = prompts.box
        if prompts.base is not None and prompts.mask is None and box is None:
            box = box_along(prompts.base, points)
        steps.append(Prompts(points, box, start, choice=prompts.choice))
    return steps


def is_ambiguous(step: Prompts) -> bool:
    """True for a click alone, which may mean a part or the whole."""
    return len(step.points) == 1 and step.is_lone_click


def lone_choice(step: Prompts) -> int | None:
    """The mask that is chosen for a step, None for the best; only a click alone has a choice."""
    return step.choice if is_ambiguous(step) else None


def correction_steps(prompts: Prompts) -> list[Prompts]:
    """The calls for clicks on a tracked frame whose memory is read: no mask and no box of it.

    The network is fed the frame's own logits with the first one, as it was trained.
    """
    return [Prompts(points, prompts.box) for points in _points_of_calls(prompts)]


def _points_of_calls(prompts: Prompts) -> Iterator[tuple[Point, ...]]:
    """The points that have been told after each call with a box or a point."""
    count = len(prompts.points)
    first = min(prompts.together, count)
    if prompts.box is None:
        first = max(first, 1)
    return (prompts.points[:number] for number in range(first, count + 1))


def box_along(mask: Mask, points: Sequence[Point]) -> Box | None:
    """The box of a mask under correction; None for an empty mask or a positive point beside it.

    A positive click beside the box says that the object reaches farther, but not how far. A
    box that is stretched to the click cuts the object off there: after a half of the object was cut
    away, a click into it gave a mean IoU of 0.72 with such a box and 0.87 without (56 cases on five
    real clips; after a quarter, 0.87 with and without).
    """
    x, y, width, height = mask.bbox
    if width == 0 or height == 0:
        return None
    box = Box(x, y, x + width, y + height)
    reaches = all(box.x0 <= p.x <= box.x1 and box.y0 <= p.y <= box.y1 for p in points if p.positive)
    return box if reaches else None
