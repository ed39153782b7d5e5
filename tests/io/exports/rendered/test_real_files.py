"""Awkward files from the sample data keep their times and colours in an overlay video."""

from __future__ import annotations

import numpy as np
import pytest

from vostool.io.video.sources import open_source

FILES = (
    "generated_awkward/vfr.mp4",
    "generated_awkward/vfr.webm",
    "generated_awkward/rot90.mp4",
    "generated_awkward/odd_319x179_mjpeg.avi",
    "generated_awkward/nonzero_start.mkv",
    "generated_awkward/mpegts.ts",
    "generated_awkward/edit_list_cut.mp4",
    "generated_awkward/mit Leer zeichen ü日本.mp4",
    "video/torchcodec/var_fps_video.mp4",
)


@pytest.mark.parametrize("name", FILES)
def test_times_and_colours(name, shared_data, run_export, make_project, read_clip, tmp_path):
    source = open_source(shared_data / name, index_dir=tmp_path / "index")
    mask = np.zeros((source.info.height, source.info.width), bool)
    mask[:4, :4] = True
    first, last = 2, min(len(source) - 1, 17)
    project = make_project(source, {(f, 1): mask for f in range(first, last + 1)})
    look = {"overlay-video": {"caption": "none", "fill": 0.0, "outline": 0, "sound": False}}
    report = run_export(project, source, "overlay-video", tmp_path / "out", format_options=look)
    clip = read_clip(report.written[0].main)
    wanted = [source.time(f) - source.time(first) for f in range(first, last + 1)]
    assert clip.times == pytest.approx(wanted, abs=0.0011)
    picture, original = clip.pictures[5], source.frame(first + 5)
    height, width = original.shape[:2]
    assert np.abs(picture[:height, :width].astype(int) - original).mean() < 6


def test_every_sound_track_is_kept(shared_data, run_export, make_project, read_clip, tmp_path):
    path = shared_data / "video/torchcodec/nasa_13013.mp4"
    source = open_source(path, index_dir=tmp_path / "index")
    mask = np.ones((source.info.height, source.info.width), bool)
    project = make_project(source, {(f, 1): mask for f in range(50, 75)})
    report = run_export(project, source, "overlay-video", tmp_path / "out")
    clip = read_clip(report.written[0].main)
    assert clip.tracks == 2
    assert len(clip.sound) / 8000 == pytest.approx(
        25 / source.info.rate, abs=0.1
    )  # recorded at 8 kHz
