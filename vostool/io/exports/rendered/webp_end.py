"""How long an animated WebP shows its last picture.

FFmpeg's encoder does not pass that on, and libwebp then takes the mean of the other pictures; the
number stands in the file's last ANMF chunk (developers.google.com/speed/webp/docs/riff_container).
"""

from __future__ import annotations

import struct
from pathlib import Path

_RIFF_HEADER = 12
_CHUNK_HEADER = 8
_DURATION_AT = 12  # within ANMF, after x, y, width and height of 3 bytes each
_LONGEST = (1 << 24) - 1


def set_last_duration(path: Path, milliseconds: int) -> None:
    """Write the last picture's duration; a file without animation is left as it is."""
    with open(path, "r+b") as file:
        last = None
        at = _RIFF_HEADER
        file.seek(at)
        while len(header := file.read(_CHUNK_HEADER)) == _CHUNK_HEADER:
            kind, size = struct.unpack("<4sI", header)
            if kind == b"ANMF":
                last = at + _CHUNK_HEADER + _DURATION_AT
            at += _CHUNK_HEADER + size + size % 2
            file.seek(at)
        if last is not None:
            file.seek(last)
            file.write(min(max(milliseconds, 1), _LONGEST).to_bytes(3, "little"))
