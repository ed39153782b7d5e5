"""A cache of decoded pictures that is bounded in bytes and safe to share between threads."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, cast

T = TypeVar("T")
_numbers = itertools.count()


class _Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


def array_bytes(value: object) -> int:
    """``nbytes`` of a numpy array, the default measure of :class:`FrameCache`."""
    return cast(_Sized, value).nbytes


class SharedBound:
    """A bound in bytes for all that several caches hold; the least recently used goes first.

    Whose it is does not matter: a reader that is busy takes the room of one that rests.

    Args:
        max_bytes: bound of all values together. A single value larger than this is kept alone, or
            a picture that fits no bound could never be shown.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.nbytes = 0
        self.lock = threading.Lock()
        # What a cache that is gone had held is counted until its turn comes; its memory is free.
        self._used: OrderedDict[tuple[int, int], tuple[weakref.ref[FrameCache[Any]], int]] = (
            OrderedDict()
        )

    def touch(self, cache: int, index: int) -> None:
        """Make a value the most recently used one; the caller holds the lock, as in the others."""
        self._used.move_to_end((cache, index))

    def add(self, owner: FrameCache[Any], cache: int, index: int, size: int) -> None:
        """Count a value, and push out what has no room beside it."""
        while self._used and self.nbytes + size > self.max_bytes:
            (_, oldest), (other, freed) = self._used.popitem(last=False)
            self.nbytes -= freed
            left = other()
            if left is not None:
                left.pushed_out(oldest, freed)
        self._used[cache, index] = weakref.ref(owner), size
        self.nbytes += size

    def drop(self, cache: int, index: int) -> int:
        """Count a value no longer; its size."""
        _, size = self._used.pop((cache, index))
        self.nbytes -= size
        return size


class FrameCache(Generic[T]):
    """Frames by index; the least recently used go first when the bound would be passed.

    Any thread may call any method.

    Args:
        bound: in bytes, of all values together; or one that this cache shares with others.
        size_of: bytes that a value holds; the default reads ``value.nbytes``.
    """

    def __init__(self, bound: int | SharedBound, size_of: Callable[[T], int] = array_bytes) -> None:
        self._bound = SharedBound(bound) if isinstance(bound, int) else bound
        self._size_of = size_of
        self._number = next(_numbers)
        self._values: dict[int, T] = {}
        self._bytes = 0

    @property
    def max_bytes(self) -> int:
        """The bound, in bytes."""
        return self._bound.max_bytes

    @property
    def nbytes(self) -> int:
        """Bytes held now: at most ``max_bytes``, but for one value that is larger by itself."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, index: int) -> bool:
        """True where the frame is held; does not count as use."""
        with self._bound.lock:
            return index in self._values

    def get(self, index: int) -> T | None:
        """The frame, now the most recently used one, or None."""
        with self._bound.lock:
            if index not in self._values:
                return None
            self._bound.touch(self._number, index)
            return self._values[index]

    def put(self, index: int, value: T) -> None:
        """Keep a frame, replacing an older one of this index."""
        size = self._size_of(value)
        with self._bound.lock:
            self._drop(index)
            self._bound.add(self, self._number, index, size)
            self._values[index] = value
            self._bytes += size

    def remove(self, indices: frozenset[int]) -> None:
        """Forget these frames, where they are held."""
        with self._bound.lock:
            for index in indices:
                self._drop(index)

    def indices(self) -> frozenset[int]:
        """Which frames are held now."""
        with self._bound.lock:
            return frozenset(self._values)

    def clear(self) -> None:
        """Forget everything."""
        with self._bound.lock:
            for index in list(self._values):
                self._drop(index)

    def pushed_out(self, index: int, size: int) -> None:
        """A value had to go; called by the bound, which holds the lock."""
        del self._values[index]
        self._bytes -= size

    def _drop(self, index: int) -> None:
        if index in self._values:
            del self._values[index]
            self._bytes -= self._bound.drop(self._number, index)
