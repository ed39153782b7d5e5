"""The thread that owns the display's decoder: the latest frame wins, neighbours are prefetched."""

from __future__ import annotations

from typing import NamedTuple

from PyQt6.QtCore import pyqtSignal

from vostool.errors import VosToolError
from vostool.frames import FrameSource, Image, damage_of
from vostool.gui.threads.latest import LatestThread
from vostool.io.video.frame_cache import FrameCache
from vostool.io.video.prefetch import prefetch_order
from vostool.words import mark


class FrameWish(NamedTuple):
    """A frame that is to be shown, and the way the playhead moves (-1, 0 or 1)."""

    frame: int
    direction: int


class FrameLoader(LatestThread[FrameWish]):
    """Decodes frames into a cache that the GUI thread reads without waiting.

    Signals:
        loaded(int): this frame is in the cache now and it was asked for.
        failed(int, str): this frame cannot be shown, with one sentence why.
    """

    doing = mark("reading a frame")
    loaded = pyqtSignal(int)
    failed = pyqtSignal(int, str)

    def __init__(self, source: FrameSource, cache: FrameCache[Image], look_ahead: int = 24) -> None:
        super().__init__()
        self._source = source
        self._cache = cache
        self._look_ahead = look_ahead
        self._plan: list[int] = []

    def forget(self) -> None:
        """Give the memory of cached frames back, when the video is closed."""
        self._cache.clear()

    def cached(self, frame: int) -> Image | None:
        """The picture if it is there, at once."""
        return self._cache.get(frame)

    def word(self, frame: int) -> str:
        """What is wrong with a picture that is cached; "" where nothing is."""
        return damage_of(self._source, frame) or ""

    def work(self, request: FrameWish) -> None:
        self._plan = []
        if not self._load(request.frame, wanted=True):
            return
        self.loaded.emit(request.frame)
        order = prefetch_order(
            request.frame, request.direction, len(self._source), ahead=self._look_ahead
        )
        # What is read ahead must not push out the picture that is to be shown.
        self._plan = order[1 : 1 + self._room(request.frame)]

    def idle(self) -> bool:
        while self._plan:
            frame = self._plan.pop(0)
            if frame not in self._cache:
                self._load(frame, wanted=False)
                return True
        return False

    def finish(self) -> None:
        self._source.close()

    def _room(self, frame: int) -> int:
        """How many more pictures of this frame's size the cache holds."""
        picture = self._cache.get(frame)
        return 0 if picture is None else max(0, self._cache.max_bytes // picture.nbytes - 1)

    def _load(self, frame: int, wanted: bool) -> bool:
        if frame in self._cache:
            return True
        try:
            self._cache.put(frame, self._source.frame(frame))
        except VosToolError as error:
            if wanted:
                self.failed.emit(frame, str(error))
            return False
        return True
