"""A video that is cut, replaced or taken away while it is open says so."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from vostool.errors import SourceChanged
from vostool.io.video.sources import open_source
from vostool.masks.box import Box
from vostool.models.engine import Direction, Keyframe, TrackRequest
from vostool.models.registry import create_engine
from vostool.project.prompts import Prompts

FRAMES = 60


def video(path: Path, pattern: str = "testsrc2") -> Path:
    made = ["-f", "lavfi", "-i", f"{pattern}=size=96x64:rate=25", "-frames:v", str(FRAMES)]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *made, "-pix_fmt", "yuv420p"]
    subprocess.run([*command, "-c:v", "libx264", "-g", "10", str(path)], check=True)
    return path


@pytest.fixture
def opened(tmp_path):
    source = open_source(video(tmp_path / "a.mp4"), index_dir=tmp_path / "index")
    source.frame(0)
    yield source
    source.close()


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 3)


def replaced(path: Path) -> None:
    os.replace(video(path.with_name("b.mp4"), "mandelbrot"), path)


def written_over(path: Path) -> None:
    other = video(path.with_name("b.mp4"), "mandelbrot").read_bytes()
    with path.open("r+b") as file:
        file.write(other[: path.stat().st_size].ljust(path.stat().st_size, b"\0"))


def deleted(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (cut, "was cut short while it was open"),
        (replaced, "was replaced by another one|was cut short"),
        (written_over, "was replaced by another one while it was open"),
        (deleted, "was moved or deleted while it was open"),
    ],
)
def test_what_happened_is_said(opened, change, words) -> None:
    change(opened.info.path)
    clone = opened.clone()
    for source, frame in ((opened, 50), (opened, 11), (clone, 3)):
        with pytest.raises(SourceChanged, match=words):
            source.frame(frame)
    assert opened.frame(0).shape == (64, 96, 3)  # what was read stays
    clone.close()


def test_a_run_over_a_file_that_was_cut_ends_with_the_sentence(opened) -> None:
    engine = create_engine("flow", "cpu")
    engine.open(opened)
    key = Keyframe(0, 1, Prompts(box=Box(20, 20, 60, 50)))
    steps = engine.track(TrackRequest((key,), Direction.FORWARD, 0, 0, FRAMES - 1), lambda: False)
    next(steps)
    cut(opened.info.path)
    with pytest.raises(SourceChanged, match="cut short"):
        list(steps)
    engine.close()


def test_what_is_only_touched_or_still_written_goes_on(opened) -> None:
    path = opened.info.path
    os.utime(path, (1, 1))
    assert opened.frame(30).any()
    with path.open("ab") as file:
        file.write(b"\0" * 5000)
    assert opened.clone().frame(55).any()
    copy = path.with_name("copy.mp4")
    shutil.copyfile(path, copy)


def test_a_copy_put_in_its_place_is_the_same_video(opened) -> None:
    path = opened.info.path
    copy = path.with_name("copy.mp4")
    shutil.copyfile(path, copy)
    os.replace(copy, path)
    assert opened.frame(30).any()
