"""What a video's packets say before any of them is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from av.packet import Packet
from av.video.stream import VideoStream

from vostool.io.video.container import other_streams
from vostool.io.video.cut_short import is_cut_short, stated_end
from vostool.io.video.index import PacketTable
from vostool.io.video.reader import NO_PTS, PacketKey, VideoReader
from vostool.progress import Progress
from vostool.words import tr


@dataclass(frozen=True)
class PacketScan:
    """The packets, and what the container says about them."""

    packets: PacketTable
    declared: int
    incomplete: bool
    gaps: list[int]
    cut: bool
    end: float | None
    time_base: float
    average_rate: float
    codec: str
    others: list[str]

    @property
    def damaged(self) -> bool:
        """True where packets are missing or the file is cut short, even if every frame decodes."""
        return self.incomplete or bool(self.gaps)


def scan_packets(path: Path, progress: Progress) -> PacketScan:
    """Read every packet of the video and decode none.

    Args:
        progress: told bytes.

    Raises:
        SourceError: no video.
        Cancelled: through ``progress``.
    """
    total = path.stat().st_size
    reader = VideoReader(path)
    rows: list[tuple[int, int, int, int, bool, bool]] = []
    gaps: list[int] = []
    try:
        stream = reader.stream
        indexed = _indexed(reader)
        others = other_streams(reader.container, stream)
        is_vp8 = reader.codec.name == "vp8"
        for packet in reader.packets():
            hidden = packet.is_discard or (is_vp8 and _vp8_hidden(packet))
            rows.append((*PacketKey.of(packet), packet.is_keyframe, not hidden))
            if packet.is_corrupt:
                gaps.append(len(rows) - 1)
            if len(rows) % 1024 == 0:
                progress(min(max(packet.pos or 0, 0), total), total, tr("reading the index"))
        packets = _table(rows)
        # What an edit list cuts off, or a chunk without a picture, is counted by the header only.
        declared = indexed if indexed >= len(rows) else stream.frames
        return PacketScan(
            packets,
            declared,
            reader.errors > 0 or len(rows) < declared,
            gaps,
            is_cut_short(path, reader.container.format.name),
            stated_end(reader.container, stream),
            float(stream.time_base or 0),
            _rate(stream, packets),
            reader.codec.name,
            others,
        )
    finally:
        reader.close()


def _rate(stream: VideoStream, packets: PacketTable) -> float:
    """Frames a second; of a raw stream, which has no times, what the pictures themselves say."""
    average, guessed = stream.average_rate, stream.guessed_rate
    raw = len(packets) > 0 and bool(np.all(packets.pts == NO_PTS))
    return float((guessed or average if raw else average or guessed) or 0)


def _indexed(reader: VideoReader) -> int:
    """Packets that the index of an MP4 or AVI names, after its edit list; 0 where it has none."""
    name = reader.container.format.name
    if name != "avi" and "mp4" not in name:
        return 0
    return sum(entry.size > 0 for entry in reader.stream.index_entries)


def _table(rows: list[tuple[int, int, int, int, bool, bool]]) -> PacketTable:
    numbers = np.array([row[:4] for row in rows], np.int64).reshape(-1, 4)
    flags = np.array([row[4:] for row in rows], np.bool_).reshape(-1, 2)
    pts, dts, pos, size = np.ascontiguousarray(numbers.T)
    key, shown = np.ascontiguousarray(flags.T)
    return PacketTable(pts, dts, pos, size, key, shown)


def _vp8_hidden(packet: Packet[VideoStream]) -> bool:
    """True for an alternate reference frame: bit 4 of the frame tag, RFC 6386 section 9.1."""
    return not bytes(memoryview(packet)[:1])[0] & 0x10
