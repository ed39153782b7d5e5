"""`vostool export` for many projects, with recipes, looks and previews."""

from __future__ import annotations

import json
import os
import shutil

import pytest


@pytest.fixture
def projects(project, video, tmp_path):
    """Two projects of one video, and one that is damaged, in a folder of their own."""
    folder = tmp_path / "projects"
    folder.mkdir()
    shutil.move(project, folder / "a.vos")
    shutil.move(video, folder / video.name)
    shutil.copy(folder / "a.vos", folder / "b.vos")
    (folder / "broken.vos").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    return folder


def instances(folder):
    return json.loads((folder / "annotations" / "instances_default.json").read_text())


def test_projects_get_folders_and_a_broken_one_stops_no_other(vostool, projects, tmp_path) -> None:
    out = tmp_path / "out"
    result = vostool(
        "export", projects / "a.vos", projects / "broken.vos", projects / "b.vos",
        "--format", "coco", "--format", "masks", "--out", out, "--quiet",
    )  # fmt: skip
    assert result.status == 1
    assert "vostool: broken: " in result.err
    assert "broken.vos" in result.err
    assert sorted(os.listdir(out)) == ["a", "b"]
    assert sorted(os.listdir(out / "a")) == ["coco", "masks"]
    assert len(instances(out / "b" / "coco")["images"]) == 16


def test_a_folder_of_projects_as_json(vostool, projects, tmp_path) -> None:
    (projects / "broken.vos").unlink()
    result = vostool(
        "export", projects, "--format", "coco", "--out", tmp_path / "out", "--json", "--quiet"
    )
    assert result.status == 0, result.err
    found = result.json["projects"]
    assert [(p["name"], p["state"], p["export"]["frames"]) for p in found] == [
        ("a", "written", 16),
        ("b", "written", 16),
    ]
    shown = vostool("export", projects, "--format", "coco", "--out", tmp_path / "more")
    assert shown.out.count("masks of 1 objects on 16 frames") == 2


def test_a_merge_with_a_split_and_tidy_masks(vostool, projects, tmp_path) -> None:
    out = tmp_path / "out"
    result = vostool(
        "export", projects / "a.vos", projects / "b.vos", "--merge", "--format", "coco,masks",
        "--out", out, "--split", "video", "--shares", "50,50", "--min-area", "1",
        "--fill-holes", "20", "--drop-specks", "4", "--tolerance", "1", "--labels", "car",
        "--set", "coco.segmentation=polygon", "--pattern", "{video}-{frame:03d}", "--json", "--quiet",
    )  # fmt: skip
    assert result.status == 0, result.err
    assert result.json["merged"]["frames"] == 32
    train = json.loads((out / "coco/annotations/instances_train.json").read_text())
    val = json.loads((out / "coco/annotations/instances_val.json").read_text())
    assert train["images"][0]["file_name"] == "a/a-000.jpg"
    assert val["images"][-1]["file_name"] == "b/b-015.jpg"
    assert {a["attributes"]["track_id"] for a in train["annotations"]} == {1}
    assert {a["attributes"]["track_id"] for a in val["annotations"]} == {2}
    assert isinstance(val["annotations"][0]["segmentation"], list)
    assert (out / "masks/ImageSets/2017/train.txt").read_text() == "a\n"


def test_a_look_changes_nothing_and_counts_in_the_status(vostool, projects, tmp_path) -> None:
    words = ("--format", "coco", "--out", tmp_path / "out", "--check")
    result = vostool("export", projects, *words, "--json")
    assert result.status == 1
    found = {p["name"]: p for p in result.json["projects"]}
    assert found["a"]["ready"]
    assert (found["a"]["frames"], found["a"]["masks"]) == (16, 16)
    assert [p["kind"] for p in found["a"]["problems"]] == ["unconfirmed"]
    assert [p["kind"] for p in found["broken"]["problems"]] == ["damaged"]
    shown = vostool("export", projects / "a.vos", *words)
    assert shown.status == 0
    assert "a: 16 frames, 1 objects, 16 masks" in shown.out
    assert "16 of 16 frames hold masks that are unconfirmed." in shown.out
    assert not (tmp_path / "out").exists()


def test_a_preview_names_the_files(vostool, projects, tmp_path) -> None:
    words = ("--format", "coco", "--format", "masks", "--out", tmp_path / "out", "--preview")
    result = vostool("export", projects / "a.vos", projects / "b.vos", *words)
    assert result.status == 0
    assert "a/coco/annotations/instances_default.json" in result.out
    assert "b/masks/Annotations/clip/  (16 files: 00000.png … 00015.png" in result.out
    broken = vostool("export", projects, *words, "--json", "--quiet")
    assert broken.status == 1
    assert broken.json["frames"] == 32
    assert len(broken.json["failures"]) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ending", ["toml", "json"])
def test_a_recipe_does_the_same_again(vostool, projects, tmp_path, ending) -> None:
    recipe = projects / f"run.{ending}"
    words = ("--format", "coco", "--every", "4", "--merge", "--out", tmp_path / "out")
    first = vostool(
        "export", projects / "a.vos", projects / "b.vos", *words, "--save-recipe", recipe, "--quiet"
    )
    assert first.status == 0, first.err
    before = instances(tmp_path / "out" / "coco")
    assert vostool("export", "--recipe", recipe, "--quiet").status == 1
    again = vostool("export", "--recipe", recipe, "--out", tmp_path / "two", "--quiet")
    assert again.status == 0, again.err
    assert instances(tmp_path / "two" / "coco") == before
    assert vostool("export", "--recipe", recipe, "--overwrite", "--quiet").status == 0
    assert vostool("export", "--recipe", recipe, "--overwrite", "--check").status == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "coco", "--out", "o"), "Name a project"),
        (("a.vos", "b.vos", "--out", "o"), "--format"),
        (("a.vos", "b.vos", "--format", "coco"), "--out"),
        (("a.vos", "b.vos", "--format", "coco", "--out", "o", "--video", "v"), "--video is for one"),
        (("a.vos", "clip.mp4", "--format", "coco", "--out", "o"), "is not a project"),
        (("empty", "--format", "coco", "--out", "o"), "no project"),
        (("a.vos", "b.vos", "--format", "coco", "--out", "o", "--split", "video"), "merge them"),
        (("a.vos", "--format", "coco", "--out", "o", "--split", "time", "--shares", "1"), "TRAIN,VAL"),
        (("a.vos", "--format", "coco", "--out", "o", "--tolerance", "x"), "no number"),
        (("a.vos", "--format", "coco", "--out", "o", "--pattern", "x"), "one name"),
        (("a.vos", "--format", "coco", "--out", "o", "--labels", "cat"), "no label 'cat'"),
        (("a.vos", "--recipe", "r.toml"), "A project cannot be given beside --recipe"),
        (("--recipe", "r.toml", "--every", "2"), "--every cannot be given"),
        (("--recipe", "r.toml"), "check the name"),
    ],
)  # fmt: skip
def test_what_makes_no_sense(vostool, projects, tmp_path, monkeypatch, words, said) -> None:
    monkeypatch.chdir(projects)
    (projects / "empty").mkdir()
    before = sorted(os.listdir(projects))
    result = vostool("export", *words, "--quiet")
    assert result.status == 2
    assert said in result.sentence
    assert sorted(os.listdir(projects)) == before


def test_stopped_between_two_projects(vostool, projects, tmp_path, monkeypatch) -> None:
    from vostool.commands import export_batch

    out = tmp_path / "out"
    monkeypatch.setattr(export_batch.Interrupt, "__call__", lambda self: (out / "a/coco").exists())
    words = ("--format", "coco", "--out", out, "--json", "--quiet")
    result = vostool("export", projects / "a.vos", projects / "b.vos", *words)
    assert result.status == 130
    assert [p["state"] for p in result.json["projects"]] == ["written", "cancelled"]
    assert "Stopped; 1 of 2 projects were written." in result.err
    assert sorted(os.listdir(out)) == ["a"]
