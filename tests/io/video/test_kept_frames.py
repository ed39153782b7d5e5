"""What decoded frames cost, and that all readers of a process share one bound."""

from __future__ import annotations

import gc
import subprocess
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import psutil
import pytest

from vostool.io.video.frame_cache import FrameCache, SharedBound
from vostool.io.video.kept_frames import FrameConverter
from vostool.io.video.sources import open_source

SIZE = (320, 180)


@pytest.fixture(scope="module")
def long_video(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("long") / "a.mkv"
    made = ["-f", "lavfi", "-i", f"testsrc2=size={SIZE[0]}x{SIZE[1]}:rate=25", "-frames:v", "1500"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *made, "-pix_fmt", "yuv420p"]
    subprocess.run([*command, "-c:v", "libx264", "-preset", "ultrafast", str(path)], check=True)
    return path


def test_three_readers_stay_within_one_bound(long_video, tmp_path, monkeypatch) -> None:
    bound = SharedBound(16 << 20)
    first = open_source(long_video, index_dir=tmp_path)
    monkeypatch.setattr(first, "_bound", bound)
    readers = [first.clone() for _ in range(3)]
    for reader in readers:
        reader.frame(200)
    gc.collect()
    before = psutil.Process().memory_info().rss
    for reader in readers:
        for i in range(len(reader)):
            reader.frame(i)
        assert 12 << 20 < bound.nbytes <= bound.max_bytes
    gc.collect()
    grown = psutil.Process().memory_info().rss - before
    assert grown < 16 << 20  # 4,500 frames of 0.1 MB; a converter for each would be 1,800 MB
    for reader in (first, *readers):
        reader.close()
    assert bound.nbytes == 0


def test_a_frame_costs_its_pixels(long_video) -> None:
    with av.open(str(long_video)) as container:
        frame = next(container.decode(video=0))
        kept = FrameConverter().kept(frame)
    assert kept.nbytes <= 0.11e6
    assert np.array_equal(FrameConverter().picture(kept, *SIZE), frame.to_ndarray(format="rgb24"))


@pytest.mark.parametrize(
    "kind",
    ["yuv420p", "yuvj422p", "yuv444p10le", "gray", "rgb24", "bgra", "gbrp", "nv12", "yuyv422",
     "gray16le", "rgb48le", "yuva420p", "pal8", "monow"],
)  # fmt: skip
def test_any_pixel_format_is_kept_as_it_was(kind: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (50, 70, 3), np.uint8)
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    if kind == "pal8":
        palette = np.random.default_rng(1).integers(0, 255, (256, 4), np.uint8)
        frame = av.VideoFrame.from_ndarray((pixels[:, :, 0].copy(), palette), format=kind)
    else:
        frame = frame.reformat(format=kind)
    converter = FrameConverter()
    expected = frame.reformat(format="rgb24", interpolation="BICUBIC").to_ndarray()
    assert np.array_equal(converter.picture(converter.kept(frame), 70, 50), expected)


def test_a_busy_cache_takes_the_room_of_one_that_rests() -> None:
    bound = SharedBound(100)
    resting, busy = (FrameCache[np.ndarray](bound) for _ in range(2))
    for index in range(4):
        resting.put(index, np.zeros(20, np.uint8))
    resting.get(0)
    for index in range(4):
        busy.put(index, np.zeros(20, np.uint8))
    assert resting.indices() == {0}
    assert busy.indices() == {0, 1, 2, 3}
    assert (resting.nbytes, busy.nbytes, bound.nbytes) == (20, 80, 100)
    busy.remove(frozenset({1, 7}))
    del resting
    gc.collect()
    busy.put(9, np.zeros(60, np.uint8))
    assert busy.indices() >= {9}
    busy.clear()
    assert bound.nbytes <= 20  # what a cache that is gone had held goes at its turn
