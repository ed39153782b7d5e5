"""Whether a packet of FFV1 is as its encoder wrote it, by the checksums of its slices.

FFmpeg's decoder compares them too, but says so in its log only, and puts what it has from the
frame before in place of a damaged slice.
"""

from __future__ import annotations

import zlib

_CHECKED, _PLAIN = 8, 3  # bytes behind a slice, with and without a checksum
_SIZE = 3
_ALL = 0xFFFFFFFF
_STARTS = (0, 0x9E02315E)  # bits reversed; version 4 may begin with 0x7A8C4079 (ffv1_parse.c)
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


def is_intact(packet: bytes) -> bool:
    """False where a checksum does not match; True also where the stream has none.

    RFC 9043 section 4.9: from version 3 on each slice ends in its size (24 bits) and, with error
    correction, in a status byte and a CRC-32 over all of the slice, which makes the whole come out
    as it began. Sizes are read from the end of the packet on.
    """
    if _slices(packet, _PLAIN) is not None:
        return True
    slices = _slices(packet, _CHECKED)
    return slices is not None and all(_matches(packet[begin:end]) for begin, end in slices)


def _slices(packet: bytes, footer: int) -> list[tuple[int, int]] | None:
    """Begin and end of every slice from the last one on; None where the sizes do not add up."""
    slices, end = [], len(packet)
    while end > 0:
        if end < footer:
            return None
        at = end - footer
        begin = end - footer - int.from_bytes(packet[at : at + _SIZE], "big")
        if begin < 0:
            return None
        slices.append((begin, end))
        end = begin
    return slices


def _matches(data: bytes) -> bool:
    """True where the CRC-32 by 0x04C11DB7, most significant bit first, comes back to its start.

    zlib's begins with the least significant bit; on bits in the other order it is the same sum.
    """
    turned = data.translate(_REVERSED)
    return any(zlib.crc32(turned, start ^ _ALL) == start ^ _ALL for start in _STARTS)
