"""Where models compute: engines, finders and listeners of one window go together."""

from __future__ import annotations

from vostool.gui.settings import values as settings_values
from vostool.models.devices import CPU


class Place:
    """The device of the settings, or the CPU once the GPU is lost to this process.

    Attributes:
        lost: the GPU answers no more.
    """

    def __init__(self) -> None:
        self.lost = False

    @property
    def device(self) -> str | None:
        """Its name; None for the best there is."""
        return CPU.name if self.lost else settings_values.load().device or None
