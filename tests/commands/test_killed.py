"""Tracking that is killed or stopped: what was done is there, and going on completes it."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from vostool.evaluate.generated_clip import generate_clip, write_video
from vostool.io.project.file import read_project

FRAMES = 60
OBJECTS = (1, 2, 3)
DEADLINE_SECONDS = 60

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A clip that takes seconds to track, and the options for its three objects."""
    clip = generate_clip(FRAMES, 240, 136)
    path = tmp_path_factory.mktemp("long") / "clip.mp4"
    write_video(clip, path)
    words: list[str] = []
    for object_id in OBJECTS:
        rows, columns = (clip.ids[0] == object_id).nonzero()
        corners = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        words += ["--box", f"0:{object_id}:" + ",".join(str(int(c)) for c in corners)]
    return path, words


class Tracker:
    """`vostool track` as a process of its own, with the times of what it reports."""

    def __init__(self, video: Path, words: list[str], project: Path) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "vostool.cli", "track", str(video)]
        self.project = project
        self.reports: list[tuple[float, int]] = []
        self.said = ""
        self.process = subprocess.Popen(
            [*command, *words, "--engine", "flow", "--project", str(project)],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "TQDM_MININTERVAL": "0"},
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_for_frames(self, count: int) -> None:
        """Watch the project file until so many frames are stored."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while stored_frames(self.project) < count:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said

    def end(self, number: signal.Signals) -> float:
        """Send a signal, wait for the end, and return when it was sent."""
        sent = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(DEADLINE_SECONDS)
        self._reader.join(DEADLINE_SECONDS)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return sent

    def reported_before(self, moment: float) -> int:
        return max((count for when, count in self.reports if when <= moment), default=0)

    def _read(self) -> None:
        assert self.process.stderr is not None
        while data := os.read(self.process.stderr.fileno(), 65536):
            self.said += data.decode(errors="replace")
            found = re.findall(rf" (\d+)/{FRAMES} \[", self.said)
            if found:
                self.reports.append((time.monotonic(), int(found[-1])))


def stored_frames(project: Path) -> int:
    if not project.exists():
        return 0
    with closing(sqlite3.connect(f"{project.as_uri()}?mode=ro", uri=True, timeout=30)) as database:
        return int(database.execute("SELECT count(DISTINCT frame) FROM masks").fetchone()[0])


def test_killed_while_tracking(vostool, long_clip, tmp_path: Path) -> None:
    video, words = long_clip
    tracker = Tracker(video, words, tmp_path / "p.vos")
    tracker.wait_for_frames(12)
    killed = tracker.end(signal.SIGKILL)
    assert tracker.process.returncode == -signal.SIGKILL

    project, warning = read_project(tracker.project)
    assert warning is None
    assert sorted(project.prompts) == [(0, object_id) for object_id in OBJECTS]
    stored = project.masks.frames()
    reported = tracker.reported_before(killed - 1.0)
    assert len(stored) >= max(12, reported)
    assert stored == list(range(len(stored)))
    assert len(stored) < FRAMES, "the run ended before it was killed"
    for object_id in OBJECTS:
        assert project.masks.frames(object_id) == stored

    done = vostool("track", tracker.project, "--engine", "flow", "--json", "--quiet")
    assert done.status == 0, done.err
    assert done.json["frames"] == FRAMES
    again, warning = read_project(tracker.project)
    assert warning is None
    assert len(again.masks) == FRAMES * len(OBJECTS)
    for frame in stored:  # the run is a function of video and prompts: nothing changed
        for object_id in OBJECTS:
            assert again.masks.get(frame, object_id) == project.masks.get(frame, object_id)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_while_tracking(long_clip, tmp_path: Path, number: signal.Signals) -> None:
    video, words = long_clip
    out = tmp_path / "out"
    more = ["--export", "coco", "--out", str(out)]
    tracker = Tracker(video, words + more, tmp_path / "p.vos")
    tracker.wait_for_frames(5)
    sent = tracker.end(number)
    assert tracker.process.returncode == 130
    last = tracker.said.strip().splitlines()[-1]
    assert re.fullmatch(r"vostool: Stopped after \d+ frames; what was done is saved in .*\.", last)
    assert "Traceback" not in tracker.said
    frames = int(re.findall(r"after (\d+) frames", last)[0])
    assert frames >= tracker.reported_before(sent)
    assert read_project(tracker.project)[0].masks.frames() == list(range(frames))
    assert not out.exists()
