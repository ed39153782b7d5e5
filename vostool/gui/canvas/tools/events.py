"""What the mouse did on the canvas, in image pixels."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Phase(enum.Enum):
    """What the mouse did."""

    PRESS = "press"
    DRAG = "drag"
    RELEASE = "release"
    HOVER = "hover"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """One thing the mouse did.

    Attributes:
        x, y: image pixels, fractional; not necessarily inside the frame.
        left: the gesture is the left button's, else the right one's.
        ctrl, alt: the key is held.
        double: a press that is the second of a double click.
    """

    phase: Phase
    x: float
    y: float
    left: bool = True
    ctrl: bool = False
    alt: bool = False
    double: bool = False

    @property
    def other_way(self) -> bool:
        """The gesture means the opposite: erase instead of paint, take away instead of add."""
        return self.ctrl or not self.left
