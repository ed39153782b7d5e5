"""What containers say of their own: which stream, what is cut off, when a frame is shown."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import made_files
import numpy as np
import pytest
from av.stream import Disposition

from vostool.io.video.sources import open_source


@pytest.fixture(autouse=True)
def _own_index(tmp_path_factory: pytest.TempPathFactory, monkeypatch) -> None:
    folder = tmp_path_factory.mktemp("index")
    monkeypatch.setattr("vostool.io.video.index_store.default_folder", lambda: folder)


def picture(value: int, size: tuple[int, int]) -> av.VideoFrame:
    pixels = np.full((size[1], size[0], 3), value, np.uint8)
    return av.VideoFrame.from_ndarray(pixels, format="rgb24")


def write(path: Path, sizes, *, count=12, pts=None, default=None, codec="mpeg4", **options):
    """One stream a size, each brighter than the one before; ``default`` is flagged."""
    with av.open(str(path), "w", options=options) as container:
        streams = []
        for number, size in enumerate(sizes):
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            stream.time_base = stream.codec_context.time_base = Fraction(1, 25)
            stream.disposition = Disposition.default if number == default else Disposition(0)
            streams.append(stream)
        for index in range(count):
            for number, stream in enumerate(streams):
                frame = picture(60 + 80 * number, sizes[number])
                frame.pts = index if pts is None else pts[index]
                frame.time_base = Fraction(1, 25)
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode())


@pytest.mark.parametrize(
    ("sizes", "default", "shown"),
    [
        (((32, 32), (64, 48)), 1, (64, 48)),
        (((32, 32), (64, 48)), 0, (32, 32)),
        (((32, 32), (64, 48)), None, (64, 48)),
        (((64, 48), (64, 48)), None, (64, 48)),
        (((32, 32), (64, 48), (48, 48)), 2, (48, 48)),
    ],
)
def test_the_stream_is_the_one_that_ffmpeg_takes(tmp_path, sizes, default, shown) -> None:
    path = tmp_path / "a.mkv"
    # Matroska's muxer flags streams by itself unless it is told to let them be.
    write(path, sizes, default=default, default_mode="passthrough")
    source = open_source(path)
    assert (source.info.width, source.info.height) == shown
    assert source.info.warning is not None
    assert f"holds {len(sizes)} videos; the one of {shown[0]}x{shown[1]} is shown" in (
        source.info.warning
    )
    first = sizes.index(shown)
    assert abs(int(source.frame(3).mean()) - (60 + 80 * first)) < 8
    source.close()


@pytest.fixture(params=["made", "shared"])
def odd(request, tmp_path: Path) -> Callable[[str], Path]:
    """A file with one oddity: made on the spot, and the one of the sample data."""
    makers = {
        "repeated_timestamp_drift/vfr.mp4": made_files.with_a_repeated_time,
        "edit_list_skips_a_gop/trim_one_gop.mp4": made_files.skipping_groups,
        "avi_dropped_frames/avi_drops.avi": made_files.with_empty_chunks,
    }

    def make(name: str) -> Path:
        if request.param == "made":
            return makers[name](tmp_path / Path(name).name)
        path = request.getfixturevalue("shared_data") / "cases_video" / name
        if not path.exists():
            pytest.skip("no such sample")
        return path

    return make


def test_a_time_that_is_stamped_twice_moves_nothing_after_it(odd) -> None:
    path = odd("repeated_timestamp_drift/vfr.mp4")
    with av.open(str(path)) as container:
        stamps = [frame.pts for frame in container.decode(video=0)]
        unit = float(container.streams.video[0].time_base)
    source = open_source(path)
    assert len(source) == len(stamps)
    times = np.array([source.time(i) for i in range(len(source))])
    expected = (np.array(stamps) - stamps[0]) * unit
    own = np.concatenate(([True], np.diff(stamps) > 0))
    assert (~own).sum() == 1
    assert np.abs(times[own] - expected[own]).max() < 1e-9
    assert np.diff(times).min() > 0
    source.close()


@pytest.mark.parametrize(
    ("name", "frames"),
    [("edit_list_skips_a_gop/trim_one_gop.mp4", 40), ("avi_dropped_frames/avi_drops.avi", 30)],
)
def test_what_is_cut_or_empty_is_no_damage(odd, name: str, frames: int) -> None:
    path = odd(name)
    told: list[str] = []
    source = open_source(path, lambda done, total, what="": told.append(what))
    assert (len(source), source.info.warning) == (frames, None)
    assert not any("decoding" in what for what in told)
    with av.open(str(path)) as container:
        right = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(right) == frames
    for index in (0, frames - 1, frames // 2, 3, frames // 3):
        assert np.array_equal(source.frame(index), right[index])
    source.close()


def test_a_raw_stream_has_the_rate_that_its_pictures_state(tmp_path: Path) -> None:
    made = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=30", "-frames:v", "20"]
    raw = tmp_path / "a.h264"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *made, "-c:v", "libx264", str(raw)]
    subprocess.run(command, check=True)
    source = open_source(raw)
    assert source.info.rate == pytest.approx(30)
    assert source.time(15) == pytest.approx(0.5)
    source.close()


@pytest.mark.parametrize("kind", ["progressive", "interlaced"])
def test_chroma_is_raised_as_ffmpegs_tool_does_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.mkv"
    fields = ["-vf", "tinterlace=interleave_top,setfield=tff", "-flags", "+ildct+ilme"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error"]
    made = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=50:duration=0.4"]
    coded = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", "10", str(path)]
    subprocess.run([*command, *made, *(fields if kind == "interlaced" else []), *coded], check=True)
    plain = [
        "-i",
        str(path),
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-fps_mode",
        "passthrough",
        "-",
    ]
    raw = subprocess.run([*command, *plain], check=True, capture_output=True).stdout
    expected = np.frombuffer(raw, np.uint8).reshape(-1, 96, 128, 3)
    source = open_source(path)
    assert len(source) == len(expected)
    for index in (0, 7, 3):
        assert np.array_equal(source.frame(index), expected[index])
    source.close()


def test_an_avi_without_its_end_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    write(path, [(64, 48)], count=40, codec="mpeg4")
    whole = open_source(path)
    assert whole.info.warning is None
    whole.close()
    data = path.read_bytes()
    path.write_bytes(data[: (data.index(b"movi") + data.index(b"idx1")) // 2])
    cut = open_source(path)
    assert cut.info.warning is not None
    assert len(cut) < 40
    cut.close()
