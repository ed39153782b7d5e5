"""The canvas' tools: which ask the model and which change the mask; boxes cut to the frame."""

from __future__ import annotations

import enum

from vostool.masks.box import Box


class Kind(enum.Enum):
    """What a tool does; the value is the heading of its group."""

    MODEL = "Model"
    MASK = "Mask"
    VIEW = "View"


class Tool(enum.Enum):
    """The canvas tools; the value is the name shown to the person."""

    POINT = "Point"
    NEGATIVE = "Negative"
    BOX = "Box"
    SCRIBBLE = "Scribble"
    BRUSH = "Brush"
    ERASER = "Eraser"
    POLYGON = "Polygon"
    LASSO = "Lasso"
    WAND = "Wand"
    MOVE = "Move"
    SELECT = "Select"
    HAND = "Hand"

    @property
    def action(self) -> str:
        """The id of the action that chooses the tool."""
        return self.value.lower()

    @property
    def kind(self) -> Kind:
        """Whether it asks the model, changes the mask, or neither."""
        if self in (Tool.POINT, Tool.NEGATIVE, Tool.BOX, Tool.SCRIBBLE):
            return Kind.MODEL
        return Kind.VIEW if self in (Tool.SELECT, Tool.HAND) else Kind.MASK

    @property
    def draws(self) -> bool:
        """True where each press, move and release counts, and not clicks and boxes only."""
        return self not in (Tool.POINT, Tool.NEGATIVE, Tool.BOX, Tool.HAND)

    @property
    def has_size(self) -> bool:
        """True for the round ones."""
        return self in (Tool.BRUSH, Tool.ERASER)


def tint(action: str) -> str | None:
    """The tone of the icon of the action that chooses a tool; None for any other action."""
    kinds = {tool.action: tool.kind for tool in Tool}
    return {Kind.MODEL: "model", Kind.MASK: "mask"}.get(kinds.get(action, Kind.VIEW))


def clip_box(box: Box, width: int, height: int) -> Box | None:
    """The part of a box inside the frame, or None where less than 2 pixels a side remain."""
    x0, y0 = max(box.x0, 0.0), max(box.y0, 0.0)
    x1, y1 = min(box.x1, float(width)), min(box.y1, float(height))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return None
    return Box(x0, y0, x1, y1)
