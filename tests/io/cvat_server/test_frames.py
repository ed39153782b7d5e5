"""A job's frames: only as needed, kept on the disk, bounded, and there without a network."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cvat_fixtures import START
from cvat_stub import LABELS, CvatStub, StubJob

from vostool.errors import ServerError, SourceError
from vostool.evaluate.generated_clip import GeneratedClip
from vostool.frames import FrameSource
from vostool.io.cvat_server.connections import log_out
from vostool.io.cvat_server.frame_store import (
    FrameStore,
    job_folder,
    read_manifest,
    write_manifest,
)
from vostool.io.cvat_server.job import Job
from vostool.io.cvat_server.project import fetch_frames
from vostool.io.cvat_server.session import Session
from vostool.io.cvat_server.source import open_job_folder
from vostool.io.video.fingerprint import fingerprint, source_ref
from vostool.io.video.sources import open_source


@pytest.fixture
def folder(logged_in: Session) -> Path:
    return write_manifest(logged_in.job(7))


@pytest.fixture
def source(folder: Path) -> FrameSource:
    return open_source(folder)


def test_frames_are_fetched_when_wanted_and_only_once(
    source: FrameSource, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    assert (source.info.kind, len(source), source.info.width) == ("cvat", 16, 160)
    assert cvat.frames_asked() == []
    for index in (3, 0, 3):
        assert np.array_equal(source.frame(index), job_clip.frames[index])
    assert np.array_equal(source.clone().frame(0), job_clip.frames[0])
    assert cvat.frames_asked() == [START + 3, START]
    assert source.name(3) == "frame_000008"
    assert source.time(5) == pytest.approx(0.2)


def test_frames_that_are_there_need_no_network(
    source: FrameSource, folder: Path, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    source.frame(2)
    cvat.stop()
    log_out()
    again = open_source(folder)
    assert np.array_equal(again.frame(2), job_clip.frames[2])
    with pytest.raises(ServerError, match=r"Frame 4 is not on this computer yet. .* be reached"):
        again.frame(4)


def test_all_frames_can_be_fetched_for_work_offline(
    logged_in: Session, folder: Path, cvat: CvatStub
) -> None:
    open_source(folder).frame(1)
    told: list[int] = []
    job = logged_in.job(7)
    assert fetch_frames(logged_in, job, lambda done, total, what="": told.append(done)) == 15
    assert told == list(range(15))
    assert sorted(cvat.frames_asked()) == list(range(START, START + 16))
    assert fetch_frames(logged_in, job) == 0


def test_a_damaged_picture_is_fetched_again(
    source: FrameSource, folder: Path, job_clip: GeneratedClip
) -> None:
    source.frame(1)
    (kept,) = folder.glob("*.frame")
    kept.write_bytes(b"half a pic")
    assert np.array_equal(source.frame(1), job_clip.frames[1])


def test_the_cache_is_bounded_over_all_jobs(tmp_path: Path) -> None:
    one, two = (tmp_path / "server" / name for name in ("job-1", "job-2"))
    for made in (one, two):
        made.mkdir(parents=True)
    first, second = FrameStore(one, 1000), FrameStore(two, 1000)
    for number in range(4):
        first.put(number, b"x" * 200)
    first.find(0)  # used again, so others go first
    for number in range(3):
        second.put(number, b"y" * 200)
    sizes = sum(file.stat().st_size for file in tmp_path.rglob("*.frame"))
    assert sizes <= 1000
    assert 0 in first.numbers()
    assert 2 in second.numbers()


def test_two_threads_may_want_the_same_frame(source: FrameSource, job_clip: GeneratedClip) -> None:
    found: list[bool] = []

    def look(own: FrameSource) -> None:
        found.extend(np.array_equal(own.frame(i), job_clip.frames[i]) for i in range(16))

    threads = [threading.Thread(target=look, args=(source.clone(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 48


def test_frames_outside_and_after_closing_are_refused(source: FrameSource) -> None:
    with pytest.raises(SourceError, match="has frames 0 to 15"):
        source.frame(16)
    source.close()
    with pytest.raises(SourceError, match="is closed"):
        source.frame(0)


def test_the_fingerprint_is_the_jobs_and_not_the_pictures(
    source: FrameSource, folder: Path, logged_in: Session
) -> None:
    before = fingerprint(folder)
    source.frame(0)
    assert fingerprint(folder) == before
    assert source_ref(source).fingerprint == logged_in.job(7).identity


def test_absolute_numbers_and_names_follow_start_and_step(
    logged_in: Session, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    frames = job_clip.frames[:4]
    cvat.add(StubJob(8, frames, LABELS, start=2, task_start=100, step=10))
    names = ["a/1.jpg", "a/2.jpg", "b/1.jpg", "b.x/2.jpg"]
    cvat.add(StubJob(9, frames, LABELS, names=names))
    by_step = logged_in.job(8)
    assert by_step.numbers == (2, 3, 4, 5)
    assert by_step.absolute == (120, 130, 140, 150)
    assert by_step.frame_name(1) == "frame_000130"
    assert [logged_in.job(9).frame_name(i) for i in range(4)] == ["a_1", "a_2", "b_1", "b.x_2"]


def test_a_ground_truth_jobs_frames_are_some_of_the_tasks(
    logged_in: Session, cvat: CvatStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = cvat.jobs[7]
    meta = {**job.meta(), "included_frames": [6, 9, 20]}
    monkeypatch.setattr(job, "meta", lambda: meta)
    read = logged_in.job(7)
    assert read.numbers == (6, 9, 20)
    assert Job.from_json(read.to_json()) == read


def test_frames_of_different_sizes_are_refused(
    logged_in: Session, cvat: CvatStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    meta = cvat.jobs[7].meta()
    meta["frames"] = [*meta["frames"], {**meta["frames"][0], "width": 99}]
    monkeypatch.setattr(cvat.jobs[7], "meta", lambda: meta)
    with pytest.raises(ServerError, match="differ in size"):
        logged_in.job(7)


def test_the_manifest_says_all_and_a_damaged_one_is_named(logged_in: Session, folder: Path) -> None:
    job = logged_in.job(7)
    assert read_manifest(folder) == job
    assert job_folder(replace(job, url="http://other")) != folder
    (folder / "vostool-cvat-job.json").write_text("{}")
    with pytest.raises(SourceError, match="is damaged"):
        open_source(folder)


def test_a_thread_that_waits_for_a_dead_network_can_be_called_back(folder: Path) -> None:
    asked, forever = threading.Event(), threading.Event()

    def never(_url: str) -> Session:
        asked.set()
        forever.wait(20)
        raise ServerError("too late")

    source = open_job_folder(folder, never)
    own = source.clone()
    told: list[str] = []

    def wait() -> None:
        try:
            own.frame(0)
        except ServerError as error:
            told.append(str(error))

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert asked.wait(10)
    source.hang_up()
    waiting.join(10)
    forever.set()
    assert told == ["Frame 0 is not on this computer yet. The job was closed."]
