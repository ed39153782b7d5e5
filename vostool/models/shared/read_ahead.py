"""Frames of a run, read ahead in threads of their own while the network works. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Generic, TypeVar

from vostool.frames import FrameSource, Image

NAME = "reads-ahead"
"""How its threads are called."""

T = TypeVar("T")
Wanted = Callable[[int], bool]


def everything(_frame: int) -> bool:
    """No frame is left out."""
    return True


class ReadAhead(Generic[T]):
    """Reads the next frames of the run that began last, and what ``make`` makes of each.

    Decoders and Pillow let the interpreter go, so this costs the engine's thread nothing where
    another core is free. A video has one reader, which goes through it in the run's own order; the
    threads share what is left to do with a frame. Of images each thread reads its own. Nothing
    depends on what was read ahead: whoever asks for another frame reads it himself.

    One thread uses it, the engine's. Its own threads end with :meth:`close`, and with the object.
    """

    def __init__(
        self, source: FrameSource, make: Callable[[int, Image], T], *, threads: int, most: int
    ) -> None:
        """Start nothing yet.

        Args:
            source: is cloned; not read itself.
            make: called in a thread with a frame's number and picture.
            threads: that work at once.
            most: frames that are ready or in work at once.
        """
        self._source, self._make = source, make
        self._threads, self._most = threads, most
        self._readers: SimpleQueue[FrameSource] = SimpleQueue()
        self._clones: list[FrameSource] = []
        self._pool: ThreadPoolExecutor | None = None
        self._current: Expected[T] | None = None

    def expect(self, frames: Sequence[int], wanted: Wanted = everything) -> Expected[T]:
        """A run begins: read these frames in this order, in place of those of a run before.

        Args:
            frames: may name one twice.
            wanted: asked just before a frame is read; False passes it over.
        """
        self.stop()
        self._current = Expected(self, frames, wanted, self._most)
        if len(frames) > 1:  # a frame alone is read sooner by who asks for it
            self._current.read_on()
        return self._current

    def take(self, frame: int) -> Callable[[], T] | None:
        """What was made of a frame, once; None where it was not read ahead.

        Returns:
            A function that waits for it, and raises what reading or making it raised.
        """
        return None if self._current is None else self._current.take(frame)

    def ready(self, most: int) -> list[int]:
        """The frames that the run comes to next, as far as they are ready in one piece."""
        return [] if self._current is None else self._current.ready(most)

    def is_current(self, expected: Expected[T]) -> bool:
        """False where another run has begun since."""
        return expected is self._current

    def submit(self, frame: int) -> Future[T]:
        """Read a frame in a thread."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix=NAME)
        while len(self._clones) < (self._threads if self._source.info.kind == "images" else 1):
            self._clones.append(self._source.clone())
            self._readers.put(self._clones[-1])
        return self._pool.submit(_read, self._readers, frame, self._make)

    def stop(self) -> None:
        """Read no further; returns at once, frames in work end by themselves."""
        current, self._current = self._current, None
        if current is not None:
            current.give_up()

    def close(self) -> None:
        """Give files and threads back, after the frames that are in work."""
        self.stop()
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)
        for clone in self._clones:
            clone.close()
        self._clones.clear()
        self._readers = SimpleQueue()


class Expected(Generic[T]):
    """The frames of one run, of which a few are read ahead."""

    def __init__(
        self, reader: ReadAhead[T], frames: Sequence[int], wanted: Wanted, most: int
    ) -> None:
        self._reader, self._frames, self._wanted, self._most = reader, frames, wanted, most
        self._at = self._next = 0
        self._window: dict[int, Future[T]] = {}

    def stand_at(self, frame: int) -> None:
        """The run works on this frame now; what comes before it is of no use any more."""
        if not self._reader.is_current(self):
            return
        for place in range(self._at, len(self._frames)):
            if self._frames[place] == frame:
                self._at = place
                break
        for place in [p for p in self._window if p < self._at]:
            self._window.pop(place).cancel()
        self._next = max(self._next, self._at)
        self.read_on()

    def give_up(self) -> None:
        """Begin no frame any more."""
        for future in self._window.values():
            future.cancel()
        self._window.clear()

    def coming(self, count: int) -> list[int]:
        """The frames after the one in work; none where another run has begun since."""
        if not self._reader.is_current(self):
            return []
        return list(self._frames[self._at + 1 : self._at + 1 + count])

    def end(self) -> None:
        """The run is over."""
        if self._reader.is_current(self):
            self._reader.stop()

    def take(self, frame: int) -> Callable[[], T] | None:
        """As :meth:`ReadAhead.take` has it."""
        found = next((p for p in self._window if self._frames[p] == frame), None)
        if found is None:
            return None
        future = self._window.pop(found)
        self.read_on()
        return future.result

    def ready(self, most: int) -> list[int]:
        """As :meth:`ReadAhead.ready` has it."""
        frames: list[int] = []
        for place, future in self._window.items():
            if len(frames) == most or not future.done() or future.exception() is not None:
                break
            if place > self._at:
                frames.append(self._frames[place])
        return frames

    def read_on(self) -> None:
        """Have as many frames in work as may be."""
        while len(self._window) < self._most and self._next < len(self._frames):
            frame = self._frames[self._next]
            if self._wanted(frame):
                self._window[self._next] = self._reader.submit(frame)
            self._next += 1


def _read(readers: SimpleQueue[FrameSource], frame: int, make: Callable[[int, Image], T]) -> T:
    reader = readers.get()
    try:
        picture = reader.frame(frame)
    finally:
        readers.put(reader)
    return make(frame, picture)
