"""An engine that could not open the video: it answers nothing until the next one is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vostool.errors import ModelError
from vostool.frames import FrameSource
from vostool.models.engine import (
    Engine,
    EngineInfo,
    SegmentReply,
    SegmentRequest,
    TrackedFrame,
    TrackRequest,
)


class Unfit:
    """Stands in for the engine: it may still hold the video before, whose masks would be wrong."""

    def __init__(self, engine: Engine, sentence: str) -> None:
        self.engine = engine
        self._sentence = sentence

    @property
    def info(self) -> EngineInfo:
        return self.engine.info

    def open(self, source: FrameSource) -> None:
        self.engine.open(source)

    def close(self) -> None:
        self.engine.close()

    def segment(self, request: SegmentRequest) -> SegmentReply:
        raise ModelError(self._sentence)

    def track(self, request: TrackRequest, cancelled: Callable[[], bool]) -> Iterator[TrackedFrame]:
        raise ModelError(self._sentence)
