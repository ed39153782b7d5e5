"""Project files of strangers: what they bring along is refused, what is damaged costs one value."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from vostool.errors import Cancelled, ProjectFileError, SourceError
from vostool.frames import SourceRef
from vostool.io.project.file import create, locate_source, open_project, read_project
from vostool.io.project.rows import MOST_POINTS
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits
from vostool.project.objects import HIGHEST_ID, LONGEST_LABEL
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A project of three objects with a mask each, and clicks on the first."""
    project = Project(SourceRef(tmp_path / "clip.mp4", "video", 9, "00", 8, 6, 20, 25.0))
    record = MaskRecord(Mask.from_array(np.ones((6, 8), bool)), Provenance.TRACKED, 0.5)
    for oid in (1, 2, 3):
        project.apply(edits.add_object(project, f"name {oid}")[0])
        project.apply(edits.set_masks(project, [((0, oid), record)], "Masks"))
    project.apply(edits.set_prompts(project, 0, 1, Prompts((Point(1, 1),)), "Click"))
    path = tmp_path / "p.vos"
    create(path, project).close()
    return path


def run(path: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement, values)


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (["CREATE TRIGGER t AFTER INSERT ON masks BEGIN DELETE FROM objects; END"], "a trigger 't'"),
        (
            ["CREATE TRIGGER t AFTER DELETE ON masks BEGIN DELETE FROM prompts; END"],
            "a trigger 't'",
        ),
        (
            [
                "DROP TABLE prompts",
                "CREATE VIEW prompts AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
                "FROM n) SELECT i AS frame, 1 AS object_id, '[]' AS points, NULL AS box, NULL AS "
                "mask_height, NULL AS mask_width, NULL AS mask, NULL AS base_height, NULL AS "
                "base_width, NULL AS base FROM n",
            ],
            "a view 'prompts'",
        ),
        (["CREATE TABLE more (x)"], "a table 'more'"),
        (["CREATE INDEX i ON masks (frame) WHERE abs(frame) > 0"], "an index 'i'"),
        (["CREATE VIRTUAL TABLE words USING fts5(x)"], "a table 'words"),
        (
            [
                "DROP TABLE settings",
                "CREATE TABLE settings (name TEXT PRIMARY KEY, "
                "value TEXT AS (printf('%.*c', 1000, name))) WITHOUT ROWID",
            ],
            "a changed table 'settings'",
        ),
    ],
)  # fmt: skip
def test_what_a_schema_brings_along_is_refused(
    stored: Path, statements: list[str], named: str
) -> None:
    run(stored, *statements)
    before = stored.read_bytes()
    for attempt in (open_project, read_project):
        with pytest.raises(ProjectFileError, match=named) as caught:
            attempt(stored)
        assert str(caught.value).count(". ") == 0
    assert stored.read_bytes() == before


def test_the_place_of_a_video_is_not_taken_from_a_view(stored: Path) -> None:
    project, _ = read_project(stored)
    run(
        stored,
        "ALTER TABLE source RENAME TO old",
        "CREATE VIEW source AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i AS relative FROM n WHERE i < 0",
    )
    with pytest.raises(Cancelled):
        locate_source(project, stored, cancelling)


def cancelling(done: int, total: int, what: str = "") -> None:
    raise Cancelled("Cancelled.")


def test_reading_can_be_cancelled(stored: Path) -> None:
    for attempt in (open_project, read_project):
        with pytest.raises(Cancelled):
            attempt(stored, cancelling)
    open_project(stored)[0].close()  # and nothing holds it any more


@pytest.mark.parametrize(
    ("column", "value", "label"),
    [
        ("label", b"caf\xe9", "caf\ufffd"),
        ("label", "x" * 5_000_000, "x" * LONGEST_LABEL),
        ("colour", "red", "name 2"),
        ("colour", b"\xff\xfe", "name 2"),
        ("attributes", "[" * 100_000, "name 2"),
        ("attributes", '[["a"]]', "name 2"),
        ("visible", "maybe", "name 2"),
    ],
)
def test_a_damaged_part_of_an_object_costs_that_part(
    stored: Path, column: str, value: object, label: str
) -> None:
    cast = "CAST(? AS TEXT)" if isinstance(value, bytes) else "?"
    run(stored, f"UPDATE objects SET {column} = {cast} WHERE id = 2", values=(value,))
    project, warning = read_project(stored)
    assert warning is not None
    assert "mended or cut (1 object)" in warning
    assert list(project.objects) == [1, 2, 3]
    assert project.objects[2].label == label
    assert sorted(key[1] for key in ((f, o) for f, o, _ in project.masks.items())) == [1, 2, 3]


def test_more_clicks_than_anybody_makes_are_cut(stored: Path) -> None:
    run(
        stored,
        "UPDATE prompts SET points = ?",
        values=("[" + ",".join(["[1,1,true]"] * 300_000) + "]",),
    )
    project, warning = read_project(stored)
    assert len(project.prompts[0, 1].points) == MOST_POINTS
    assert warning is not None
    assert "1 prompt" in warning


@pytest.mark.parametrize("highest", [2**63 - 1, 2**63, 10**400, -5, "many"])
def test_the_next_object_can_always_be_stored(stored: Path, highest: object) -> None:
    text = str(highest) if isinstance(highest, int) else '"many"'
    run(stored, "UPDATE settings SET value = ? WHERE name = 'highest_object_id'", values=(text,))
    file, project = open_project(stored)
    with file:
        edit, oid = edits.add_object(project)
        file.write((change.cell, change.after) for change in edit.changes)
    assert oid == 4
    assert oid in read_project(stored)[0].objects


def test_after_the_highest_number_a_free_one_is_taken(stored: Path) -> None:
    run(stored, f"UPDATE objects SET id = {HIGHEST_ID} WHERE id = 3")
    project, _ = read_project(stored)
    assert project.next_object_id() == 3


@pytest.mark.parametrize("kind", ["pipe", "zero"])
def test_a_project_that_is_no_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "p.vos"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    for attempt in (open_project, read_project):
        with pytest.raises(ProjectFileError, match=r"p\.vos' cannot be opened \(it is a"):
            attempt(path)


def test_a_video_that_became_a_pipe_is_missing(stored: Path) -> None:
    os.mkfifo(stored.parent / "clip.mp4")
    project, _ = read_project(stored)
    with pytest.raises(SourceError, match="is not the video"):
        locate_source(project, stored)


@pytest.mark.parametrize("what", ["renamed", "deleted"])
def test_a_project_that_goes_away_while_open_is_named(stored: Path, what: str) -> None:
    file, project = open_project(stored)
    other = stored.with_name("other.vos")
    if what == "renamed":
        stored.rename(other)
    else:
        stored.unlink()
    edit, _ = edits.add_object(project)
    with file, pytest.raises(ProjectFileError, match=r"Save as \(Ctrl\+Shift\+S\)") as caught:
        file.write((change.cell, change.after) for change in edit.changes)
    assert "read-only" not in str(caught.value)
    if what == "renamed" and Path("/proc/self/fd").is_dir():
        assert str(other) in str(caught.value)


@pytest.mark.parametrize("call", [1, 2, 3, 4])
def test_opening_a_project_of_huge_values_is_cancelled_whenever_it_is_asked_for(
    stored: Path, call: int
) -> None:
    huge = "x" * 5_000_000, "[" + ",".join(["[1,1,true]"] * 300_000) + "]"
    run(stored, "UPDATE objects SET label = ?", values=huge[:1])
    run(stored, "UPDATE prompts SET points = ?", values=huge[1:])
    before = stored.read_bytes()
    told: list[str] = []

    def progress(_done: int, _total: int, what: str) -> None:
        told.append(what)
        if len(told) == call:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        open_project(stored, progress)
    assert len(told) == call, "nothing more was asked or read"
    assert stored.read_bytes() == before
    file, project = open_project(stored)
    file.close()
    assert all(len(o.label) == LONGEST_LABEL for o in project.objects.values())
