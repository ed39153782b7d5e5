"""From prompts to the calls that a person clicking one after the other would have made.

Every engine of the SAM 2 family is told the same steps, so that a correction means the same to all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vostool.masks import Mask
from vostool.prompts import Box, Point, Prompts


def prompt_steps(prompts: Prompts) -> list[Prompts]:
    """What the official predictor has been told after each call, first call first.

    The start mask stands as ``mask`` in every step, whether it was given or is being corrected.

    A mask under correction brings its own box along. A click on top of a mask alone is ambiguous
    to the model, which then takes the best of three masks and may answer with a part or a
    neighbour: with the image half's trained weights, one click that put back a missing quarter or
    took away a wrong lump gave a mean IoU of 0.88 without the box and 0.93 with it (14 cases on
    five real clips; the worst fell from 0.75 to 0.51 without it).
    """
    start = prompts.start_mask
    whole = replace(prompts, mask=start, base=None)
    if prompts.base is not None and prompts.mask is None and prompts.box is None:
        so_far = [whole.points[: n + 1] for n in range(len(whole.points))]
        return [Prompts(mask=start)] + [
            Prompts(points, box_around(prompts.base, points), start) for points in so_far
        ]
    steps = []
    if start is not None:
        steps.append(Prompts(mask=start))
    if whole.box is not None:
        steps.append(replace(whole, points=()))
    steps += [replace(whole, points=whole.points[: n + 1]) for n in range(len(whole.points))]
    return steps


CORRECTION_MARGIN = 5.0
"""Pixels by which a correction's box reaches beyond a positive click outside the mask."""


def box_around(mask: Mask, points: Sequence[Point]) -> Box | None:
    """The box of a mask and of the positive points outside it; None for an empty mask."""
    x, y, width, height = mask.bbox
    if width == 0 or height == 0:
        return None
    inside = [p for p in points if p.positive]
    near = CORRECTION_MARGIN
    return Box(
        max(min([x, *(p.x - near for p in inside)]), 0.0),
        max(min([y, *(p.y - near for p in inside)]), 0.0),
        min(max([x + width, *(p.x + near for p in inside)]), float(mask.width)),
        min(max([y + height, *(p.y + near for p in inside)]), float(mask.height)),
    )
