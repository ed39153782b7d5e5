"""Fixtures of the rendered formats: sources with sound and odd times, and PyAV as the reader."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest

from vostool.io.video.decode import open_video

SOUND_RATE = 48000


class Clip(NamedTuple):
    """A video read back: seconds and RGB(A) pictures, the length of the track, and its sound."""

    times: list[float]
    pictures: list[np.ndarray]
    seconds: float
    codec: str
    sound: np.ndarray | None
    sound_begin: float
    tracks: int


@pytest.fixture(scope="session")
def read_clip():
    """Read a video with PyAV."""

    def read(path, pixels="rgb24") -> Clip:
        times, pictures, end = [], [], 0.0
        with av.open(str(path)) as container:
            video = container.streams.video[0]
            codec, tracks = video.codec_context.name, len(container.streams.audio)
            if codec == "vp9" and pixels == "rgba":  # the built-in decoder drops transparency
                decoder = av.CodecContext.create("libvpx-vp9", "r")
                frames = [f for p in container.demux(video) for f in decoder.decode(p)]
            else:
                frames = list(container.decode(video))
            for frame in frames:
                times.append(float(frame.pts * video.time_base))
                pictures.append(frame.to_ndarray(format=pixels))
                end = times[-1] + float((frame.duration or 0) * video.time_base)
        sound, begin = None, 0.0
        if tracks:
            with av.open(str(path)) as container:
                heard = list(container.decode(container.streams.audio[0]))
            begin = heard[0].time if heard else 0.0
            parts = [frame.to_ndarray().astype(np.float64).mean(axis=0) for frame in heard]
            sound = np.concatenate(parts) if parts else np.zeros(0)
        return Clip(times, pictures, end, codec, sound, begin, tracks)

    return read


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    """Make and open a video; its sound is silent but for a tone from 1.0 to 1.2 seconds."""
    folder = tmp_path_factory.mktemp("film")

    def make(
        name="film.mkv",
        *,
        count=50,
        size=(64, 48),
        rate=25,
        milliseconds=None,
        sound=True,
        begin=0.0,
    ):
        path = folder / name
        if not path.exists():
            _write_film(path, count, size, rate, milliseconds, sound, begin)
        return open_video(path, index_dir=folder / "index")

    return make


def _write_film(path: Path, count, size, rate, milliseconds, sound, begin) -> None:
    with av.open(str(path), "w") as container:
        video = container.add_stream("ffv1", rate=rate)
        video.width, video.height = size
        video.pix_fmt = "bgr0"
        base = Fraction(1, 1000) if milliseconds else 1 / Fraction(rate)
        video.time_base = video.codec_context.time_base = base
        track = container.add_stream("pcm_s16le", rate=SOUND_RATE, layout="mono") if sound else None
        shift = round(begin / base)
        for index in range(count):
            picture = np.zeros((size[1], size[0], 3), np.uint8)
            picture[:] = (index * 4 % 256, 128, 60)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            at = milliseconds[index] if milliseconds else index
            frame.pts, frame.time_base = at + shift, base
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if track is not None:
            seconds = np.arange(2 * SOUND_RATE) / SOUND_RATE
            tone = np.sin(2 * np.pi * 1000 * seconds) * ((seconds >= 1.0) & (seconds < 1.2))
            wave = (tone * 20000).astype(np.int16)[None]
            for at in range(0, wave.shape[1], 960):
                part = np.ascontiguousarray(wave[:, at : at + 960])
                frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
                frame.sample_rate = SOUND_RATE
                frame.pts, frame.time_base = round(begin * SOUND_RATE) + at, Fraction(1, SOUND_RATE)
                container.mux(track.encode(frame))
            container.mux(track.encode(None))


@pytest.fixture(scope="session")
def square():
    """A filled rectangle (H, W) bool from rows and columns."""

    def make(rows, columns, size=(64, 48)):
        mask = np.zeros((size[1], size[0]), bool)
        mask[slice(*rows), slice(*columns)] = True
        return mask

    return make
