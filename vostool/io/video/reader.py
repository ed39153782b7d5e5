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
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vostool.errors import SourceError
from vostool.files import NotRegular, open_regular

NO_PTS = -(1 << 63)
"""A timestamp that the file does not give, as in libavutil (AV_NOPTS_VALUE)."""

NO_PACKET = -1
_MAX_THREADS = 8
_IDENTIFY_TRIES = 64
_NO_BYTE_SEEK = 0x8000  # AVFMT_NO_BYTE_SEEK

CONTAINERS = (
    "mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpegts", "mpeg", "asf",
    "flv", "ogg", "nut", "mxf", "ivf", "gif", "apng", "dv", "rm", "wtv", "gxf", "yuv4mpegpipe",
    "h261", "h263", "h264", "hevc", "vvc", "m4v", "mpegvideo", "mjpeg", "av1", "obu", "vc1",
    "vc1test", "dirac", "cavsvideo", "avs2", "avs3", "swf", "nsv", "r3d", "bink", "smk", "roq",
)  # fmt: skip
"""FFmpeg's names of the containers that are read. A playlist, a script or a list of addresses in
disguise is none of them, so FFmpeg opens nothing that such a file names."""

_PICTURES = ("jpeg_pipe", "png_pipe", "webp_pipe", "tiff_pipe", "bmp_pipe", "image2")
"""Known for the sake of the sentence, and because raw MJPEG begins like a picture."""
_SOUND = ("wav", "mp3", "flac", "aac", "ac3", "aiff", "w64", "amr", "caf")
_STILL_BRANDS = ("heic", "heix", "heim", "heis", "mif1", "miaf", "avif", "avci", "jpeg")
"""ISO/IEC 23008-12: still pictures in the container of MP4; FFmpeg gives their tiles as streams."""

_RAW_MJPEG = (".mjpeg", ".mjpg")


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


def open_container(path: Path) -> InputContainer:
    """Open a local video file.

    Raises:
        SourceError: the file is absent, empty, unreadable or no video.
    """
    name = path.name
    try:
        with open_regular(path) as file:
            empty = not file.read(1)
        if empty:
            raise SourceError(f"The file '{name}' is empty; choose a video with pictures in it.")
        container = _opened(path)
        if container.format.name == "jpeg_pipe" and path.suffix.lower() in _RAW_MJPEG:
            # The first picture of a raw MJPEG stream looks like a single image.
            container.close()
            container = _opened(path, "mjpeg")
    except FileNotFoundError as error:
        raise SourceError(f"There is no file '{path}'; check the name.") from error
    except av.error.InvalidDataError as error:
        raise SourceError(
            f"The file '{name}' is no video that can be read: it is in no known format, or its "
            "header is damaged or missing."
        ) from error
    except NotRegular as error:
        raise SourceError(f"The file '{name}' cannot be opened: {error.strerror}.") from error
    except av.error.ArgumentError as error:  # what FFmpeg says of a format that is not on the list
        raise SourceError(
            f"The file '{name}' is no video: it is of a kind that is not opened here, such as a "
            "playlist or a script; choose the video itself."
        ) from error
    except (av.FFmpegError, OSError) as error:
        reason = error.strerror or error
        raise SourceError(f"The file '{name}' cannot be opened ({reason}).") from error
    if container.format.name in _PICTURES:
        container.close()
        raise SourceError(f"The file '{name}' is no video; choose a video or a folder of images.")
    if _is_still(container):
        container.close()
        raise SourceError(
            f"The file '{name}' is a still picture in a format that is not read (HEIF or AVIF); "
            "convert it to JPEG or PNG, and open the folder of those."
        )
    return container


def _opened(path: Path, container: str | None = None) -> InputContainer:
    # "file:" keeps a colon in a name from being read as a protocol, and the list keeps a playlist
    # in disguise from opening anything on the network.
    return av.open(f"file:{path}", format=container, options=_SAFE)


_SAFE = {
    "protocol_whitelist": "file",
    "format_whitelist": ",".join((*CONTAINERS, *_PICTURES, *_SOUND)),
}


def _is_still(container: InputContainer) -> bool:
    """True for pictures in the container of MP4, which are no video however many tiles there are.

    A sequence of such pictures has a track with all of them.
    """
    brand = container.metadata.get("major_brand", "")
    return brand in _STILL_BRANDS and all(s.frames <= 1 for s in container.streams.video)


def pick_stream(container: InputContainer, path: Path) -> VideoStream:
    """The video stream that FFmpeg's tool takes: marked as default, then the largest picture.

    Cover pictures are none. Of equal ones the first counts.

    Raises:
        SourceError: there is none, or no decoder for it.
    """
    streams = _videos(container)
    if not streams:
        kind = "only sound" if container.streams.audio else "no pictures"
        raise SourceError(f"The file '{path.name}' holds {kind}; choose a video with pictures.")
    stream = max(streams, key=_preference)
    if stream.codec_context is None:
        raise SourceError(
            f"The file '{path.name}' is compressed in a way that cannot be decoded here; "
            "convert it, to H.264 for example."
        )
    return stream


def other_streams(container: InputContainer, taken: VideoStream) -> list[str]:
    """The sizes of the video streams that are not shown."""
    return [f"{s.width}x{s.height}" for s in _videos(container) if s.index != taken.index]


def _videos(container: InputContainer) -> list[VideoStream]:
    return [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]


def _preference(stream: VideoStream) -> tuple[bool, bool, int]:
    known = stream.codec_context is not None
    default = bool(stream.disposition & Disposition.default)
    return known, default, stream.width * stream.height if known else 0


class VideoReader:
    """One decoder over one file, moving forward from where it was last started.

    Args:
        path: the video.
        keys: number of every packet by its key, once known; needed for a start elsewhere than at
            the beginning.
        threads: decoder threads, 0 for one a core; 1 loses no frame near a damaged one.
    """

    def __init__(
        self, path: Path, keys: Mapping[PacketKey, int] | None = None, threads: int = 0
    ) -> None:
        self._path = path
        self._keys = keys or {}
        self._threads = threads or min(os.cpu_count() or 1, _MAX_THREADS)
        self.errors = 0
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
        self.codec.thread_type = ThreadType.AUTO
        self.codec.thread_count = self._threads
        self.codec.copy_opaque = True
        _discard_others(self.container, self.stream)
        self._packets = self._demux()
        self._drained = False

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
            self.next_packet += 1
        try:
            frames = self.codec.decode(packet)
        except av.FFmpegError:
            self.errors += 1
            return []
        return [NumberedFrame(_number(frame), frame) for frame in frames]

    def start(self, packet: int, key: PacketKey) -> None:
        """Go to a packet by the cheapest way that is proven right; decoding begins there.

        Raises:
            SourceError: the file is not as it was when it was indexed.
        """
        if not (self._seek_time(packet, key) or self._seek_byte(packet, key)):
            self.container.close()
            self._open()  # the one way back that holds for every container
            self._skip(packet)
        self.next_packet = packet
        self._drained = False
        self.codec.flush_buffers()

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
                raise SourceError(
                    f"The file '{self._path.name}' is not as it was when it was opened; "
                    "open it again."
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


def _discard_others(container: InputContainer, stream: VideoStream) -> None:
    """Do not even read the sound, where PyAV can say so (18 and later)."""
    discard = getattr(av.stream, "Discard", None)
    for other in container.streams:
        if discard is not None and other.index != stream.index:
            other.discard = discard.all


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
