"""Label Studio's run lengths of a brush: the ``rle-pack`` bit stream of @thi.ng.

The stream holds the number of values (32 bits), the size of a value less one (5), and four sizes of
lengths less one (4 each). Blocks follow: a bit that says whether one value repeats, which of the
four sizes its length has (2), the length less one, and the value, or as many values. The values are
the RGBA bytes of a picture; where alpha is not 0, the brush was.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_CHANNELS = 4
_MOST = 1 << 30


def brush_pixels(packed: Sequence[object], width: int, height: int) -> NDArray[np.bool_]:
    """(height, width) True where the brush was.

    Raises:
        ValueError: the stream is damaged, or of a picture of another size.
    """
    if not all(isinstance(b, int) and 0 <= b < 256 for b in packed):
        raise ValueError("the brush's run lengths are no bytes")
    size = width * height * _CHANNELS
    if size > _MOST:
        raise ValueError(f"a brush of {width}x{height} pixels is too large")
    stream = _Bits(bytes(b for b in packed if isinstance(b, int)))
    count = stream.read(32)
    if count != size:
        raise ValueError(f"the brush has {count} values, but a {width}x{height} picture has {size}")
    return _values(stream, count).reshape(height, width, _CHANNELS)[..., 3] > 0


def _values(stream: _Bits, count: int) -> NDArray[np.int64]:
    word = stream.read(5) + 1
    sizes = [stream.read(4) + 1 for _ in range(4)]
    found = np.zeros(count, np.int64)
    place = 0
    while place < count:
        repeats = stream.read(1)
        end = place + 1 + stream.read(sizes[stream.read(2)])
        if end > count:
            raise ValueError("the brush's run lengths go beyond the picture")
        if repeats:
            found[place:end] = stream.read(word)
        else:
            found[place:end] = stream.several(end - place, word)
        place = end
    return found


class _Bits:
    """Reads whole numbers of some bits, the highest bit first."""

    def __init__(self, data: bytes) -> None:
        self._bits = np.unpackbits(np.frombuffer(data, np.uint8))
        self._place = 0

    def read(self, size: int) -> int:
        """The next number."""
        return int(self.several(1, size)[0])

    def several(self, count: int, size: int) -> NDArray[np.int64]:
        """The next numbers.

        Raises:
            ValueError: the stream ends before.
        """
        end = self._place + count * size
        if end > len(self._bits):
            raise ValueError("the brush's run lengths end too early")
        bits = self._bits[self._place : end].reshape(count, size).astype(np.int64)
        self._place = end
        numbers: NDArray[np.int64] = bits @ (1 << np.arange(size - 1, -1, -1, dtype=np.int64))
        return numbers
