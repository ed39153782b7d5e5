"""What a gesture on the canvas means: pure functions from old prompts to new ones."""

from __future__ import annotations

import enum

from vostool.masks import MaskRecord, Provenance
from vostool.prompts import Box, Point, Prompts


class Tool(enum.Enum):
    """The canvas tools; the value is the name shown to the person."""

    POINT = "Point"
    BOX = "Box"
    HAND = "Hand"


def with_point(old: Prompts | None, record: MaskRecord | None, point: Point) -> Prompts:
    """Add a click; the first one on a tracked mask corrects that mask instead of starting anew."""
    if old is None:
        base = None
        if record is not None and record.provenance is not Provenance.PROMPTED:
            base = None if record.mask.is_empty else record.mask
        return Prompts(points=(point,), base=base)
    return Prompts((*old.points, point), old.box, old.mask, old.base)


def with_box(box: Box) -> Prompts:
    """A box says "the object is here": it starts anew and drops earlier prompts of the frame."""
    return Prompts(box=box)


def clip_box(box: Box, width: int, height: int) -> Box | None:
    """The part of a box inside the frame, or None where less than 2 pixels a side remain."""
    x0, y0 = max(box.x0, 0.0), max(box.y0, 0.0)
    x1, y1 = min(box.x1, float(width)), min(box.y1, float(height))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return None
    return Box(x0, y0, x1, y1)
