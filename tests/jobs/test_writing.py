"""Job files that are made of choices are read as they were meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from vostool.errors import UsageError
from vostool.finders.finder import Way
from vostool.finders.registry import best_finder
from vostool.jobs.job_file import load_jobs
from vostool.jobs.writing import Begin, NewJobs, write_job_file


def test_labels_begin_each_video(clips, tmp_path: Path) -> None:
    videos = tuple(clips(2))
    (tmp_path / "first").mkdir()
    for video in videos:
        (tmp_path / "first" / f"{video.name}.json").write_text("{}")
    new = NewJobs(
        videos, Begin.LABELS, tmp_path / "labels", "flow", "first/{name}.json",
        formats=("coco", "masks"), out=tmp_path / "exported",
    )  # fmt: skip
    path = tmp_path / "made" / ".." / "jobs.toml"
    write_job_file(new, path)
    text = path.read_text()
    assert 'projects = "labels"' in text
    assert 'video = "clips/c00"' in text
    plan = load_jobs(path)
    assert [job.video for job in plan.jobs] == list(map(str, videos))
    assert [job.labels.path.name for job in plan.jobs if job.labels] == ["c00.json", "c01.json"]
    assert plan.setup.formats == ("coco", "masks")
    assert plan.setup.out == tmp_path / "exported"
    assert Path(plan.setup.projects) == tmp_path / "labels"


@pytest.mark.parametrize("begin", [Begin.EVERYTHING, Begin.TEXT])
def test_finders_look_for_everything_or_for_a_text(begin, clips, tmp_path: Path) -> None:
    way = Way.TEXT if begin is Begin.TEXT else Way.EVERYTHING
    try:
        best_finder(way)
    except Exception as error:
        pytest.skip(f"nothing here can be asked this way: {error}")
    new = NewJobs(tuple(clips(1)), begin, tmp_path / "labels", "flow", "dog. cat", every=12)
    write_job_file(new, tmp_path / "jobs.toml")
    (job,) = load_jobs(tmp_path / "jobs.toml").jobs
    assert job.search is not None
    assert job.search.question.way is way
    assert job.search.rules.every == 12


def test_what_makes_no_sense_is_not_written(clips, tmp_path: Path) -> None:
    videos, path = tuple(clips(1)), tmp_path / "jobs.toml"
    path.write_text("as it was")
    labels = tmp_path / "labels"
    for new, told in (
        (NewJobs((), Begin.EVERYTHING, labels, "flow"), "at least one video"),
        (NewJobs(videos, Begin.TEXT, labels, "flow", " "), "what to look for"),
        (NewJobs(videos, Begin.LABELS, labels, "flow"), "{name} stands"),
        (NewJobs(videos, Begin.LABELS, labels, "flow", "{name}.xml"), "c00.xml"),
        (NewJobs(videos, Begin.LABELS, labels, "flow", "x", formats=("coco",)), "which folder"),
        (NewJobs(videos, Begin.LABELS, labels, "nosuch", "x"), "no engine 'nosuch'"),
    ):
        with pytest.raises(UsageError, match=told):
            write_job_file(new, path)
    assert path.read_text() == "as it was"
    (tmp_path / "x").write_text("")
    blocked = tmp_path / "x" / "jobs.toml"
    with pytest.raises(UsageError, match="cannot be written"):
        write_job_file(NewJobs(videos, Begin.LABELS, labels, "flow", str(tmp_path / "x")), blocked)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clips", "jobs.toml", "x"]
