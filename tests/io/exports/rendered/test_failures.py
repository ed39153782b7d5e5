"""When FFmpeg fails: one sentence, and nothing half is left."""

from __future__ import annotations

import stat
import subprocess
import sys

import imageio_ffmpeg
import numpy as np
import pytest

from vostool.errors import Cancelled, ExportError
from vostool.io.exports.exporters import FORMATS

VIDEOS = ("overlay-video", "cutout-video", "overlay-gif", "overlay-webp")

needs_scripts = pytest.mark.skipif(
    sys.platform == "win32", reason="a script cannot stand in for FFmpeg on Windows"
)

ENCODERS = " V....D libx264 x\n A....D aac x\n VFS... prores_ks x\n A....D pcm_s16le x\n" + "".join(
    f" V....D {name} x\n" for name in ("gif", "ffv1", "png", "libwebp_anim", "libvpx-vp9")
)


@pytest.fixture
def render(memory_source, make_project, square, run_export, tmp_path):
    """Export to ``out``, which is not there before."""

    def run(name, progress=lambda done, total, what="": None, count=6):
        source = memory_source(count, 64, 48)
        noise = np.random.default_rng(1).integers(0, 256, (count, 48, 64, 3), np.uint8)
        source.frame = lambda index: noise[index]
        project = make_project(source, {(f, 1): square((5, 20), (5, 20)) for f in range(count)})
        return run_export(project, source, name, tmp_path / "out", progress)

    return run


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Put a Python script in FFmpeg's place; it knows all encoders but those named."""

    def use(body, without=()):
        listed = "".join(
            line + "\n" for line in ENCODERS.splitlines() if line.split()[1] not in without
        )
        script = tmp_path / "ffmpeg"
        script.write_text(
            f"#!{sys.executable}\nimport os, signal, sys\n"
            f"if '-encoders' in sys.argv:\n    print({listed!r})\n    sys.exit(0)\n{body}\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(script))

    return use


def says(text, code=1):
    return f"sys.stdin.buffer.read(10)\nsys.stderr.write({text!r})\nsys.exit({code})"


@needs_scripts
@pytest.mark.parametrize("name", VIDEOS)
def test_a_full_disk_is_told_as_such(render, stand_in, tmp_path, name):
    stand_in(says("[out#0 @ 0x1] Error writing trailer: No space left on device\n"))
    with pytest.raises(ExportError, match=r"disk is full; free some space"):
        render(name, count=60)
    assert not (tmp_path / "out").exists()


@needs_scripts
@pytest.mark.parametrize("name", VIDEOS)
def test_its_reason_is_passed_on(render, stand_in, tmp_path, name):
    stand_in(says("[libfoo @ 0x5] The picture is too odd.\nConversion failed!\n"))
    with pytest.raises(ExportError, match=r"could not write clip\.\w+ \(The picture is too odd\)"):
        render(name)
    assert not (tmp_path / "out").exists()


@needs_scripts
def test_a_process_that_is_killed_is_told(render, stand_in, tmp_path):
    stand_in("sys.stdin.buffer.read(10)\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(ExportError, match=r"was stopped while writing clip\.mp4 \(signal 9\)"):
        render("overlay-video")
    assert not (tmp_path / "out").exists()


@needs_scripts
@pytest.mark.parametrize(
    ("name", "encoder"),
    [
        ("overlay-video", "libx264"),
        ("cutout-video", "prores_ks"),
        ("overlay-gif", "gif"),
        ("overlay-webp", "libwebp_anim"),
    ],
)
def test_an_encoder_that_is_not_there_is_named(render, stand_in, tmp_path, name, encoder):
    stand_in("", without=(encoder,))
    with pytest.raises(ExportError, match=rf"has no encoder {encoder}; install imageio-ffmpeg"):
        render(name)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", VIDEOS)
def test_no_ffmpeg_at_all(render, monkeypatch, tmp_path, name):
    def absent():
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", absent)
    with pytest.raises(ExportError, match=r"There is no FFmpeg; install it again"):
        render(name)
    monkeypatch.undo()
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "gone"))
    with pytest.raises(ExportError, match=r"gone cannot be started"):
        render(name)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", VIDEOS)
@pytest.mark.parametrize("at", [0, 3, 6])
def test_a_cancel_leaves_nothing_and_no_process(render, tmp_path, monkeypatch, name, at):
    started = []

    class Recorded(subprocess.Popen):
        def __init__(self, *arguments, **options):
            started.append(self)
            super().__init__(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", Recorded)

    def progress(done, total, what=""):
        if done == at:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        render(name, progress)
    assert not (tmp_path / "out").exists()
    assert started or not at
    assert all(process.returncode is not None for process in started)


def test_a_cancel_while_the_gif_is_put_together_leaves_nothing_and_no_process(
    render, tmp_path, monkeypatch
):
    started, asked = [], []

    class Slow(subprocess.Popen):
        def __init__(self, command, *arguments, **options):
            started.append(self)
            super().__init__(command, *arguments, **options)

        def wait(self, timeout=None):
            if timeout is not None and self.args[-1].endswith(".palette") and len(asked) < 2:
                raise subprocess.TimeoutExpired(self.args, timeout)
            return super().wait(timeout)

    monkeypatch.setattr(subprocess, "Popen", Slow)

    def progress(done, total, what=""):
        if what == "putting into place":
            asked.append(done)
        if len(asked) > 1:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        render("overlay-gif", progress)
    assert not (tmp_path / "out").exists()
    assert started and all(process.returncode is not None for process in started)


def test_what_cannot_be_rendered_is_declared():
    for name in (*VIDEOS, "cutouts"):
        assert FORMATS[name].family == "rendered"
        assert FORMATS[name].needs_pictures
