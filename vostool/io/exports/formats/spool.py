"""A place on the disk for pieces that belong together but come in another order.

Formats that write one track after the other get their frames in the order of time. The pieces of
each track wait here: a little of each in memory, the rest in one file without a name, so that
memory does not grow with the length of the video.
"""

from __future__ import annotations

import tempfile
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import IO

_BUFFER = 1 << 15
_PIECE = 1 << 20


class Spool:
    """Bytes by key, kept in the order in which each key's were added."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._size = 0
        self._buffers: dict[Hashable, bytearray] = {}
        self._stored: dict[Hashable, list[tuple[int, int]]] = {}

    def add(self, key: Hashable, data: bytes) -> None:
        """Append to what the key holds."""
        buffer = self._buffers.setdefault(key, bytearray())
        buffer += data
        if len(buffer) >= _BUFFER:
            self._file.seek(self._size)
            self._file.write(buffer)
            self._stored.setdefault(key, []).append((self._size, len(buffer)))
            self._size += len(buffer)
            buffer.clear()

    def take(self, key: Hashable) -> Iterator[bytes]:
        """The key's bytes in pieces; afterwards the key holds nothing."""
        for place, length in self._stored.pop(key, []):
            for start in range(place, place + length, _PIECE):
                self._file.seek(start)
                yield self._file.read(min(_PIECE, place + length - start))
        yield bytes(self._buffers.pop(key, b""))

    def close(self) -> None:
        """Give the disk's space back; may be called twice."""
        self._file.close()
