"""Frames of the open source as flow takes them, read ahead of a leg. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from vostool.frames import FrameSource, Image
from vostool.models.flow.picture import Picture
from vostool.models.shared.read_ahead import ReadAhead

_FRAMES_AHEAD = 4
"""Less than a megabyte each."""


class ReadsPictures(Protocol):
    """What gives pictures by frame; raises SourceError where one cannot be decoded."""

    def __call__(self, frame: int) -> Picture: ...

    def expecting(self, frames: Sequence[int]) -> AbstractContextManager[object]:
        """Around a leg that needs these frames, in this order."""
        ...


class FlowPictures:
    """Implements :class:`ReadsPictures` for an engine without a network."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._ahead: ReadAhead[Picture] = ReadAhead(source, _made, threads=1, most=_FRAMES_AHEAD)

    def __call__(self, frame: int) -> Picture:
        waiting = self._ahead.take(frame)
        return Picture.of(self._source.frame(frame)) if waiting is None else waiting()

    @contextmanager
    def expecting(self, frames: Sequence[int]) -> Iterator[None]:
        expected = self._ahead.expect(frames)
        try:
            yield
        finally:
            expected.end()

    def close(self) -> None:
        """Give files and threads back."""
        self._ahead.close()


def _made(_frame: int, picture: Image) -> Picture:
    return Picture.of(picture)
