"""The canvas' tools, and what of a drawn box lies in the picture."""

from __future__ import annotations

import enum

from vostool.prompts import Box


class Tool(enum.Enum):
    """The canvas tools; the value is the name shown to the person."""

    POINT = "Point"
    NEGATIVE = "Negative"
    BOX = "Box"
    HAND = "Hand"


def clip_box(box: Box, width: int, height: int) -> Box | None:
    """The part of a box inside the frame, or None where less than 2 pixels a side remain."""
    x0, y0 = max(box.x0, 0.0), max(box.y0, 0.0)
    x1, y1 = min(box.x1, float(width)), min(box.y1, float(height))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return None
    return Box(x0, y0, x1, y1)
