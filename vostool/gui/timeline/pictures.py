"""Keeps the pictures of rows between paints, so that a moving playhead costs nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from PyQt6.QtGui import QImage

MOST = 192
"""Pictures kept: about 50 KB each on a screen 1280 pixels wide."""


class Pictures:
    """A small cache: one picture for each slot, made again when what it shows has changed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[Hashable, QImage]] = OrderedDict()

    def get(self, slot: Hashable, shows: Hashable, make: Callable[[], QImage]) -> QImage:
        """The slot's picture; ``make`` is called where ``shows`` is not what it was made of."""
        kept = self._kept.get(slot)
        if kept is None or kept[0] != shows:
            kept = (shows, make())
            self._kept[slot] = kept
        self._kept.move_to_end(slot)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return kept[1]

    def clear(self) -> None:
        """Keep nothing."""
        self._kept.clear()
