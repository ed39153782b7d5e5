"""What the tools use of the canvas and of the picture on it, without importing either."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from PyQt6.QtCore import Qt

from vostool.frames import Image
from vostool.gui.canvas.tools.options import ToolOptions
from vostool.gui.canvas.tools.previews import Previews


class Surface(Protocol):
    """The canvas: where previews are laid, and which keys and cursor belong to the tool."""

    @property
    def options(self) -> ToolOptions:
        """What the tools are set to."""

    @property
    def previews(self) -> Previews:
        """What the tools lay over the picture for a while."""

    def claim_keys(self, keys: Iterable[str]) -> None:
        """While the canvas has the focus these keys ("Esc", "Ctrl+Z") are no shortcuts."""

    def show_cursor(self, shape: Qt.CursorShape | None) -> None:
        """Show this cursor over the canvas; None: the chosen tool's own."""


class ShownPicture(Protocol):
    """The picture on the canvas."""

    @property
    def shown_frame(self) -> int | None:
        """The frame that is seen, or None where none is."""

    def picture(self, frame: int) -> Image | None:
        """A frame's picture, (H, W, 3) uint8 RGB, where it is decoded; else None."""

    def refresh(self) -> None:
        """Read the current frame, and show it."""
