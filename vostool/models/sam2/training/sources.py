"""The videos that are learnt from, of which a few are open at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from vostool.frames import FrameSource
from vostool.models.trainer import TaughtVideo

OPEN = 8
"""Each holds a decoder with its frames, and a file."""


class TaughtSources:
    """Opens videos as they are asked for; the one that was asked longest ago is closed."""

    def __init__(self, videos: Sequence[TaughtVideo]) -> None:
        self._videos = videos
        self._opened: OrderedDict[int, FrameSource] = OrderedDict()

    def __call__(self, number: int) -> FrameSource:
        """The video of that number.

        Raises:
            SourceError: it cannot be opened.
        """
        if number not in self._opened:
            if len(self._opened) >= OPEN:
                self._opened.popitem(last=False)[1].close()
            self._opened[number] = self._videos[number].open()
        self._opened.move_to_end(number)
        return self._opened[number]

    def close(self) -> None:
        """Close them all."""
        while self._opened:
            self._opened.popitem()[1].close()
