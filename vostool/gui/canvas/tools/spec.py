"""What a canvas tool is: all that menus, keys, palette, strip, cursor and mouse need to know."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import Qt

from vostool.gui.actions.spec import ActionSpec
from vostool.gui.canvas.tools.context import ToolContext
from vostool.gui.canvas.tools.gesture import Gesture
from vostool.gui.canvas.tools.options import Option
from vostool.words import mark

MENU = "Tools"


class Kind(enum.Enum):
    """What a tool does; the value is the heading of its group."""

    MODEL = mark("Model")
    MASK = mark("Mask")
    VIEW = mark("View")


@dataclass(frozen=True)
class ToolSpec:
    """One tool; :mod:`vostool.gui.canvas.tools.registry` lists them.

    Attributes:
        id: of the action that chooses it; unlike every other action's.
        title: its name on the strip.
        kind: whether it uses the model, changes the mask, or neither.
        tip: what the mouse does with it, in one line.
        gesture: makes what the mouse does for one opened video; None leaves the mouse to the
            picture, which the left button then moves.
        keys: that choose it; the first one is the one that menus show.
        text: its name in menus, where that is longer than the title.
        icon: the name of a file of ``resources/icons``, where it is not the id.
        options: what can be set about it, shown on the strip.
        cursor: None draws a cross (a dot for a tool with a size) and the icon beside it.
        click: whether a left click places a positive or a negative point, for the preview under
            the mouse; None where it places no point.
        zooms_while_held: the wheel zooms in the middle of the gesture. Strokes are drawn on a
            picture of what was seen when they began, so not for those.
    """

    id: str
    title: str
    kind: Kind
    tip: str
    gesture: Callable[[ToolContext], Gesture] | None
    keys: tuple[str, ...] = ()
    text: str = ""
    icon: str = ""
    options: tuple[Option, ...] = ()
    cursor: Qt.CursorShape | None = None
    click: bool | None = None
    zooms_while_held: bool = False

    @property
    def icon_name(self) -> str:
        """The icon's file without its ending."""
        return self.icon or self.id

    @property
    def number(self) -> Option | None:
        """The option that wheel and keys make larger and smaller, if there is one."""
        return next((option for option in self.options if option.is_number), None)

    @property
    def action(self) -> ActionSpec:
        """The action that chooses the tool."""
        return ActionSpec(
            self.id,
            MENU,
            self.text or self.title,
            self.keys,
            tip=self.tip,
            checkable=True,
            icon=self.icon_name,
            tint="" if self.kind is Kind.VIEW else self.kind.name.lower(),
        )
