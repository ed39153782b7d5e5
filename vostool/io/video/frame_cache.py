"""A cache of decoded pictures that is bounded in bytes and safe to share between threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar, cast

T = TypeVar("T")


class _Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


def array_bytes(value: object) -> int:
    """``nbytes`` of a numpy array, the default measure of :class:`FrameCache`."""
    return cast(_Sized, value).nbytes


class FrameCache(Generic[T]):
    """Frames by index; the least recently used go first when ``max_bytes`` would be passed.

    Any thread may call any method.

    Args:
        max_bytes: bound of all values together. A single value larger than this is kept alone, or
            a picture that fits no bound could never be shown.
        size_of: bytes that a value holds; the default reads ``value.nbytes``.
    """

    def __init__(self, max_bytes: int, size_of: Callable[[T], int] = array_bytes) -> None:
        self._max_bytes = max_bytes
        self._size_of = size_of
        self._values: OrderedDict[int, tuple[T, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def max_bytes(self) -> int:
        """The bound, in bytes."""
        return self._max_bytes

    @property
    def nbytes(self) -> int:
        """Bytes held now: at most ``max_bytes``, but for one value that is larger by itself."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, index: int) -> bool:
        """True where the frame is held; does not count as use."""
        with self._lock:
            return index in self._values

    def get(self, index: int) -> T | None:
        """The frame, now the most recently used one, or None."""
        with self._lock:
            found = self._values.get(index)
            if found is None:
                return None
            self._values.move_to_end(index)
            return found[0]

    def put(self, index: int, value: T) -> None:
        """Keep a frame, replacing an older one of this index."""
        size = self._size_of(value)
        with self._lock:
            self._drop(index)
            while self._values and self._bytes + size > self._max_bytes:
                _, (_, oldest) = self._values.popitem(last=False)
                self._bytes -= oldest
            self._values[index] = (value, size)
            self._bytes += size

    def indices(self) -> frozenset[int]:
        """Which frames are held now."""
        with self._lock:
            return frozenset(self._values)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._bytes = 0

    def _drop(self, index: int) -> None:
        found = self._values.pop(index, None)
        if found is not None:
            self._bytes -= found[1]
