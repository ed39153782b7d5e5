"""Jobs cancelled one by one, and earlier than others, while a batch goes on here."""

from __future__ import annotations

from vostool.io.project.reading import read_project
from vostool.jobs.job import PHASES, TRACKING, JobProgress, JobResult, JobState, Listener
from vostool.jobs.job_file import load_jobs
from vostool.jobs.local import run_here
from vostool.jobs.standing import standing_of
from vostool.jobs.wishes import Wishes

BOX = 'boxes = ["0:1:8,20,32,44"]'
TABLE = f'video = "clips/*"\n{BOX}'


def test_one_job_is_cancelled_in_its_midst_and_one_before_its_turn(clips, job_file, tmp_path):
    clips(4)
    plan, wishes = load_jobs(job_file(TABLE)), Wishes()

    def tell(progress: JobProgress) -> None:
        if progress.name == "c01" and progress.what == TRACKING:
            wishes.cancel("c01")
            wishes.cancel("c03")

    results = run_here(plan.jobs, plan.setup, Listener(tell, lambda: False, wishes=wishes))
    assert [result.state for result in results] == [
        JobState.DONE, JobState.STOPPED, JobState.DONE, JobState.STOPPED,
    ]  # fmt: skip
    assert sorted(p.name for p in (tmp_path / "labels").iterdir()) == ["c00.vos", "c02.vos"]


def test_a_job_that_waits_may_be_put_first(clips, job_file) -> None:
    clips(4)
    plan, wishes, ended = load_jobs(job_file(TABLE)), Wishes(), list[str]()

    def tell(progress: JobProgress) -> None:
        if progress.name == "c00":
            wishes.set_priority("c03", 5)
            wishes.set_priority("c00", -5)  # it has begun: that changes nothing

    def end(result: JobResult) -> None:
        ended.append(result.name)

    run_here(plan.jobs, plan.setup, Listener(tell, lambda: False, end, wishes))
    assert ended == ["c00", "c03", "c01", "c02"]


def test_progress_says_what_is_done_at_which_rate_and_for_how_long(clips, job_file) -> None:
    clips(1)
    plan, told = load_jobs(job_file(TABLE)), list[JobProgress]()
    run_here(plan.jobs, plan.setup, Listener(told.append, lambda: False))
    assert {progress.what for progress in told} <= set(PHASES)
    assert told[0].what == "opening"
    assert told[0].seconds_left is None
    tracked = [progress for progress in told if progress.what == TRACKING]
    assert [progress.done for progress in tracked] == [1, 2, 3, 4, 5]
    assert all(progress.rate > 0 for progress in tracked)
    assert tracked[-1].seconds_left == 0
    assert tracked[1].seconds_left == 3 / tracked[1].rate


def test_a_look_says_what_is_done_and_what_cannot_be(clips, job_file, tmp_path) -> None:
    clips(2)
    (tmp_path / "clips/c02").mkdir()
    plan = load_jobs(job_file(TABLE))
    run_here(plan.jobs[:1], plan.setup, Listener(lambda p: None, lambda: False))
    (tmp_path / "clips/c02").rmdir()
    before, waiting, gone = (standing_of(job, plan.setup) for job in plan.jobs)
    assert before is not None
    assert (before.state, before.objects, before.masks) == (JobState.BEFORE, 1, 5)
    assert before.project is not None
    assert len(read_project(before.project)[0].masks) == 5
    assert waiting is None
    assert gone is not None
    assert gone.state is JobState.FAILED
    assert "c02" in gone.error
    (tmp_path / "labels/c01.vos").write_bytes(b"no project")
    broken = standing_of(plan.jobs[1], plan.setup)
    assert broken is not None
    assert "c01.vos" in broken.error
