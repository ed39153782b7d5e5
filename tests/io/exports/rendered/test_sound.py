"""The source's sound stays in step with the pictures."""

from __future__ import annotations

import numpy as np
import pytest

from vostool.io.video.decode import open_video

RATE = 48000


@pytest.fixture
def rendered(tmp_path, run_export, read_clip, make_project, square):
    """Export a range of a film as an overlay or cut-out video and read it back."""

    def run(source, name="overlay-video", ending=".mp4", *, values=None, **options):
        masks = {(f, 1): square((5, 20), (5, 20)) for f in range(len(source))}
        project = make_project(source, masks)
        given = {name: {"sound": True, **(values or {})}}
        run_export(project, source, name, tmp_path, format_options=given, overwrite=True, **options)
        return read_clip(next((tmp_path / name).glob(f"*{ending}")))

    return run


def tone(clip):
    """When the tone begins and ends, in seconds of the clip."""
    loud = np.flatnonzero(np.abs(clip.sound) > 0.2 * np.abs(clip.sound).max())
    return clip.sound_begin + loud[0] / RATE, clip.sound_begin + loud[-1] / RATE


@pytest.mark.parametrize(("first", "last"), [(0, 49), (10, 40), (25, 49), (20, 27)])
def test_sound_is_cut_to_the_range(rendered, film, first, last):
    clip = rendered(film(), first=first, last=last)
    seconds = (last - first + 1) / 25
    begin, end = tone(clip)
    assert begin == pytest.approx(max(0, 1.0 - first / 25), abs=0.03)
    assert end == pytest.approx(min(1.2 - first / 25, seconds), abs=0.03)
    assert clip.sound_begin + len(clip.sound) / RATE == pytest.approx(seconds, abs=0.05)
    assert clip.seconds == pytest.approx(seconds, abs=1e-6)


def test_a_film_that_does_not_start_at_zero_stays_in_step(rendered, film):
    clip = rendered(film("late.mkv", begin=3.0), first=10, last=40)
    assert tone(clip)[0] == pytest.approx(0.6, abs=0.03)


def test_every_nth_frame_keeps_the_sound_in_step(rendered, film):
    clip = rendered(film(), every=5)
    assert clip.times == pytest.approx(np.arange(10) / 5, abs=1e-6)
    assert tone(clip) == pytest.approx((1.0, 1.2), abs=0.03)


@pytest.mark.parametrize(("codec", "ending"), [("prores", ".mov"), ("vp9", ".webm")])
def test_cut_out_videos_carry_sound_where_wished(rendered, film, codec, ending):
    clip = rendered(film(), "cutout-video", ending, values={"codec": codec}, first=20, last=34)
    assert tone(clip) == pytest.approx((0.2, 0.4), abs=0.03)
    silent = rendered(
        film(), "cutout-video", ending, values={"codec": codec, "sound": False}, first=20, last=22
    )
    assert silent.tracks == 0


def test_silence_where_it_is_wished_or_there_is_none(rendered, film, memory_source):
    assert rendered(film(), values={"sound": False}, last=3).tracks == 0
    assert rendered(film("mute.mkv", sound=False), last=3).tracks == 0
    clip = rendered(memory_source(4, 64, 48))  # a file that is not there any more
    assert clip.tracks == 0
    assert len(clip.pictures) == 4


def test_pictures_go_on_where_the_sound_has_ended(rendered, film):
    source = film("long.mkv", count=80)  # 3.2 seconds of pictures, 2 of sound
    clip = rendered(source, first=60, last=79)
    assert len(clip.pictures) == 20
    assert clip.sound is None or not len(clip.sound)


def test_a_real_video_keeps_its_sound(shared_data, run_export, make_project, read_clip, tmp_path):
    source = open_video(shared_data / "video/sam2_gallery/03_blocks.mp4", index_dir=tmp_path)
    mask = np.zeros((source.info.height, source.info.width), bool)
    mask[100:300, 200:500] = True
    project = make_project(source, {(f, 1): mask for f in range(30, 42)})
    values = {"overlay-video": {"width": 320}}
    report = run_export(project, source, "overlay-video", tmp_path / "out", format_options=values)
    clip = read_clip(report.written[0].main)
    assert len(clip.pictures) == 12
    assert clip.seconds == pytest.approx(12 * 1001 / 30000, abs=1e-6)
    assert clip.tracks == 1
    assert len(clip.sound) / RATE == pytest.approx(clip.seconds, abs=0.05)
