"""Exact random access to the frames of a video file, through PyAV.

Frame i is the i-th presented one. Pictures keep their stored pixels: anamorphic video is not
stretched, interlaced video not deinterlaced, high dynamic range not tone-mapped, since masks are
made on stored pixels; only the rotation that the file asks for is applied. A frame of another
size than the first one is scaled to it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame

from vostool.errors import SourceError
from vostool.frames import FrameSource, Image, SourceInfo
from vostool.io.video.fingerprint import fingerprint
from vostool.io.video.frame_cache import FrameCache
from vostool.io.video.index import VideoIndex
from vostool.io.video.index_builder import build_index
from vostool.io.video.index_store import load_index, save_index
from vostool.io.video.orientation import orientation_of
from vostool.io.video.reader import VideoReader
from vostool.progress import Progress, silent

DECODED_BYTES = 256 << 20
"""How much decoded video a reader keeps, so that stepping back decodes a group only once."""

_JUMP_PACKETS = 16
_LATE_FRAMES = 16
_RETRIES = (0, 1, 4)


def open_video(
    path: Path, progress: Progress = silent, index_dir: Path | None = None
) -> VideoSource:
    """Open a video file; its index comes from ``index_dir`` or is built and kept there.

    Args:
        path: the video file.
        progress: told how far the indexing is.
        index_dir: where indices are kept; None takes the person's cache folder.

    Raises:
        SourceError: the file cannot be read, or is no video.
        Cancelled: through ``progress``.
    """
    VideoReader(path).close()  # says what is wrong with the file, if anything is
    _, key = fingerprint(path)
    index = load_index(key, index_dir)
    if index is None:
        index = build_index(path, progress)
        save_index(key, index, index_dir)
    index.look_through()
    return VideoSource(path, index)


class VideoSource:
    """A :class:`~vostool.frames.FrameSource` over a video file; one thread at a time."""

    def __init__(self, path: Path, index: VideoIndex, decoded_bytes: int = DECODED_BYTES) -> None:
        self._path = path
        self._index = index
        self._decoded: FrameCache[VideoFrame] = FrameCache(decoded_bytes, _frame_bytes)
        self._reader: VideoReader | None = None
        self._started = 0
        self._last_out = -1
        self._lost: set[int] = set()
        self._closed = False
        self._info = SourceInfo(
            path=path,
            kind="video",
            width=index.width,
            height=index.height,
            frame_count=len(index),
            rate=index.rate,
            codec=index.codec,
            warning=index.warning,
        )

    @property
    def info(self) -> SourceInfo:
        return self._info

    def __len__(self) -> int:
        return len(self._index)

    def frame(self, index: int) -> Image:
        self._check(index)
        found = self._decoded.get(index)
        if found is None:
            found = self._decode(index)
        return self._picture(found)

    def time(self, index: int) -> float:
        self._check(index)
        return float(self._index.times[index])

    def name(self, index: int) -> str:
        self._check(index)
        return f"frame_{index:06d}"

    def clone(self) -> FrameSource:
        return VideoSource(self._path, self._index, self._decoded.max_bytes)

    def close(self) -> None:
        self._closed = True
        self._decoded.clear()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _check(self, index: int) -> None:
        if self._closed:
            raise SourceError(f"The video '{self._path.name}' is closed; open it again.")
        if not 0 <= index < len(self):
            raise SourceError(
                f"There is no frame {index}: '{self._path.name}' has frames 0 to {len(self) - 1}."
            )

    def _decode(self, index: int) -> VideoFrame:
        if index not in self._lost:
            found = self._forward(index) if self._is_ahead(index) else None
            begin = int(self._index.starts[index])
            for steps in _RETRIES:
                if found is not None:
                    return found
                # A damaged or wrongly marked key packet: one further back may do.
                at = self._index.earlier_start(begin, steps) if steps else begin
                self._restart(at, careful=steps > 0)
                found = self._forward(index)
                if at == 0:
                    break
            if found is not None:
                return found
            self._lost.add(index)
        raise SourceError(
            f"Frame {index} of '{self._path.name}' is damaged and cannot be shown; "
            "go to another frame."
        )

    def _is_ahead(self, index: int) -> bool:
        """True where decoding on reaches the frame sooner than a seek would."""
        if self._reader is None or index <= self._last_out:
            return False
        begin = int(self._index.starts[index])
        return self._started <= begin <= self._reader.next_packet + _JUMP_PACKETS

    def _restart(self, packet: int, careful: bool) -> None:
        if careful and self._reader is not None:
            self._reader.close()
            self._reader = None
        if self._reader is None:
            threads = 1 if careful or self._index.damaged else 0
            self._reader = VideoReader(self._path, self._index.packets.numbers, threads)
        self._reader.start(packet, self._index.packets.packet_key(packet))
        self._started = packet
        self._last_out = -1

    def _forward(self, index: int) -> VideoFrame | None:
        """Decode on until the frame comes out, keeping what is passed; None where it is lost."""
        assert self._reader is not None
        wanted = None
        while wanted is None and self._last_out <= index + _LATE_FRAMES:
            frames = self._reader.read()
            if frames is None:
                break
            for number, frame in frames:
                at = int(self._index.frame_of[number]) if number >= 0 else -1
                if at < 0 or self._index.starts[at] < self._started:
                    continue
                self._decoded.put(at, frame)
                self._last_out = max(self._last_out, at)
                if at == index:
                    wanted = frame
        return wanted

    def _picture(self, frame: VideoFrame) -> Image:
        turn = orientation_of(frame)
        width, height = turn.size(self._info.width, self._info.height)
        stored = frame.to_ndarray(format="rgb24", width=width, height=height)
        image = turn.apply(np.asarray(stored, np.uint8))
        image.setflags(write=False)
        return image


def _frame_bytes(frame: VideoFrame) -> int:
    return sum(plane.buffer_size for plane in frame.planes)
