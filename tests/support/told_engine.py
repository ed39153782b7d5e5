"""What the tests' engines have in common: they read a source, keep every request, hold nothing."""

from __future__ import annotations

from vostool.frames import FrameSource
from vostool.models.engine import EngineInfo, TrackRequest


class ToldEngine:
    """An engine whose masks are known beforehand; a subclass segments and tracks.

    Attributes:
        requests: every track run that was asked for.
    """

    def __init__(self, name: str, title: str) -> None:
        self._info = EngineInfo(name, title)
        self.requests: list[TrackRequest] = []

    @property
    def info(self) -> EngineInfo:
        return self._info

    def open(self, source: FrameSource) -> None:
        self._source = source

    def close(self) -> None:
        """Nothing is held."""
