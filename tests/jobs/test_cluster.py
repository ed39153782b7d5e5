"""The same jobs on a real Dask cluster on this machine: a scheduler and three worker processes.

One worker is killed in the middle of a job, one job is damaged; what comes of the others equals a
run in one process, to the byte of the masks.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from jobs_clips import write_clip

from vostool.errors import ClusterError, UsageError
from vostool.io.project.reading import read_project
from vostool.jobs import cluster as cluster_module
from vostool.jobs.cluster import run_on
from vostool.jobs.job import JobProgress, JobResult, JobState, Listener
from vostool.jobs.job_file import load_jobs
from vostool.jobs.local import run_here
from vostool.jobs.wishes import Wishes

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

BOX = 'boxes = ["0:1:8,20,32,44"]'
CLIPS = 30


@pytest.fixture(scope="module")
def cluster():
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as made:
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batch")
    for number in range(CLIPS - 1):
        write_clip(folder / "clips" / f"c{number:02d}", 4, number)
    write_clip(folder / "clips" / "long", 150, 99)
    (folder / "clips" / "broken.mp4").write_bytes(b"no video" * 100)
    return folder


def job_file(folder: Path, projects: str) -> Path:
    path = folder / f"{projects}.toml"
    path.write_text(
        f'vostool_jobs = 1\nprojects = "{projects}"\nengine = "flow"\n'
        f'[[jobs]]\nvideo = "clips/long"\npriority = 1\n{BOX}\n'
        f'[[jobs]]\nvideo = "clips/c*"\n{BOX}\n[[jobs]]\nvideo = "clips/broken.mp4"\n{BOX}\n'
    )
    return path


class _Killer:
    """Kills the worker that tells of the long job, once."""

    def __init__(self, cluster) -> None:
        self.pids = {
            worker.worker_address: worker.process.pid for worker in cluster.workers.values()
        }
        self.killed: str | None = None
        self.told: list[JobProgress] = []

    def __call__(self, progress: JobProgress) -> None:
        self.told.append(progress)
        if progress.name == "long" and progress.what == "tracking" and self.killed is None:
            self.killed = progress.worker
            os.kill(self.pids[progress.worker], signal.SIGKILL)


def test_a_killed_worker_changes_nothing(cluster, folder: Path) -> None:
    here = load_jobs(job_file(folder, "here"))
    alone = run_here(here.jobs, here.setup, Listener(lambda p: None, lambda: False))
    there = load_jobs(job_file(folder, "there"))
    killer, ended = _Killer(cluster), []
    listener = Listener(killer, lambda: False, ended.append)
    results = run_on(cluster.scheduler_address, there.jobs, there.setup, listener)
    assert killer.killed is not None
    assert sorted(r.name for r in ended) == sorted(r.name for r in results)
    by_name = {result.name: result for result in results}
    assert by_name["long"].state is JobState.DONE
    assert by_name["long"].worker != killer.killed
    assert by_name["broken"].state is JobState.FAILED
    assert "broken.mp4" in by_name["broken"].error
    assert [r.state for r in results] == [r.state for r in alone]
    assert sum(r.state is JobState.DONE for r in results) == CLIPS
    assert [p.name for p in (folder / "there").iterdir() if p.name[0] == "."] == []
    for job in there.jobs:
        if job.name != "broken":
            assert masks(folder / "there", job.name) == masks(folder / "here", job.name)
    again: list[JobResult] = run_on(
        cluster.scheduler_address, there.jobs, there.setup, Listener(killer, lambda: False)
    )
    assert sum(r.state is JobState.BEFORE for r in again) == CLIPS


def masks(folder: Path, name: str) -> dict[tuple[int, int], bytes]:
    project, warning = read_project(folder / f"{name}.vos")
    assert warning is None
    return {(f, oid): record.mask.counts for f, oid, record in project.masks.items()}


def test_stopped_it_keeps_what_is_done_and_goes_on(cluster, folder: Path) -> None:
    plan = load_jobs(job_file(folder, "stopped"))
    ended: list[JobResult] = []
    listener = Listener(lambda p: None, lambda: len(ended) >= 2, ended.append)
    results = run_on(cluster.scheduler_address, plan.jobs, plan.setup, listener)
    done = {r.name for r in results if r.state is JobState.DONE}
    assert {r.state for r in results} <= {JobState.DONE, JobState.STOPPED, JobState.FAILED}
    assert {p.stem for p in (folder / "stopped").glob("*.vos")} == done


def test_no_scheduler_is_one_sentence(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(cluster_module, "PATIENCE", 0.5)
    plan = load_jobs(job_file(folder, "none"))
    listener = Listener(lambda p: None, lambda: False)
    with pytest.raises((ClusterError, UsageError), match=r"127\.0\.0\.1:1"):
        run_on("tcp://127.0.0.1:1", plan.jobs, plan.setup, listener)


def test_a_job_is_cancelled_and_another_one_put_first(cluster, folder: Path) -> None:
    plan = load_jobs(job_file(folder, "wishes"))
    jobs = [job for job in plan.jobs if job.name != "broken"]
    wishes, ended = Wishes(), list[str]()

    def end(result: JobResult) -> None:
        ended.append(result.name)
        if len(ended) == 1:
            wishes.set_priority("c28", 9)

    def tell(progress: JobProgress) -> None:
        if progress.name == "long" and progress.what == "tracking":
            wishes.cancel("long")

    listener = Listener(tell, lambda: False, end, wishes)
    results = run_on(cluster.scheduler_address, jobs, plan.setup, listener)
    states = {result.name: result.state for result in results}
    assert states.pop("long") is JobState.STOPPED
    assert set(states.values()) <= {JobState.DONE, JobState.BEFORE}
    assert not (folder / "wishes/long.vos").exists()
    assert len(list((folder / "wishes").glob("*.vos"))) == len(states)
    assert ended.index("c28") < ended.index("c27")


def test_what_is_cancelled_before_its_turn_is_not_begun(cluster, folder: Path) -> None:
    plan, wishes = load_jobs(job_file(folder, "unwanted")), Wishes()
    for job in plan.jobs[2:]:
        wishes.cancel(job.name)
    told = list[JobProgress]()
    listener = Listener(told.append, lambda: False, wishes=wishes)
    results = run_on(cluster.scheduler_address, plan.jobs[1:], plan.setup, listener)
    assert [r.state for r in results[1:]] == [JobState.STOPPED] * (len(plan.jobs) - 2)
    assert [p.name for p in (folder / "unwanted").iterdir()] == ["c00.vos"]
    assert "tracking" not in {p.what for p in told if p.name != "c00"}
