"""Packets and decoded frames of one video stream, each known by its packet's number.

A packet's number is its place in the file's decoding order, counted from 0. It travels through
the decoder with the frame (``AV_CODEC_FLAG_COPY_OPAQUE``), so that a frame is known for what it
is whatever its timestamps say.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import av
from av.codec.context import ThreadType
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vostool.errors import SourceChanged, SourceError
from vostool.io.video.container import discard_others, open_container, pick_stream
from vostool.io.video.ffv1_slices import is_intact
from vostool.words import tr

NO_PTS = -(1 << 63)
"""A timestamp that the file does not give, as in libavutil (AV_NOPTS_VALUE)."""

NO_PACKET = -1
_MAX_THREADS = 8
_IDENTIFY_TRIES = 64
_UNSTEADY = ("vp8", "ffv1")
"""Decoders that patch a damaged frame up by chance where frames are decoded in parallel."""
_PATCHING = ("vp8", "ffv1")
"""Decoders that make up what is damaged from what they held before, without a flag or an error."""
_NO_BYTE_SEEK = 0x8000  # AVFMT_NO_BYTE_SEEK


class PacketKey(NamedTuple):
    """What tells a packet from every other after a seek; unknown values are NO_PTS or -1."""

    pts: int
    dts: int
    pos: int
    size: int

    @classmethod
    def of(cls, packet: Packet[VideoStream]) -> PacketKey:
        pts = NO_PTS if packet.pts is None else packet.pts
        dts = NO_PTS if packet.dts is None else packet.dts
        return cls(pts, dts, -1 if packet.pos is None else packet.pos, packet.size)


class NumberedFrame(NamedTuple):
    """A decoded frame and the number of the packet that it came from."""

    packet: int
    frame: VideoFrame


class VideoReader:
    """One decoder over one file, moving forward from where it was last started.

    Args:
        path: the video.
        keys: number of every packet by its key, once known; needed for a start elsewhere than at
            the beginning.
        threads: decoder threads, 0 for one a core; 1 loses no frame near a damaged one.
        strict: where every picture stands alone (MJPEG), a damaged one is an error and does not
            come out; decoders patch it up without a word otherwise.

    Attributes:
        errors: how often the demuxer or the decoder stopped at something.
        signs: packets that showed damage since they were last taken.
        hints: first and last packet that an error may belong to, where several threads decode.
        patches: damage changes pictures without a word, by what was decoded before, so that each
            group of pictures wants a decoder without a past (VP8; FFV1 without checksums).
    """

    def __init__(
        self,
        path: Path,
        keys: Mapping[PacketKey, int] | None = None,
        threads: int = 0,
        strict: bool = False,
    ) -> None:
        self._path = path
        self._keys = keys or {}
        self.threads = threads or min(os.cpu_count() or 1, _MAX_THREADS)
        self._strict = strict
        self.errors = 0
        self.signs: set[int] = set()
        self.hints: tuple[int, int] | None = None
        self.next_packet = 0
        self._open()

    def _open(self) -> None:
        self.container = open_container(self._path)
        try:
            self.stream = pick_stream(self.container, self._path)
        except SourceError:
            self.container.close()
            raise
        self.codec = self.stream.codec_context
        self._summed = self.codec.name == "ffv1" and self.codec.extradata_size > 0
        self.patches = self.codec.name in _PATCHING and not self._summed
        if self.patches:
            self.threads = 1  # which tells of each error where it is
        by_slice = self.codec.name in _UNSTEADY
        self.codec.thread_type = ThreadType.SLICE if by_slice else ThreadType.AUTO
        self.codec.thread_count = self.threads
        self.codec.copy_opaque = True
        if self._strict and self.codec.codec.intra_only:
            self.codec.options = {"err_detect": "explode"}
        discard_others(self.container, self.stream)
        self._packets = self._demux()
        self._drained = False
        self._last_out: list[NumberedFrame] = []

    def packets(self) -> Iterator[Packet[VideoStream]]:
        """All packets that are left, not decoded; ends early where the file is damaged."""
        return self._packets

    def read(self) -> list[NumberedFrame] | None:
        """Decode one more packet: the frames that came out, or None after the last one."""
        if self._drained:
            return None
        packet = next(self._packets, None)
        if packet is None:
            self._drained = True
        else:
            packet.opaque = _Label(self.next_packet)
            if packet.is_corrupt or (self._summed and not is_intact(bytes(packet))):
                self.signs.add(self.next_packet)
            self.next_packet += 1
        try:
            frames = [NumberedFrame(_number(frame), frame) for frame in self.codec.decode(packet)]
        except av.FFmpegError:
            self._failed()
            return []
        # Held until more was decoded: a picture that is never filled shows what its memory held
        # before, so which one a decoder takes anew must not depend on who asks when.
        self._last_out = frames
        self.signs.update(
            number for number, frame in frames if frame.is_corrupt and number != NO_PACKET
        )
        return frames

    def start(self, packet: int, key: PacketKey) -> None:
        """Go to a packet by the cheapest way that is proven right; decoding begins there.

        Raises:
            SourceChanged: the file is not as it was when it was indexed.
        """
        if not (self._seek_time(packet, key) or self._seek_byte(packet, key)):
            self.container.close()
            self._open()  # the one way back that holds for every container
            self._skip(packet)
        self.next_packet = packet
        self._drained = False
        self.signs.clear()
        self.hints = None
        self.codec.flush_buffers()

    def _failed(self) -> None:
        self.errors += 1
        last = self.next_packet - 1
        if self.threads == 1:
            self.signs.add(last)
        else:
            first = max(last - self.threads, 0) if self.hints is None else self.hints[0]
            self.hints = first, last

    def close(self) -> None:
        """Give the file back."""
        self.container.close()

    def _demux(self) -> Iterator[Packet[VideoStream]]:
        try:
            for packet in self.container.demux(self.stream):
                if packet.size:
                    yield packet
        except av.FFmpegError:
            self.errors += 1

    def _skip(self, count: int) -> None:
        for _ in range(count):
            if next(self._packets, None) is None:
                raise SourceChanged(
                    tr(
                        "The file '{path_name}' is not as it was when it was opened; "
                        "open it again.",
                        path_name=self._path.name,
                    )
                )

    def _seek_time(self, packet: int, key: PacketKey) -> bool:
        stamps = {stamp for stamp in (key.pts, key.dts) if stamp != NO_PTS}
        return any(self._seek(packet, key, stamp) for stamp in sorted(stamps, reverse=True))

    def _seek_byte(self, packet: int, key: PacketKey) -> bool:
        if key.pos < 0 or self.container.format.flags & _NO_BYTE_SEEK:
            return False
        return self._seek(packet, key, key.pos, by_byte=True)

    def _seek(self, packet: int, key: PacketKey, offset: int, by_byte: bool = False) -> bool:
        """Seek, and see that ``packet`` comes next; the demuxer then stands just before it."""
        try:
            self.container.seek(offset, stream=self.stream, unsupported_byte_offset=by_byte)
        except av.FFmpegError:
            return False
        self._packets = self._demux()
        for found in islice(self._packets, _IDENTIFY_TRIES):
            number = self._keys.get(PacketKey.of(found), NO_PACKET)
            if number == packet:
                self._packets = chain([found], self._packets)
                return True
            if number > packet:
                return False
            if number != NO_PACKET:
                return self._skip_to(packet - number - 1, key)
        return False

    def _skip_to(self, between: int, key: PacketKey) -> bool:
        """Read ``between`` packets away; True where the one after them has ``key``."""
        found = next(islice(self._packets, between, None), None)
        if found is None or PacketKey.of(found) != key:
            return False
        self._packets = chain([found], self._packets)
        return True


class _Label:
    """A packet's number on its way through the decoder.

    An object of its own for each packet: PyAV keys what it carries by `id`, and small integers
    are shared, so that one decoder's frames would drop another one's labels.
    """

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


def _number(frame: VideoFrame) -> int:
    return frame.opaque.number if isinstance(frame.opaque, _Label) else NO_PACKET
