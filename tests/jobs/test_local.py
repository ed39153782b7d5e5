"""Jobs on this machine: stored whole, gone on with, and never in the way of another's work."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from vostool.io.project.file import create, open_project
from vostool.io.project.reading import read_project
from vostool.io.video.fingerprint import source_ref
from vostool.io.video.sources import open_source
from vostool.jobs import work
from vostool.jobs.job import JOB_SETTING, JobResult, JobState, Listener
from vostool.jobs.job_file import Jobs, load_jobs
from vostool.jobs.local import run_here, summary_of
from vostool.project import edits
from vostool.project.project import Project

BOX = 'boxes = ["0:1:8,20,32,44"]'


def run(plan: Jobs, stop_after: int | None = None) -> list[JobResult]:
    ended: list[JobResult] = []
    listener = Listener(
        lambda progress: None,
        lambda: stop_after is not None and len(ended) >= stop_after,
        ended.append,
    )
    results = run_here(plan.jobs, plan.setup, listener)
    assert sorted(r.name for r in ended) == sorted(r.name for r in results)
    return results


def states(results: list[JobResult]) -> list[JobState]:
    return [result.state for result in results]


def test_every_video_becomes_a_project_and_its_exports(clips, job_file, tmp_path) -> None:
    clips(2)
    head = 'exports = ["coco", "masks"]\nout = "exported"'
    plan = load_jobs(job_file(f'video = "clips/*"\n{BOX}\nlabels = ["1:cup"]', head=head))
    results = run(plan)
    assert states(results) == [JobState.DONE] * 2
    assert summary_of(results) == "2 jobs: 2 done."
    for result in results:
        assert result.project is not None
        project, warning = read_project(result.project)
        assert warning is None
        assert project.objects[1].label == "cup"
        assert project.masks.frames(1) == list(range(5))
        assert (result.objects, result.frames, result.masks) == (1, 5, 5)
        assert project.settings["engine"] == "flow"
        for form in ("coco", "masks"):
            assert any((tmp_path / "exported" / result.name / form).rglob("*.*"))


def test_what_is_done_is_left_alone_and_missing_exports_are_written(
    clips, job_file, tmp_path
) -> None:
    clips(2)
    table = f'video = "clips/*"\n{BOX}'
    assert states(run(load_jobs(job_file(table)))) == [JobState.DONE] * 2
    corrected = tmp_path / "labels/c00.vos"
    file, project = open_project(corrected)
    with file:
        changed = replace(project.objects[1], label="corrected")
        renamed = edits.change_object(project, changed, "Relabel")
        project.apply(renamed)
        file.write((change.cell, change.after) for change in renamed.changes)
    head = 'exports = ["coco"]\nout = "exported"'
    assert states(run(load_jobs(job_file(table, head=head)))) == [JobState.BEFORE] * 2
    assert read_project(corrected)[0].objects[1].label == "corrected"
    exported = tmp_path / "exported/c00/coco/annotations/instances_default.json"
    assert '"corrected"' in exported.read_text()
    written = exported.stat().st_mtime_ns
    run(load_jobs(job_file(table, head=head)))
    assert exported.stat().st_mtime_ns == written


def test_another_project_of_the_name_is_never_replaced(clips, job_file, tmp_path) -> None:
    clip, _ = clips(2)
    (tmp_path / "labels").mkdir()
    source = open_source(clip)
    create(tmp_path / "labels/c00.vos", Project(source_ref(source))).close()
    source.close()
    before = (tmp_path / "labels/c00.vos").read_bytes()
    results = run(load_jobs(job_file(f'video = "clips/*"\n{BOX}')))
    assert states(results) == [JobState.FAILED, JobState.DONE]
    assert "did not come of this job" in results[0].error
    assert (tmp_path / "labels/c00.vos").read_bytes() == before
    # The same where the job was another one before.
    results = run(load_jobs(job_file(f'video = "clips/c01"\n{BOX}\nend = 2')))
    assert states(results) == [JobState.FAILED]


def test_a_damaged_video_and_a_foreign_prompt_stop_no_other(clips, job_file, tmp_path) -> None:
    clips(2)
    (tmp_path / "clips/broken.mp4").write_bytes(b"no video at all" * 100)
    results = run(
        load_jobs(
            job_file(f'video = "clips/*"\n{BOX}', 'video = "clips/c01"\nname = "far"\n'
                     'boxes = ["99:1:1,1,9,9"]')
        )
    )  # fmt: skip
    assert {r.name: r.state for r in results} == {
        "broken": JobState.FAILED,
        "c00": JobState.DONE,
        "c01": JobState.DONE,
        "far": JobState.FAILED,
    }
    told = {r.name: r.error for r in results}
    assert "Frame 99 is outside" in told["far"]
    assert "broken.mp4" in told["broken"]
    assert sorted(path.name for path in (tmp_path / "labels").iterdir()) == ["c00.vos", "c01.vos"]


def test_stopped_in_the_middle_it_goes_on_where_it_was(clips, job_file, tmp_path) -> None:
    clips(3)
    plan = load_jobs(job_file(f'video = "clips/*"\n{BOX}'))
    results = run(plan, stop_after=1)
    assert states(results) == [JobState.DONE, JobState.STOPPED, JobState.STOPPED]
    assert [path.name for path in (tmp_path / "labels").iterdir()] == ["c00.vos"]
    assert states(run(plan)) == [JobState.BEFORE, JobState.DONE, JobState.DONE]


def test_a_job_that_is_stopped_while_it_tracks_leaves_nothing(clips, job_file, tmp_path) -> None:
    clips(1)
    plan = load_jobs(job_file(f'video = "clips/*"\n{BOX}'))
    tracked: list[int] = []

    def tell(progress) -> None:
        if progress.what == "tracking":
            tracked.append(progress.done)

    results = run_here(plan.jobs, plan.setup, Listener(tell, lambda: len(tracked) >= 2))
    assert states(results) == [JobState.STOPPED]
    assert not (tmp_path / "labels").exists()
    assert len(tracked) < 5


def test_the_highest_priority_goes_first(clips, job_file) -> None:
    clips(3)
    plan = load_jobs(
        job_file(*(f'video = "clips/c0{n}"\n{BOX}\npriority = {n % 2}' for n in range(3)))
    )
    ended: list[JobResult] = []
    run_here(plan.jobs, plan.setup, Listener(lambda p: None, lambda: False, ended.append))
    assert [result.name for result in ended] == ["c01", "c00", "c02"]


def test_a_full_disk_is_told_and_leaves_nothing(clips, job_file, tmp_path, monkeypatch) -> None:
    clips(1)

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vostool.io.project.beside.os.replace", full)
    monkeypatch.setattr("vostool.io.project.beside.os.link", full, raising=False)
    results = run(load_jobs(job_file(f'video = "clips/*"\n{BOX}')))
    assert states(results) == [JobState.FAILED]
    assert "labels/c00.vos" in results[0].error
    assert list((tmp_path / "labels").iterdir()) == []


def test_labels_of_another_program_begin_a_job(clips, job_file, tmp_path) -> None:
    clips(2)
    head = 'exports = ["cvat-video"]\nout = "first"'
    run(load_jobs(job_file(f'video = "clips/c00"\n{BOX}\nend = 0', head=head)))
    shutil.rmtree(tmp_path / "labels")
    table = 'video = "clips/c00"\nimport = "first/{name}/cvat-video/annotations.xml"'
    results = run(load_jobs(job_file(table)))
    assert states(results) == [JobState.DONE]
    assert results[0].masks == 5


def test_an_engine_that_no_finder_can_ask_is_told(clips, job_file) -> None:
    clips(1)
    table = 'video = "clips/c00"\neverything = true\nevery = 3\nmin_area = 30\nmax_objects = 2'
    plan = load_jobs(job_file(table))
    results = run(plan)
    assert "flow" in results[0].error


def test_projects_at_an_address(clips, job_file, tmp_path) -> None:
    pytest.importorskip("fsspec", reason="the extra `cluster` is not installed")
    clips(1)
    path = job_file(f'video = "clips/c00"\n{BOX}')
    path.write_text(path.read_text().replace('"labels"', f'"file://{tmp_path}/remote"'))
    plan = load_jobs(path)
    results = run(plan)
    assert states(results) == [JobState.DONE]
    assert results[0].project == f"file://{tmp_path}/remote/c00.vos"
    assert [p.name for p in (tmp_path / "remote").iterdir()] == ["c00.vos"]
    project, _ = read_project(tmp_path / "remote/c00.vos")
    assert project.settings[JOB_SETTING] == plan.jobs[0].digest
    assert states(run(plan)) == [JobState.BEFORE]
    unknown = path.read_text().replace("file://", "nosuch://")
    path.write_text(unknown)
    (result,) = run(load_jobs(path))
    assert "nosuch" in result.error


def test_a_video_at_an_address_is_fetched(clips, job_file, tmp_path) -> None:
    pytest.importorskip("fsspec", reason="the extra `cluster` is not installed")
    video = tmp_path / "clip.gif"
    from PIL import Image

    (folder,) = clips(1)
    frames = [Image.open(path) for path in sorted(folder.iterdir())]
    frames[0].save(video, save_all=True, append_images=frames[1:], duration=40)
    results = run(load_jobs(job_file(f'video = "file://{video}"\n{BOX}')))
    assert states(results) == [JobState.DONE]
    assert results[0].masks == 5
    (missing,) = run(load_jobs(job_file(f'video = "file://{video}.none"\n{BOX}')))
    assert "cannot be fetched" in missing.error


def test_models_stay_loaded_from_one_job_to_the_next(clips, job_file, monkeypatch) -> None:
    clips(3)
    from vostool.jobs import hands

    made: list[str] = []
    original = hands.create_engine

    def counted(name: str, *more: object):
        made.append(name)
        return original(name, *more)

    monkeypatch.setattr(hands, "create_engine", counted)
    run(load_jobs(job_file(f'video = "clips/*"\n{BOX}')))
    assert made == ["flow"]


def test_only_what_another_machine_may_do_better_is_tried_again() -> None:
    from vostool.errors import ModelError, PromptError, SourceError, UsageError

    assert work.is_final(PromptError("x"))
    assert work.is_final(UsageError("x"))
    assert not any(map(work.is_final, (SourceError("x"), ModelError("x"), OSError(28, "full"))))
