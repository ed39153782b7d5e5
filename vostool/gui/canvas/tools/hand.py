"""Hand: the left button moves the picture, as the middle one does with every tool."""

from __future__ import annotations

from PyQt6.QtCore import Qt

from vostool.gui.canvas.tools.spec import Kind, ToolSpec

HAND = ToolSpec(
    id="hand",
    title="Hand",
    kind=Kind.VIEW,
    tip="Drag the picture",
    gesture=None,
    keys=("H",),
    cursor=Qt.CursorShape.OpenHandCursor,
)
