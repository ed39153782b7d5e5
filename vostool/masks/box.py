"""A rectangle in a frame, in image pixels: x to the right, y down, from the top left corner."""

from __future__ import annotations

from dataclasses import dataclass

from vostool.errors import PromptError


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
                f"The box {self.x0:g},{self.y0:g},{self.x1:g},{self.y1:g} has no area; "
                "give x0,y0,x1,y1 with x0 < x1 and y0 < y1."
            )

    @classmethod
    def from_corners(cls, xa: float, ya: float, xb: float, yb: float) -> Box:
        """A box from two opposite corners in any order."""
        return cls(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))
