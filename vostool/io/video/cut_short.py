"""Whether a file ends before it should, by what its container says of its own length.

Only exact evidence counts, so that no sound file is ever called cut short. A duration alone is
none: the last picture of a slide show may stand for minutes, and sound may outlast the pictures.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from av.container import InputContainer
from av.video.stream import VideoStream

_EBML, _SEGMENT = 0x1A45DFA3, 0x18538067  # RFC 8794 section 11.2.1, RFC 9559 section 5.1
_TS_PACKET, _TS_SYNC = 188, b"\x47"  # ISO/IEC 13818-1 section 2.4.3
_TS_COMPARED = 3


def is_cut_short(path: Path, container: str) -> bool:
    """True where the end of the file is certainly missing.

    Matroska and WebM state the length of their segment, AVI that of its first chunk; an MPEG
    transport stream is made of packets of 188 bytes, so that one cut inside a packet shows.

    Args:
        path: the file.
        container: FFmpeg's name of its format.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if "matroska" in container:
                end = _segment_end(file)
                return end is not None and end > size
            if container == "avi":
                return _riff_end(file) > size
            return container == "mpegts" and _ends_in_a_packet(file, size)
    except OSError:
        return False


def stated_end(container: InputContainer, stream: VideoStream) -> float | None:
    """Seconds from timestamp 0 to the end of the pictures, as the header says; None: it does not.

    The container's duration is taken only where no other stream could be the longer one.
    """
    stated = _seconds(stream.metadata.get("DURATION", ""))
    if stated is None and len(container.streams) == 1 and container.duration:
        return float(container.duration / 1_000_000)
    return stated


def _seconds(stamp: str) -> float | None:
    """Matroska's DURATION tag, '00:00:04.023000000'."""
    try:
        hours, minutes, seconds = (float(part) for part in stamp.split(":"))
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds


def _riff_end(file: BinaryIO) -> int:
    """Byte after the first RIFF chunk; 0 where its length was never written."""
    head = file.read(8)
    if len(head) < 8 or head[:4] != b"RIFF":
        return 0
    length = int.from_bytes(head[4:], "little")
    return 0 if length in (0, 0xFFFFFFFF) else length + 8


def _segment_end(file: BinaryIO) -> int | None:
    """Byte after the first segment; None where its length is unknown, as in live streams."""
    kind, length = _element(file)
    if kind != _EBML:
        return None
    while kind != _SEGMENT:
        if kind is None or length is None:
            return None
        file.seek(length, os.SEEK_CUR)
        kind, length = _element(file)
    return None if length is None else file.tell() + length


def _element(file: BinaryIO) -> tuple[int | None, int | None]:
    """Identity and length of the element that begins here; None for what is not there."""
    kind, _ = _number(file)
    value, bits = _number(file)
    if kind is None or value is None:
        return None, None
    length = value & ((1 << bits) - 1)
    return kind, None if length == (1 << bits) - 1 else length


def _number(file: BinaryIO) -> tuple[int | None, int]:
    """A number of variable length with its marker bit, and how many bits it has without it."""
    first = file.read(1)
    if not first or not first[0]:
        return None, 0
    more = 8 - first[0].bit_length()
    rest = file.read(more)
    if len(rest) < more:
        return None, 0
    return int.from_bytes(first + rest, "big"), 7 * (more + 1)


def _ends_in_a_packet(file: BinaryIO, size: int) -> bool:
    """True where whole packets run to the end and the last one is a part only."""
    whole, left = divmod(size, _TS_PACKET)
    if not left or whole < _TS_COMPARED:
        return False
    places = [*range(_TS_COMPARED), *range(whole - _TS_COMPARED + 1, whole + 1)]
    return all(_at(file, place * _TS_PACKET) == _TS_SYNC for place in places)


def _at(file: BinaryIO, place: int) -> bytes:
    file.seek(place)
    return file.read(1)
