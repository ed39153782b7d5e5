"""The sound of a video as windows of samples: 16 kHz, one channel, decoded and resampled by PyAV.

Times are seconds after the video's first frame, as the files' timestamps give them; a gap in the
sound is silence, so that what is heard is heard where it belongs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from vostool.errors import SourceError
from vostool.io.video.container import open_container
from vostool.words import tr

RATE = 16_000
"""Samples a second."""

Samples = NDArray[np.float32]

_GAP = 0.1  # seconds; a smaller difference is how containers round
_LONGEST_GAP = 3600.0


@dataclass(frozen=True, slots=True)
class SoundWindow:
    """A stretch of sound.

    Attributes:
        start: in seconds after frame 0.
        samples: (N,) float32 in -1..1, at :data:`RATE`; shorter than asked only at the end.
        total: seconds from the first sample to the last of the whole video, about; 0 if unknown.
    """

    start: float
    samples: Samples
    total: float

    @property
    def end(self) -> float:
        return self.start + len(self.samples) / RATE


def sound_windows(path: Path, length: float, step: float) -> Iterator[SoundWindow]:
    """Overlapping windows of a video's sound, in order; never more than one is held.

    Args:
        length: of a window in seconds.
        step: from the start of one window to the next, at most ``length``.

    Raises:
        SourceError: the file has no sound, or it cannot be read.
    """
    wanted, forward = round(length * RATE), round(step * RATE)
    container = _opened(path)
    try:
        stream = _audio(container, path)
        total = container.duration / av.time_base if container.duration else 0.0
        zero = _first_frame(path)
        kept = np.zeros(0, np.float32)
        start: float | None = None
        given = False
        for begin, samples in _decoded(container, stream):
            start = begin if start is None else start
            kept = np.concatenate((kept, samples))
            while len(kept) >= wanted:
                yield SoundWindow(start - zero, kept[:wanted], total)
                given = True
                kept, start = kept[forward:], start + forward / RATE
        if start is None:
            raise SourceError(
                tr("The sound of '{path_name}' is damaged and cannot be read.", path_name=path.name)
            )
        had = wanted - forward if given else 0  # what the last window has had already
        if len(kept) > had:
            yield SoundWindow(start - zero, kept, total)
    finally:
        container.close()


def require_sound(path: Path) -> None:
    """Look whether a video has sound, without decoding any.

    Raises:
        SourceError: as :func:`sound_windows` does before its first window.
    """
    container = _opened(path)
    try:
        _audio(container, path)
    finally:
        container.close()


def _opened(path: Path) -> InputContainer:
    if not path.is_file():
        raise SourceError(
            tr(
                "Pictures have no sound, and '{path_name}' is no video file; open a video.",
                path_name=path.name,
            )
        )
    return open_container(path)


def _audio(container: InputContainer, path: Path) -> AudioStream:
    streams = container.streams.audio
    if not streams:
        raise SourceError(
            tr(
                "The video '{path_name}' has no sound; look for things by text instead.",
                path_name=path.name,
            )
        )
    if streams[0].codec_context is None:
        raise SourceError(
            tr(
                "The sound of '{path_name}' is compressed in a way that is not known here.",
                path_name=path.name,
            )
        )
    return streams[0]


def _first_frame(path: Path) -> float:
    """When the first frame is shown, in seconds of the file's own time."""
    container = open_container(path)
    try:
        if container.streams.video:
            for frame in container.decode(container.streams.video[0]):
                return float(frame.time or 0.0)
    except av.FFmpegError:
        pass  # the pictures say of themselves what is wrong with them
    finally:
        container.close()
    return 0.0


def _decoded(container: InputContainer, stream: AudioStream) -> Iterator[tuple[float, Samples]]:
    """Samples as they come, each lot with the time of its first; gaps are filled with silence."""
    resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
    position: float | None = None
    for frame in _frames(container, stream):
        at = position if frame.time is None else float(frame.time)
        at = 0.0 if at is None else at
        frame.pts = None  # the resampler refuses times that jump; they are counted here
        samples = np.concatenate(
            [np.zeros(0, np.float32), *(out.to_ndarray()[0] for out in resampler.resample(frame))]
        ).astype(np.float32)
        if position is not None and _GAP < at - position < _LONGEST_GAP:
            silence = np.zeros(round((at - position) * RATE), np.float32)
            samples = np.concatenate((silence, samples))
        position = at if position is None else position
        if len(samples):
            yield position, samples
        position += len(samples) / RATE
    if position is not None:
        for out in resampler.resample(None):
            yield position, np.asarray(out.to_ndarray()[0], np.float32)


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Every frame that can be decoded; a damaged one is passed over."""
    try:
        for packet in container.demux(stream):
            try:
                yield from stream.codec_context.decode(packet)
            except av.FFmpegError:
                continue
    except av.FFmpegError:
        return
