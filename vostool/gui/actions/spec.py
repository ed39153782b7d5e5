"""What is said of an action: id, menu, text, keys, and when it can be used."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Needs(enum.Enum):
    """When an action can be used."""

    NOTHING = "always"
    SOURCE = "with an open video"
    OBJECT = "with a selected object"
    JOB = "with an open CVAT job"
    RUN = "while a track run goes"
    RANGE = "with a range on the timeline"
    RANGE_OBJECT = "with a range on the timeline and a selected object"


@dataclass(frozen=True)
class ActionSpec:
    """One action; the first shortcut is the one that menus show.

    Attributes:
        icon: the name of a file of ``resources/icons``; "" without one.
        tint: the tone in which the icon is drawn; "" for the text's colour.
    """

    id: str
    menu: str
    text: str
    shortcuts: tuple[str, ...] = ()
    needs: Needs = Needs.SOURCE
    tip: str = ""
    checkable: bool = False
    icon: str = ""
    tint: str = ""


ActionTable = tuple[ActionSpec, ...]
