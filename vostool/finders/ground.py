"""Ground: what fills the picture or crosses it, such as a meadow, a wall or the sky.

Taken as an object it leaves nothing new outside all known ones, and tracked beside the rest it only
takes pixels from what moves over it or comes out from behind it.
"""

from __future__ import annotations

from vostool.finders.finder import Candidate

LARGEST_THING = 0.8
"""From this share of the picture on, the box of a candidate for everything is the ground's."""
_AT_EDGE = 0.01
"""Share of the picture's side from its edge within which a box reaches it."""


def crosses(candidate: Candidate, height: int, width: int) -> bool:
    """Whether its box reaches from one edge of the picture to the opposite one.

    Args:
        height, width: the picture's, in pixels.
    """
    box, x, y = candidate.box, _AT_EDGE * width, _AT_EDGE * height
    across = box.x0 <= x and box.x1 >= width - x
    return across or (box.y0 <= y and box.y1 >= height - y)


def is_ground(candidate: Candidate, height: int, width: int) -> bool:
    """Whether nobody named it and it crosses the picture, or its box fills that."""
    if candidate.label:
        return False
    box = candidate.box
    wide = min(box.x1, width) - max(box.x0, 0)
    high = min(box.y1, height) - max(box.y0, 0)
    large = wide > 0 and high > 0 and wide * high > LARGEST_THING * width * height
    return large or crosses(candidate, height, width)
