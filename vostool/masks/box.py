"""A rectangle in a frame, in image pixels: x to the right, y down, from the top left corner."""

from __future__ import annotations

from dataclasses import dataclass

from vostool.errors import PromptError
from vostool.words import tr


@dataclass(frozen=True, slots=True)
class Box:
    """A box around the object, x0 < x1 and y0 < y1, in pixels."""

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if not (self.x1 > self.x0 and self.y1 > self.y0):
            raise PromptError(
                tr(
                    "The box {x0:g},{y0:g},{x1:g},{y1:g} has no area; give "
                    "x0,y0,x1,y1 with x0 < x1 and y0 < y1.",
                    x0=self.x0,
                    y0=self.y0,
                    x1=self.x1,
                    y1=self.y1,
                )
            )

    @classmethod
    def from_corners(cls, xa: float, ya: float, xb: float, yb: float) -> Box:
        """A box from two opposite corners in any order."""
        return cls(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))
