"""A scribble as prompts: a few points spread along the stroke, all of one sign.

The networks know points and no strokes; SAM-Track and MiVOS's click mode sample theirs too. Each
point costs a pass of the decoder, and points close together add nothing, so their number follows
the length of the stroke.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from vostool.masks.mask import MaskRecord
from vostool.project.prompts import Point, Prompts, with_points

Position = tuple[float, float]
"""(x, y) in image pixels."""

MOST_POINTS = 6
SPACING_SHARE = 0.03
"""Least distance of two points, as a share of the frame's diagonal."""


def sample_stroke(path: Sequence[Position], width: int, height: int) -> list[Position]:
    """At most MOST_POINTS positions at equal distances along a stroke, those inside the frame.

    They lie in the middle of as many equal parts of the stroke: its ends, where a hand slips, are
    left out. A stroke shorter than the spacing gives its middle.

    Args:
        path: the positions of the pointer in order, at least one.
        width, height: of the frame in pixels.
    """
    lengths = [math.dist(start, end) for start, end in pairwise(path)]
    total = sum(lengths)
    spacing = SPACING_SHARE * math.hypot(width, height)
    count = min(max(int(total / spacing), 1), MOST_POINTS)
    wanted = [(number + 0.5) * total / count for number in range(count)]
    found = [_at(path, lengths, length) for length in wanted]
    return [(x, y) for x, y in found if 0 <= x < width and 0 <= y < height]


def with_scribble(
    old: Prompts | None, record: MaskRecord | None, places: Sequence[Position], positive: bool
) -> Prompts | None:
    """Add the points of a scribble; None where there is no point.

    Args:
        old: the prompts that stand on this frame for the object, or None.
        record: the mask that is shown for it there, or None.
    """
    points = [Point(x, y, positive) for x, y in places]
    return with_points(old, record, points) if points else None


def _at(path: Sequence[Position], lengths: Sequence[float], wanted: float) -> Position:
    """The place so far along the path."""
    for (start, end), length in zip(pairwise(path), lengths, strict=True):
        if wanted <= length and length > 0:
            part = wanted / length
            return start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])
        wanted -= length
    return path[-1]
