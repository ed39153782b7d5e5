"""Keys that people know from other programs, as differences to the table of actions.

X-AnyLabeling's are those of its SAM 2 video mode, CVAT's those of its annotation view (each
program's own list of shortcuts). What such a program has no key for keeps VOSTool's, unless that
is taken; where neither is left, the command palette reaches the action.
"""

from __future__ import annotations

from collections.abc import Mapping

STANDARD = "VOSTool"

_X_ANYLABELING: dict[str, tuple[str, ...]] = {
    "point": ("Q",),
    "negative": ("E",),
    "box": ("R",),
    "polygon": ("P", "G"),
    "clear": ("B",),
    "finish_named": ("F", "Return"),
    "finish": ("Shift+F",),
    "track_forward": ("Ctrl+B", "Ctrl+M", "]"),
    "track_both": ("\\", "Ctrl+Shift+B"),
    "next": ("D", "Right"),
    "previous": ("A", "Left"),
    "next_prompted": ("PgDown",),
    "previous_prompted": ("PgUp",),
    "open": ("Ctrl+O",),
    "open_folder": ("Ctrl+U",),
    "undo": ("Ctrl+Z",),
    "save": ("Ctrl+S",),
}

_CVAT: dict[str, tuple[str, ...]] = {
    "next": ("F", "Right"),
    "previous": ("D", "Left"),
    "next_10": ("V", "Shift+Right"),
    "previous_10": ("C", "Shift+Left"),
    "next_prompted": ("R", "PgDown"),
    "previous_prompted": ("E", "PgUp"),
    "play": ("Space",),
    "new_object": ("N",),
    "finish": ("Return", "Shift+N"),
    "box": ("Shift+R",),
    "clear": ("Backspace",),
    "confirm": ("Ctrl+Return",),
    "track_forward": ("Ctrl+E", "]"),
    "export": ("Ctrl+Shift+E",),
    "save": ("Ctrl+S",),
    "undo": ("Ctrl+Z",),
    "redo": ("Ctrl+Shift+Z", "Ctrl+Y"),
}

PRESETS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    STANDARD: {},
    "X-AnyLabeling": _X_ANYLABELING,
    "CVAT": _CVAT,
}
