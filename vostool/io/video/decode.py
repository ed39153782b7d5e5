"""Exact random access to the frames of a video file, through PyAV.

Frame i is the i-th presented one. Pictures keep their stored pixels: anamorphic video is not
stretched, interlaced video not deinterlaced, high dynamic range not tone-mapped, since masks are
made on stored pixels; only the rotation that the file asks for is applied. A frame of another
size than the first one is scaled to it.
"""

from __future__ import annotations

from pathlib import Path

from vostool.errors import SourceError
from vostool.frames import FrameSource, Image, SourceInfo
from vostool.io.video.fingerprint import fingerprint
from vostool.io.video.frame_cache import FrameCache, SharedBound
from vostool.io.video.group_damage import GroupDamage
from vostool.io.video.index import VideoIndex
from vostool.io.video.index_builder import build_index
from vostool.io.video.index_store import load_index, save_index
from vostool.io.video.kept_frames import FrameConverter, KeptFrame
from vostool.io.video.reader import VideoReader
from vostool.io.video.unchanged import UnchangedFile
from vostool.progress import Progress, silent
from vostool.words import tr

DECODED_BYTES = 256 << 20
"""How much decoded video all readers of a process keep, so that stepping back decodes a group of
pictures only once."""

_shared = SharedBound(DECODED_BYTES)
_JUMP_PACKETS = 16
_LATE_FRAMES = 16
_RETRIES = (1, 4)


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
    return VideoSource(path, index, UnchangedFile(path, key))


class VideoSource:
    """A :class:`~vostool.frames.FrameSource` over a video file; one thread at a time."""

    def __init__(
        self,
        path: Path,
        index: VideoIndex,
        file: UnchangedFile,
        damage: GroupDamage | None = None,
        bound: SharedBound = _shared,
    ) -> None:
        self._path = path
        self._index = index
        self._file = file
        self._damage = damage or GroupDamage(index)
        self._bound = bound
        self._decoded: FrameCache[KeptFrame] = FrameCache(bound, lambda kept: kept.nbytes)
        self._converter = FrameConverter()
        self._reader: VideoReader | None = None
        self._careful = False
        self._started = 0
        self._last_out = -1
        self._out: set[int] = set()
        self._settled = 0
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
            self._file.check()
            found = self._decode(index)
        return self._converter.picture(found, self._info.width, self._info.height)

    def damage(self, index: int) -> str | None:
        """What is wrong with the picture of a frame that was read; None where nothing is known."""
        return self._damage.sentence(index, self._path.name)

    def damage_so_far(self) -> str | None:
        """Which frames any reader of this video found damaged; None where there are none."""
        return self._damage.summary(self._path.name)

    def time(self, index: int) -> float:
        self._check(index)
        return float(self._index.times[index])

    def name(self, index: int) -> str:
        self._check(index)
        return f"frame_{index:06d}"

    def clone(self) -> FrameSource:
        return VideoSource(self._path, self._index, self._file, self._damage, self._bound)

    def close(self) -> None:
        self._closed = True
        self._decoded.clear()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _check(self, index: int) -> None:
        if self._closed:
            raise SourceError(
                tr("The video '{path_name}' is closed; open it again.", path_name=self._path.name)
            )
        if not 0 <= index < len(self):
            raise SourceError(
                tr(
                    "There is no frame {index}: '{path_name}' has frames 0 to {count}.",
                    index=index,
                    path_name=self._path.name,
                    count=len(self) - 1,
                )
            )

    def _decode(self, index: int) -> KeptFrame:
        if index not in self._lost:
            found = self._forward(index) if self._is_ahead(index) else None
            found = found or self._from_its_start(index) or self._from_further_back(index)
            if found is not None:
                return found
            self._file.check()  # what was cut off meanwhile is not damaged
            self._lost.add(index)
        raise SourceError(
            tr(
                "Frame {index} of '{path_name}' is damaged and cannot be "
                "shown; go to another frame.",
                index=index,
                path_name=self._path.name,
            )
        )

    def _from_its_start(self, index: int) -> KeptFrame | None:
        """By the rule for the frame, which changes when damage shows meanwhile."""
        tried: set[tuple[int, bool]] = set()
        while True:
            careful = self._damage.is_near(index)
            begin = self._damage.start(index) if careful else int(self._index.starts[index])
            if (begin, careful) in tried:
                return None
            tried.add((begin, careful))
            self._restart(begin, careful)
            found = self._forward(index)
            if found is not None:
                return found

    def _from_further_back(self, index: int) -> KeptFrame | None:
        """For a damaged or wrongly marked key packet: one further back may do."""
        begin = int(self._index.starts[index])
        for steps in _RETRIES:
            at = self._index.earlier_start(begin, steps)
            self._restart(at, careful=True)
            found = self._forward(index, any_start=True)
            if found is not None or at == 0:
                return found
        return None

    def _is_ahead(self, index: int) -> bool:
        """True where decoding on reaches the frame sooner than a seek would."""
        if self._reader is None or index <= self._last_out or not self._is_right(index):
            return False
        begin = int(self._index.starts[index])
        return self._started <= begin <= self._reader.next_packet + _JUMP_PACKETS

    def _is_right(self, index: int) -> bool:
        """True where the frame comes out of what goes on now as the rule for it wants."""
        patches = self._reader is not None and self._reader.patches
        if patches and not self._careful and self._started != self._index.starts[index]:
            return False
        if not self._damage.is_near(index):
            return not self._careful
        return self._careful and self._started == self._damage.start(index)

    def _restart(self, packet: int, careful: bool) -> None:
        """Begin at a packet; ``careful`` with one thread and a new decoder, which has no past."""
        if self._reader is not None and (careful or self._careful or self._reader.patches):
            self._reader.close()
            self._reader = None
        if self._reader is None:
            threads = 1 if careful or self._index.damaged else 0
            self._reader = VideoReader(
                self._path, self._index.packets.numbers, threads, strict=not careful
            )
        self._careful = careful
        self._reader.start(packet, self._index.packets.packet_key(packet))
        self._started = self._settled = packet
        self._last_out = -1
        self._out.clear()

    def _forward(self, index: int, any_start: bool = False) -> KeptFrame | None:
        """Decode on until the frame comes out, keeping what is passed; None where it is lost.

        Args:
            any_start: take the frame although the rule for it wants another start.
        """
        assert self._reader is not None
        wanted = None
        while self._last_out <= index + _LATE_FRAMES:
            if wanted is not None and (any_start or self._is_settled(index)):
                break
            frames = self._reader.read()
            if frames is None:
                break
            self._note_damage()
            if not any_start and not self._is_right(index):
                return None
            for number, frame in frames:
                at = int(self._index.frame_of[number]) if number >= 0 else -1
                if at < 0 or self._index.starts[at] < self._started:
                    continue
                self._last_out = max(self._last_out, at)
                self._out.add(number)
                if self._is_right(at) or (any_start and at == index):
                    kept = self._converter.kept(frame)
                    self._decoded.put(at, kept)
                    wanted = kept if at == index else wanted
            if self._converter.holds and self._reader.patches:
                # What a damaged picture shows depends on which buffer its decoder takes again.
                self._converter.holds = False
                self._restart(self._started, self._careful)
                return self._forward(index, any_start)
        return wanted

    def _is_settled(self, index: int) -> bool:
        """True where all that the frame may be made from has come out, with its flags of damage.

        A picture that others are made from may be shown after them, and tells of its damage then.
        """
        order, frame_of = self._index.order, self._index.frame_of
        while self._settled < order[index]:
            at = int(frame_of[self._settled])
            waits = self._last_out - _LATE_FRAMES < at and self._index.starts[at] >= self._started
            if at >= 0 and waits and self._settled not in self._out:
                return self._careful
            self._out.discard(self._settled)
            self._settled += 1
        return True

    def _note_damage(self) -> None:
        """Remember what the reader saw of damage, and forget frames that it may have changed."""
        reader = self._reader
        if reader is None or not (reader.signs or reader.hints):
            return
        signs, reader.signs = reader.signs, set()
        self._decoded.remove(self._damage.add(filter(self._is_known, signs), exact=True))
        if reader.hints is not None:
            first, last = reader.hints
            reader.hints = None
            first = max(first, self._started)
            if all(self._is_known(packet) for packet in range(first, last + 1)):
                self._decoded.remove(self._damage.add((first, last), exact=False))
                self._prove(first, last)

    def _is_known(self, packet: int) -> bool:
        """False where what comes before the start is missing, so that an error says nothing."""
        at = int(self._index.frame_of[packet]) if packet < len(self._index.frame_of) else -1
        return at < 0 or self._index.starts[at] >= self._started

    def _prove(self, first: int, last: int) -> None:
        """Find out which packets are damaged, where each one stands alone and can be tried."""
        packets = self._index.packets
        if not packets.key[first : last + 1].all():
            return
        reader = VideoReader(self._path, packets.numbers, threads=1, strict=True)
        try:
            for packet in range(first, last + 1):
                reader.start(packet, packets.packet_key(packet))
                reader.read()
                self._damage.add(tuple(reader.signs), exact=True)
        finally:
            reader.close()
