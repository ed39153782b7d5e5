"""`vostool batch`: what the command line wants otherwise than the job file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jobs_clips import write_clip

from vostool import cli


@pytest.fixture
def job_file(tmp_path: Path) -> Path:
    for number in range(3):
        write_clip(tmp_path / f"c{number}", 3, number)
    path = tmp_path / "jobs.toml"
    path.write_text(
        'vostool_jobs = 1\nprojects = "labels"\nengine = "flow"\n'
        '[[jobs]]\nvideo = "c*"\nboxes = ["0:1:8,20,32,44"]\n'
    )
    return path


def test_jobs_are_put_first_and_skipped(job_file: Path, capsys) -> None:
    wanted = ("--first", "c2", "--first", "c1", "--skip", "c0")
    assert cli.main(["batch", str(job_file), *wanted, "--check", "--json"]) == 0
    planned = json.loads(capsys.readouterr().out)["jobs"]
    assert [job["name"] for job in planned] == ["c2", "c1"]
    assert cli.main(["batch", str(job_file), *wanted, "--json"]) == 0
    states = {job["name"]: job["state"] for job in json.loads(capsys.readouterr().out)["jobs"]}
    assert states == {"c0": "stopped", "c1": "done", "c2": "done"}
    assert sorted(p.name for p in (job_file.parent / "labels").iterdir()) == ["c1.vos", "c2.vos"]


def test_a_name_that_there_is_not_is_told(job_file: Path, capsys) -> None:
    assert cli.main(["batch", str(job_file), "--skip", "c9"]) != 0
    assert "no job 'c9'" in capsys.readouterr().err
    assert not (job_file.parent / "labels").exists()
