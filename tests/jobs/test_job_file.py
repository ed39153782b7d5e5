"""Job files: what they mean, and one sentence for everything that is wrong in them."""

from __future__ import annotations

import pytest

from vostool.errors import UsageError
from vostool.finders.finder import Way
from vostool.jobs.job_file import load_jobs
from vostool.models.engine import Direction

BOX = 'boxes = ["0:1:8,20,32,44"]'


def test_a_pattern_makes_a_job_for_each_video(clips, job_file, tmp_path) -> None:
    made = clips(3)
    plan = load_jobs(job_file(f'video = "clips/*"\n{BOX}\nlabels = ["1:cup"]\nend = 3'))
    assert [job.name for job in plan.jobs] == ["c00", "c01", "c02"]
    assert [job.video for job in plan.jobs] == [str(path) for path in made]
    assert plan.setup.projects == str(tmp_path / "labels")
    assert plan.setup.engine == "flow"
    job = plan.jobs[0]
    assert (job.prompts.labels[0].label, job.end, job.direction) == ("cup", 3, Direction.FORWARD)
    assert len({job.digest for job in plan.jobs}) == 3


def test_the_digest_follows_what_decides_the_result_and_nothing_else(clips, job_file) -> None:
    clips(1)

    def digest(text: str, head: str = "") -> str:
        return load_jobs(job_file(f'video = "clips/c00"\n{BOX}\n{text}', head=head)).jobs[0].digest

    usual = digest("")
    assert digest("priority = 4") == digest('name = "first"') == usual
    assert digest("", 'exports = ["coco"]\nout = "o"') == usual
    assert digest("", 'memory = "standard"') == usual
    others = [digest("", 'quality = "fast"'), digest("", 'memory = "long"')]
    assert len({usual, digest("end = 3"), *others}) == 4


def test_what_runs_remember_by_is_told_once_for_all_jobs(clips, job_file) -> None:
    clips(1)
    told = f'video = "clips/c00"\n{BOX}'
    assert load_jobs(job_file(told)).setup.memory == "standard"
    assert load_jobs(job_file(told, head='memory = "distractor"')).setup.memory == "distractor"
    with pytest.raises(UsageError, match="no memory 'short'; known are standard, distractor, long"):
        load_jobs(job_file(told, head='memory = "short"'))


def test_videos_of_one_name_take_their_folder_along(job_file, tmp_path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "clip.mp4").touch()
    plan = load_jobs(job_file(f'video = "*/clip.mp4"\n{BOX}'))
    assert [job.name for job in plan.jobs] == ["a-clip", "b-clip"]


def test_files_beside_a_video_are_named_after_it(clips, job_file, tmp_path) -> None:
    clips(2)
    plan = load_jobs(
        job_file('video = "clips/*"\nimport = "first/{name}.xml"\nmasks = ["0:{name}.png"]')
    )
    assert [job.labels.path for job in plan.jobs if job.labels] == [
        tmp_path / "first/c00.xml",
        tmp_path / "first/c01.xml",
    ]
    assert plan.jobs[1].prompts.masks[0].path == tmp_path / "c01.png"


def test_a_search_is_told(clips, job_file) -> None:
    clips(1)
    text = 'video = "clips/c00"\neverything = true\nevery = 7\nmin_area = 20\nmax_objects = 3'
    search = load_jobs(job_file(text)).jobs[0].search
    assert search is not None
    assert search.question.way is Way.EVERYTHING
    assert (search.rules.every, search.rules.new.max_objects) == (7, 3)
    assert search.choice.smallest_area == search.rules.new.min_area == 20


WRONG = {
    "nothing to begin from": ('video = "clips/*"', "nothing to begin from"),
    "no such video": (f'video = "clips/x*"\n{BOX}', "there is no"),
    "a malformed box": ('video = "clips/*"\nboxes = ["0:1:8,20"]', "is not of the form"),
    "an unknown key": (f'video = "clips/*"\n{BOX}\ncolour = "red"', "colour is unknown"),
    "a name for several": (f'video = "clips/*"\n{BOX}\nname = "x"', "names one video"),
    "frames from behind": (f'video = "clips/*"\n{BOX}\nstart = 4\nend = 2', "no frames"),
    "both questions": ('video = "clips/*"\ntext = "dog"\neverything = true', "ask for one"),
    "an unknown format": (f'video = "clips/*"\n{BOX}\nimport_format = "x"', "no import format"),
    "an unknown finder": ('video = "clips/*"\neverything = true\nfinder = "x"', "no finder 'x'"),
    "no video": (BOX, "video is missing"),
    "a number for text": (f"video = 3\n{BOX}", "text in quotes"),
}


@pytest.mark.parametrize(("table", "said"), WRONG.values(), ids=list(WRONG))
def test_what_is_wrong_is_named(clips, job_file, table: str, said: str) -> None:
    clips(2)
    with pytest.raises(UsageError, match=said) as caught:
        load_jobs(job_file(table))
    assert "jobs.toml' cannot be used: " in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'vostool_jobs = 1' is missing"),
        ("vostool_jobs = 2", "only 1 is known"),
        ("vostool_jobs = 1", "projects is missing"),
        ('vostool_jobs = 1\nprojects = "l"\nengine = "flow"', "no \\[\\[jobs\\]\\]"),
        ('vostool_jobs = 1\nprojects = "l"\nengine = "x"', "x"),
        ('vostool_jobs = 1\nprojects = "l"\nengine = "flow"\nexports = ["coco"]', "out is missing"),
        ('vostool_jobs = 1\nprojects = "l"\nengine = "flow"\nout = "o"\nexports = ["x"]', "x"),
        ("= 3", "cannot be read"),
        ("x" * (17 << 20), "too large"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_named(tmp_path, text: str, said: str) -> None:
    path = tmp_path / "jobs.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        load_jobs(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(UsageError, match="cannot be used"):
            load_jobs(path)
