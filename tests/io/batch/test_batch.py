"""Batches of real project files: looked at, previewed, run, reported."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from vostool.errors import Cancelled, UsageError
from vostool.io.batch import plan as batch_plan
from vostool.io.batch.clock import Clock
from vostool.io.batch.plan import BatchProject
from vostool.io.batch.preview import preview_batch, preview_text
from vostool.io.batch.run import (
    Batch,
    Phase,
    ProblemKind,
    ProjectState,
    check_batch,
    find_projects,
    run_batch,
)
from vostool.io.exports.exporters import FORMATS, ExportOptions, ImageFiles, Split, SplitBy
from vostool.project.objects import AnnotatedObject


@pytest.fixture
def batch(stored_project, hard_masks, tmp_path):
    """Three projects, of 10, 4 and 6 frames; the second one's pictures are gone."""
    car = {1: AnnotatedObject(1, "car"), 4: AnnotatedObject(4, "dog")}
    one = {(f, oid): hard_masks["hole"] for f in range(10) for oid in (1,)}
    two = {(f, 1): hard_masks["parts"] for f in range(4)}
    three = {(f, oid): hard_masks["corner"] for f in range(6) for oid in (1, 4)}
    paths = [
        stored_project("one", one, frames=10, objects={1: AnnotatedObject(1, "car")}),
        stored_project("two", two, frames=4),
        stored_project("three", three, frames=6, objects=car),
    ]
    (tmp_path / "two pictures").rename(tmp_path / "elsewhere")
    return Batch(tuple(BatchProject(path) for path in paths), ("coco", "masks"), tmp_path / "out")


def kinds(check):
    return [problem.kind for problem in check.problems]


def files(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_every_project_is_looked_at_and_nothing_is_written(batch, tmp_path):
    before = files(tmp_path)
    one, two, three = check_batch(batch)
    assert (one.name, one.frames, one.objects, one.masks) == ("one", 10, 1, 10)
    assert (three.frames, three.objects, three.masks) == (6, 2, 12)
    assert one.ready
    assert three.ready
    assert not two.ready
    assert kinds(two) == [ProblemKind.SOURCE]
    assert "is not there any more" in two.error
    assert kinds(one) == [ProblemKind.UNCONFIRMED]
    assert "10 of 10 frames" in one.problems[0].text
    assert ProblemKind.OVERLAPS in kinds(three)
    assert any("overlap on 6 frames" in p.text and "masks" in p.text for p in three.problems)
    assert files(tmp_path) == before
    assert not (tmp_path / "out").exists()


def test_overlaps_count_only_where_a_format_forbids_them(batch):
    checks = check_batch(replace(batch, formats=("coco", "masks-binary")))
    assert ProblemKind.OVERLAPS not in kinds(checks[2])


def test_findings_on_labels_and_masks(stored_project, hard_masks, tmp_path):
    objects = {1: AnnotatedObject(1, "  "), 2: AnnotatedObject(2, "car"), 3: AnnotatedObject(3)}
    masks = {(0, 1): hard_masks["hole"], (0, 2): None, (1, 2): hard_masks["border"]}
    path = stored_project("p", masks, frames=3, objects=objects, confirmed=((1, 2),))
    batch = Batch((BatchProject(path),), ("coco",), tmp_path / "out")
    (check,) = check_batch(batch)
    told = {problem.kind: problem.text for problem in check.problems}
    assert "Objects 1, 3 have no label" in told[ProblemKind.UNLABELLED]
    assert "1 of 2 frames" in told[ProblemKind.UNCONFIRMED]
    texts = [p.text for p in check.problems if p.kind is ProblemKind.EMPTY]
    assert texts == [
        "1 masks are empty: the object counts as absent there.",
        "Object 3 has no mask on the frames to write.",
    ]


def test_a_damaged_project_and_a_taken_place_are_found(batch, tmp_path):
    batch.projects[0].path.write_bytes(b"SQLite format 3\0" + b"x" * 200)
    place = tmp_path / "out" / "three" / "coco"
    place.mkdir(parents=True)
    (place / "mine").write_text("mine")
    one, _, three = check_batch(batch)
    assert kinds(one) == [ProblemKind.DAMAGED]
    assert three.problems[0].kind is ProblemKind.PLACE
    assert "exists already" in three.error
    allowed = replace(batch, options=ExportOptions(overwrite=True))
    assert check_batch(allowed)[2].ready


def test_each_project_gets_a_folder_and_one_that_fails_stops_no_other(batch, tmp_path):
    report = run_batch(batch)
    states = [result.state for result in report.results]
    assert states == [ProjectState.WRITTEN, ProjectState.FAILED, ProjectState.WRITTEN]
    assert "is not there any more" in report.results[1].error
    assert not report.complete
    assert not report.cancelled
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["one", "three"]
    for name, frames in (("one", 10), ("three", 6)):
        raw = json.loads(
            (tmp_path / "out" / name / "coco/annotations/instances_default.json").read_text()
        )
        assert len(raw["images"]) == frames
        assert len(list((tmp_path / "out" / name / "masks").rglob("*.png"))) == frames
    assert [r.frames for r in report.reports] == [10, 6]
    assert any("overlap" in text for text in report.results[2].warnings)


def test_a_project_that_breaks_while_it_is_written_stops_no_other(batch, tmp_path):
    checks = check_batch(batch)
    batch.projects[0].path.unlink()
    report = run_batch(batch, checks=checks)
    assert [r.state for r in report.results][::2] == [ProjectState.FAILED, ProjectState.WRITTEN]
    assert "There is no project file" in report.results[0].error
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["three"]


def test_even_an_error_nobody_foresaw_stops_no_other(batch, monkeypatch):
    read = batch_plan.read_project

    def fail(path):
        if path.stem == "one":
            raise KeyError("surprise")
        return read(path)

    monkeypatch.setattr(batch_plan, "read_project", fail)
    states = [result.state for result in run_batch(batch).results]
    assert states == [ProjectState.FAILED, ProjectState.FAILED, ProjectState.WRITTEN]
    assert "unforeseen" in check_batch(batch)[0].error
    assert any("unforeseen" in text for text in preview_batch(batch).failures)


def test_one_project_alone_needs_no_folder_of_its_own(batch, tmp_path):
    run_batch(replace(batch, projects=batch.projects[:1]))
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["coco", "masks"]


def test_projects_of_one_name_get_folders_of_their_own(batch, tmp_path):
    twice = (*batch.projects[:1], *batch.projects[:1])
    report = run_batch(replace(batch, projects=twice))
    assert report.complete
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["one", "one_2"]


def test_a_merge_has_stable_ids_and_leaves_out_what_fails(batch, tmp_path):
    report = run_batch(replace(batch, merge=True, formats=("coco",)))
    states = [result.state for result in report.results]
    assert states == [ProjectState.WRITTEN, ProjectState.FAILED, ProjectState.WRITTEN]
    assert report.merged is not None
    assert report.reports == (report.merged,)
    raw = json.loads((tmp_path / "out/coco/annotations/instances_default.json").read_text())
    assert [i["id"] for i in raw["images"]] == list(range(1, 17))
    assert [c["name"] for c in raw["categories"]] == ["car", "dog"]
    names = {i["id"]: i["file_name"] for i in raw["images"]}
    assert {names[i].split("/")[0] for i in range(1, 11)} == {"one"}
    tracks = {a["attributes"]["track_id"] for a in raw["annotations"]}
    assert tracks == {1, 2, 5}
    only_dogs = replace(
        batch, merge=True, formats=("coco",), options=ExportOptions(labels=("dog",), overwrite=True)
    )
    again = run_batch(only_dogs)
    raw = json.loads((tmp_path / "out/coco/annotations/instances_default.json").read_text())
    assert {a["attributes"]["track_id"] for a in raw["annotations"]} == {5}
    assert again.results[0].warnings[0].startswith("It is left out: There is nothing to export")
    assert any("one was left out" in text for text in again.merged.warnings)


def test_a_merged_video_that_a_format_cannot_hold_is_taken_out(batch, stored_project, tmp_path):
    crowd = {(0, oid): np.eye(12, 16, oid % 20 - 10, dtype=bool) for oid in range(1, 256)}
    projects = (batch.projects[0], BatchProject(stored_project("crowd", crowd)), batch.projects[2])
    report = run_batch(replace(batch, projects=projects, formats=("coco", "masks"), merge=True))
    states = [result.state for result in report.results]
    assert states == [ProjectState.WRITTEN, ProjectState.FAILED, ProjectState.WRITTEN]
    assert "crowd: The range holds 255 objects" in report.results[1].error
    assert report.merged.frames == 16
    assert not list((tmp_path / "out").rglob("crowd*"))


def test_cancelling_keeps_what_was_finished(batch, tmp_path):
    seen = []

    def stop(progress):
        seen.append(progress)
        if progress.phase is Phase.WRITING and progress.position == 2 and progress.done == 3:
            raise Cancelled("Stopped.")

    report = run_batch(batch, stop)
    states = [result.state for result in report.results]
    assert states == [ProjectState.WRITTEN, ProjectState.FAILED, ProjectState.CANCELLED]
    assert report.cancelled
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["one"]
    overall = [(p.overall_done, p.overall_total) for p in seen if p.phase is Phase.WRITING]
    assert overall == sorted(overall)
    assert overall[-1] == (13, 16)


def test_a_cancelled_merge_leaves_nothing(batch, tmp_path):
    def stop(progress):
        if progress.phase is Phase.WRITING and progress.overall_done == 12:
            assert (progress.name, progress.done) == ("three", 2)
            raise Cancelled("Stopped.")

    report = run_batch(replace(batch, merge=True), stop)
    assert report.cancelled
    assert report.merged is None
    assert report.results[2].state is ProjectState.CANCELLED
    assert not (tmp_path / "out").exists()


def test_what_makes_no_sense_for_any_project_is_refused(batch):
    by_video = ExportOptions(split=Split(SplitBy.VIDEO))
    for wrong, words in (
        (replace(batch, projects=()), "No project"),
        (replace(batch, formats=("cocoa",)), "no format 'cocoa'"),
        (replace(batch, options=by_video), "merge them or split by time"),
    ):
        for door in (check_batch, preview_batch, run_batch):
            with pytest.raises(UsageError, match=words):
                door(wrong)


def test_time_left_follows_the_frames():
    times = iter([0.0, 0.0, 10.0, 20.0])
    told = []
    clock = Clock(["a", "b"], 100, told.append, lambda: next(times))
    writing = clock.counting(Phase.WRITING, 0)
    writing(0, 50, "")
    writing(25, 50, "")
    assert told[0].seconds_left is None
    assert told[1].seconds_left == pytest.approx(30.0)
    clock.finished(50)
    clock.counting(Phase.WRITING, 1)(0, 50, "")
    assert (told[2].overall_done, told[2].seconds_left) == (50, pytest.approx(20.0))


def test_projects_are_found_in_folders_once_each(batch, tmp_path):
    found = find_projects([tmp_path, batch.projects[0].path])
    assert {p.path.name for p in found} == {"one.vos", "two.vos", "three.vos"}
    assert len(found) == 3
    (tmp_path / "nothing here").mkdir()
    with pytest.raises(UsageError, match=r"no project \(\*.vos\)"):
        find_projects([tmp_path / "nothing here"])


@pytest.mark.parametrize("merge", [False, True])
@pytest.mark.parametrize("images", [ImageFiles.NONE, ImageFiles.PNG])
def test_a_preview_is_what_comes_out(stored_project, hard_masks, tmp_path, merge, images):
    paths = [
        stored_project(name, {(f, 1): hard_masks["hole"] for f in range(n)}, frames=n)
        for name, n in (("long", 40), ("short", 5))
    ]
    batch = Batch(
        tuple(map(BatchProject, paths)),
        ("coco", "cvat-images", "masks"),
        tmp_path / "out",
        ExportOptions(images=images),
        merge,
    )
    preview = preview_batch(batch)
    assert not (tmp_path / "out").exists()
    assert (preview.projects, preview.frames, preview.failures) == (2, 45, ())
    run_batch(batch)
    written = [p for p in files(tmp_path / "out") if not p.endswith(".vostool-export.txt")]
    assert preview.files == len(written)
    size = sum((tmp_path / "out" / p).stat().st_size for p in written)
    assert preview.size_bytes == pytest.approx(size, rel=0.1)
    for entry in preview.entries:
        place = tmp_path / "out" / entry.path
        assert place.is_dir() == entry.path.endswith("/")
        for example in entry.examples:
            assert (place / example).is_file()
    assert "45 frames of 2 projects" in preview_text(preview)
    assert preview.fits


def test_a_preview_names_what_it_cannot_show(batch):
    preview = preview_batch(batch)
    assert preview.projects == 2
    assert len(preview.failures) == 1
    assert preview.failures[0].startswith("two: ")


def test_pictures_can_be_read_where_they_lie_now(batch, tmp_path):
    found = BatchProject(batch.projects[1].path, tmp_path / "elsewhere")
    options = ExportOptions(images=ImageFiles.PNG)
    report = run_batch(replace(batch, projects=(found,), options=options))
    assert report.complete
    with Image.open(tmp_path / "out/coco/images/0000.png") as picture:
        assert picture.size == (16, 12)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_previewed_merged_and_split(stored_project, hard_masks, tmp_path, name):
    paths = [
        stored_project(title, {(f, 1): hard_masks["hole"] for f in range(n)}, frames=n)
        for title, n in (("long", 24), ("short", 6))
    ]
    options = ExportOptions(split=Split(SplitBy.TIME))
    batch = Batch(tuple(map(BatchProject, paths)), (name,), tmp_path / "out", options, merge=True)
    preview = preview_batch(batch)
    assert preview.failures == ()
    report = run_batch(batch)
    assert report.complete, [result.error for result in report.results]
    assert report.merged.frames == 30
    written = [p for p in files(tmp_path / "out") if not p.endswith(".vostool-export.txt")]
    assert preview.files == pytest.approx(len(written), abs=2)
    assert report.merged.written[0].main.exists()
