"""The project file: round trip, every bad input, a moved video, readers beside, a kill."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.errors import ProjectFileError, SourceError
from vostool.frames import SourceRef
from vostool.io.project import rows as project_rows
from vostool.io.project import schema as project_schema
from vostool.io.project.file import (
    create,
    locate_source,
    missing_source,
    open_project,
    read_project,
    relink,
)
from vostool.io.video.fingerprint import fingerprint
from vostool.masks.box import Box
from vostool.masks.coco_counts import run_lengths, sound_counts
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits
from vostool.project.changes import Cell, CellChange, Edit, Table, Value
from vostool.project.learned import Learned
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts
from vostool.project.recall import Recall, Way

HEIGHT, WIDTH, FRAMES = 12, 17, 50


def a_source(path: Path) -> SourceRef:
    size, hashed = (1, "00") if not path.exists() else fingerprint(path)
    return SourceRef(path, "video", size, hashed, WIDTH, HEIGHT, FRAMES, 29.97)


def a_record(seed: int = 0) -> MaskRecord:
    array = np.random.default_rng(seed).random((HEIGHT, WIDTH)) < 0.4
    return MaskRecord(Mask.from_array(array), Provenance.TRACKED, 0.25)


def a_project(folder: Path) -> Project:
    video = folder / "clip.mp4"
    if not video.exists():
        video.write_bytes(b"a video, as far as a fingerprint can tell" * 100)
    project = Project(a_source(video))
    project.apply(edits.add_object(project, "car")[0])
    project.apply(edits.set_prompts(project, 3, 1, Prompts(box=Box(1, 2, 3.5, 4)), "Box"))
    project.apply(edits.set_masks(project, [((f, 1), a_record(f)) for f in range(5)], "Masks"))
    return project


def contents(project: Project) -> dict[Cell, Value]:
    return {cell: project.value(cell) for cell in project.cells()}


# --- round trip ---------------------------------------------------------------------------------

ids = st.integers(1, 2**40)
frames = st.integers(0, FRAMES - 1)
reals = st.floats(allow_nan=False, allow_infinity=False, width=64)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
masks = st.binary(min_size=HEIGHT * WIDTH, max_size=HEIGHT * WIDTH).map(
    lambda raw: Mask.from_array(np.frombuffer(raw, np.uint8).reshape(HEIGHT, WIDTH) > 150)
)
boxes = st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0.1, 9), st.floats(0.1, 9)).map(
    lambda b: Box(b[0], b[1], b[0] + b[2], b[1] + b[3])
)
points = st.lists(st.builds(Point, reals, reals, st.booleans()), max_size=4).map(tuple)
recalls = st.builds(Recall, st.sampled_from(Way), texts, st.binary(max_size=40))
prompts = st.builds(
    Prompts, points, st.none() | boxes, st.none() | masks, st.none() | masks,
    st.none() | st.integers(0, 2), st.just(0), st.none() | recalls,
)  # fmt: skip
records = st.builds(
    MaskRecord, masks, st.sampled_from(Provenance), st.none() | st.floats(0, 1), st.booleans()
)
lessons = st.builds(Learned, texts, st.lists(frames, max_size=4).map(tuple), st.binary(max_size=40))
colours = st.tuples(*[st.integers(0, 255)] * 3)
pairs = st.lists(st.tuples(texts, texts), max_size=3).map(tuple)
json_values = st.recursive(
    st.booleans() | st.integers() | reals | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    size = draw(st.integers(1, 2**50))
    source = SourceRef(
        Path("/") / draw(st.text("abc é/'%?#", min_size=1, max_size=8)).strip("/"),
        draw(st.sampled_from(["video", "images"])),
        size, "ff" * 20, WIDTH, HEIGHT, FRAMES, draw(st.floats(0.01, 1000)),
    )  # fmt: skip
    project = Project(source)
    found: list[tuple[Cell, Value]] = []
    for oid in draw(st.lists(ids, unique=True, max_size=3)):
        new = AnnotatedObject(oid, draw(texts), draw(colours), draw(st.booleans()), draw(pairs))
        found.append((Cell(Table.OBJECTS, oid), new))
        for frame in draw(st.lists(frames, unique=True, max_size=2)):
            found.append((Cell(Table.MASKS, (frame, oid)), draw(records)))
            found.append((Cell(Table.PROMPTS, (frame, oid)), draw(prompts)))
        if (known := draw(st.none() | lessons)) is not None:
            found.append((Cell(Table.LEARNED, oid), known))
    for name in draw(st.lists(texts, unique=True, max_size=2)):
        found.append((Cell(Table.SETTINGS, name), draw(json_values)))
    project.load(found)
    return project


@settings(max_examples=60, deadline=None)
@given(projects())
def test_everything_comes_back(project: Project) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.vos"
        create(path, project).close()
        read, warning = read_project(path)
        file, opened = open_project(path)
        file.close()
        assert warning is None
        assert file.warning is None
        for other in (read, opened):
            assert contents(other) == contents(project)
            assert other.source == replace(
                project.source, path=Path(os.path.abspath(project.source.path))
            )
        assert os.listdir(folder) == ["p.vos"]


@settings(max_examples=30, deadline=None)
@given(projects(), projects())
def test_changed_rows_alone_make_one_project_into_another(before: Project, after: Project) -> None:
    after.source = before.source
    cells = set(before.cells()) | set(after.cells())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.vos"
        with create(path, before) as file:
            file.write((cell, after.value(cell)) for cell in cells)
        assert contents(read_project(path)[0]) == contents(after)


def test_write_keeps_the_last_value_and_none_deletes(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    cell = Cell(Table.MASKS, (7, 1))
    with create(tmp_path / "p.vos", project) as file:
        file.write([(cell, a_record(1)), (cell, a_record(2))])
        assert read_project(file.path)[0].value(cell) == a_record(2)
        file.write([(cell, None), (Cell(Table.MASKS, (40, 1)), None)])
        assert contents(read_project(file.path)[0]) == contents(project)


def test_names_with_odd_characters(tmp_path: Path) -> None:
    folder = tmp_path / "a b%20?#'ü"
    folder.mkdir()
    project = a_project(folder)
    with create(folder / "p q#?%.vos", project) as file:
        assert contents(read_project(file.path)[0]) == contents(project)


def test_a_label_that_is_no_text_is_stored_with_question_marks(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    odd = AnnotatedObject(1, "car\udcff")
    with create(tmp_path / "p.vos", project) as file:
        file.write([(Cell(Table.OBJECTS, 1), odd)])
        assert read_project(file.path)[0].objects[1].label == "car?"


# --- where it may be written --------------------------------------------------------------------


def test_create_does_not_overwrite_unless_told(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    path = tmp_path / "p.vos"
    create(path, project).close()
    before = path.read_bytes()
    with pytest.raises(ProjectFileError, match="exists already"):
        create(path, Project(project.source))
    assert path.read_bytes() == before
    create(path, Project(project.source), overwrite=True).close()
    assert contents(read_project(path)[0]) == {}


def test_an_open_project_is_neither_opened_twice_nor_replaced(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    path = tmp_path / "p.vos"
    with create(path, project) as file:
        with pytest.raises(ProjectFileError, match="open in another window"):
            open_project(path)
        with pytest.raises(ProjectFileError, match="open in another window"):
            create(path, Project(project.source), overwrite=True)
        file.write([(Cell(Table.MASKS, (9, 1)), a_record(9))])
        assert read_project(path)[0].masks.get(9, 1) == a_record(9)
    again, opened = open_project(path)
    again.close()
    assert opened.masks.get(9, 1) == a_record(9)


def test_a_reader_sees_one_state_while_another_writes(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    with create(tmp_path / "p.vos", project) as file:
        with closing(sqlite3.connect(file.path)) as reader:
            before = reader.execute("SELECT count(*) FROM masks").fetchone()[0]
        for number in range(6, 30):
            file.write([(Cell(Table.MASKS, (number, 1)), a_record(number))])
            assert len(read_project(file.path)[0].masks) == before + number - 5


def test_save_as_makes_an_independent_copy(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    (tmp_path / "other").mkdir()
    with create(tmp_path / "p.vos", project) as file:
        copy = file.save_as(tmp_path / "other" / "q.vos")
        file.write([(Cell(Table.MASKS, (9, 1)), a_record(9))])
        with copy:
            assert contents(read_project(copy.path)[0]) == contents(project)
            copy.write([(Cell(Table.MASKS, (8, 1)), a_record(8))])
            assert read_project(file.path)[0].masks.get(8, 1) is None
        with pytest.raises(ProjectFileError, match="exists already"):
            file.save_as(copy.path)
        with pytest.raises(ProjectFileError, match="already stored in"):
            file.save_as(file.path, overwrite=True)
    assert sorted(os.listdir(tmp_path)) == ["clip.mp4", "other", "p.vos"]


def test_a_closed_project_file_says_so(tmp_path: Path) -> None:
    file = create(tmp_path / "p.vos", a_project(tmp_path))
    file.close()
    file.close()
    with pytest.raises(ProjectFileError, match="closed"):
        file.write([(Cell(Table.SETTINGS, "a"), 1)])


@pytest.mark.parametrize("where", ["missing/p.vos", ""])
def test_create_at_an_impossible_place(tmp_path: Path, where: str) -> None:
    project = a_project(tmp_path)
    with pytest.raises(ProjectFileError):
        create(tmp_path / where, project, overwrite=True)
    assert os.listdir(tmp_path) == ["clip.mp4"]


def test_full_disk_while_creating_and_writing(tmp_path: Path) -> None:
    # SQLite's own page limit answers as a full disk does ("database or disk is full").
    project = a_project(tmp_path)
    path = tmp_path / "p.vos"
    file = create(path, project)
    file._connection.execute("PRAGMA max_page_count = 20")
    noise = [MaskRecord(big_mask(seed), Provenance.TRACKED) for seed in range(40)]
    with pytest.raises(ProjectFileError, match="no space left"):
        file.write([(Cell(Table.MASKS, (f, 1)), record) for f, record in enumerate(noise)])
    assert contents(read_project(path)[0]) == contents(project)
    file.write([(Cell(Table.MASKS, (9, 1)), a_record(9))])
    assert len(read_project(path)[0].masks) == 6
    file.close()


def big_mask(seed: int) -> Mask:
    return Mask.from_array(np.random.default_rng(seed).random((90, 90)) < 0.5)


# --- bad files ----------------------------------------------------------------------------------


def one_sentence(error: BaseException) -> bool:
    return "\n" not in str(error) and str(error).endswith(".")


def check_refused(path: Path, words: str) -> None:
    before = path.read_bytes() if path.is_file() else None
    for door in (open_project, read_project):
        with pytest.raises(ProjectFileError, match=words) as caught:
            door(path)
        assert one_sentence(caught.value)
    if before is not None:
        assert path.read_bytes() == before
    leftovers = [n for n in os.listdir(path.parent) if n.endswith(("-journal", ".tmp"))]
    assert leftovers == []


def test_missing_folder_empty_and_no_database(tmp_path: Path) -> None:
    check_refused(tmp_path / "none.vos", "There is no project file")
    check_refused(tmp_path, "is a folder")
    (tmp_path / "empty.vos").touch()
    check_refused(tmp_path / "empty.vos", "is empty")
    (tmp_path / "text.vos").write_text("no database at all, " * 50)
    check_refused(tmp_path / "text.vos", "is not a VOSTool project")
    (tmp_path / "head.vos").write_bytes(b"SQLite format 3\0" + bytes(range(200)))
    check_refused(tmp_path / "head.vos", "is not a VOSTool project|broken")


def test_a_database_of_another_program(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.vos")) as other:
        other.execute("CREATE TABLE masks (x)")
    check_refused(tmp_path / "other.vos", "another program")


def altered(tmp_path: Path, *statements: str) -> Path:
    path = tmp_path / "p.vos"
    create(path, a_project(tmp_path)).close()
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path


def test_a_newer_project(tmp_path: Path) -> None:
    check_refused(altered(tmp_path, "PRAGMA user_version = 99"), "newer VOSTool")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE masks",
        "DELETE FROM source",
        "UPDATE source SET width = 'wide'",
        "UPDATE source SET kind = 'film'",
        "UPDATE source SET frame_count = 0",
        "UPDATE source SET path = 12",
        "UPDATE source SET path = 1.5",
        "UPDATE source SET path = ''",
        "UPDATE source SET path = CAST(x'2f76002e6d7034' AS TEXT)",
        "UPDATE source SET rate = 9e999",
        "UPDATE source SET fingerprint = CAST(x'ff' AS TEXT)",
    ],
)
def test_a_broken_project(tmp_path: Path, statement: str) -> None:
    check_refused(altered(tmp_path, statement), "is broken")


def test_truncated_and_scrambled_files(tmp_path: Path) -> None:
    path = altered(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    check_refused(path, "is broken")
    for page in range(1, len(whole) // 4096):
        damaged = bytearray(whole)
        damaged[page * 4096 : page * 4096 + 200] = b"\xa5" * 200
        path.write_bytes(damaged)
        check_refused(path, "is broken")


@pytest.mark.parametrize("value", [0, 1, 2, 3, 4, 0x7F, 0xFF])
def test_every_damaged_byte_of_the_header_gets_a_sentence(tmp_path: Path, value: int) -> None:
    """SQLite's header, https://www.sqlite.org/fileformat2.html: byte 59 is the text's encoding."""
    path = altered(tmp_path)
    whole = path.read_bytes()
    for place in range(16, 100):
        damaged = bytearray(whole)
        damaged[place] = value
        path.write_bytes(damaged)
        with contextlib.suppress(ProjectFileError):  # and nothing else is raised
            project, _ = read_project(path)
            assert project.source.width > 0


@pytest.mark.parametrize(
    ("statement", "lost"),
    [
        ("UPDATE masks SET counts = x'ff00' WHERE frame = 2", "1 mask"),
        ("UPDATE masks SET counts = 'text' WHERE frame = 2", "1 mask"),
        ("UPDATE masks SET counts = x'' WHERE frame < 2", "2 masks"),
        ("UPDATE masks SET width = 9", "5 masks"),
        ("UPDATE masks SET provenance = 'guessed' WHERE frame = 0", "1 mask"),
        ("UPDATE masks SET score = 'high' WHERE frame = 0", "1 mask"),
        ("UPDATE masks SET frame = 5000 WHERE frame = 0", "1 mask"),
        ("UPDATE masks SET frame = -1 WHERE frame = 0", "1 mask"),
        ("UPDATE prompts SET points = 'not json'", "1 prompt"),
        ("UPDATE prompts SET points = '[[1, 2]]'", "1 prompt"),
        ("UPDATE prompts SET box = '[4, 4, 1, 1]'", "1 prompt"),
        ("UPDATE prompts SET mask = x'30', mask_height = 12, mask_width = 17", "1 prompt"),
        ("UPDATE prompts SET object_id = 9223372036854775807", "1 prompt"),
        (
            "UPDATE prompts SET points = '[[1' || replace(hex(zeroblob(2000)), '0', '9') || ', 2, true]]'",
            "1 prompt",
        ),
        ("UPDATE settings SET value = '{'", "1 setting"),
    ],
)
def test_damaged_rows_are_left_out_and_counted(tmp_path: Path, statement: str, lost: str) -> None:
    path = altered(tmp_path, statement)
    rows = count_rows(path)
    file, project = open_project(path)
    file.close()
    assert file.warning is not None
    assert f"({lost})" in file.warning
    expected = contents(a_project(tmp_path))
    assert contents(project).items() < expected.items()
    kept = sum(int(part.split()[0]) for part in lost.split(", "))
    assert len(contents(project)) == len(expected) - kept
    assert read_project(path)[1] == file.warning
    assert count_rows(path) == rows


def count_rows(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as database:
        names = ("objects", "prompts", "masks", "settings")
        return [database.execute(f"SELECT count(*) FROM {n}").fetchone()[0] for n in names]


@settings(max_examples=300, deadline=None)
@given(masks)
def test_the_program_s_own_counts_are_taken_as_they_are(mask: Mask) -> None:
    assert sound_counts(mask.counts, HEIGHT, WIDTH) == mask.counts
    for counts, width in (
        (mask.counts, WIDTH + 1),
        (mask.counts + b"1", WIDTH),
        (mask.counts[:-1] + b"~", WIDTH),
    ):
        with pytest.raises(ValueError, match="run"):
            sound_counts(counts, HEIGHT, width)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(46, 112), max_size=6).map(bytes)
    | st.sampled_from([b"<", b"0<", b"66", b"00<", b"000<", b"600600", b"30N0000006"])
)
def test_counts_are_refused_or_become_the_code_of_their_pixels(counts: bytes) -> None:
    try:
        sound = sound_counts(counts, 3, 4)
    except ValueError:
        assert Mask.from_array(np.ones((3, 4))).counts != counts
        return
    runs = run_lengths(counts)
    pixels = np.repeat(np.arange(len(runs)) % 2, runs).reshape(4, 3).T
    assert np.array_equal(Mask(3, 4, sound).to_array(), pixels)
    assert Mask.from_array(pixels).counts == sound


def of_version(version: int, tmp_path: Path, *statements: str) -> Path:
    """A project as an earlier format had it."""
    path = altered(tmp_path)
    older = tmp_path / "older.vos"
    with closing(sqlite3.connect(older)) as database:
        project_schema.create_tables(database, version)
        database.execute("ATTACH ? AS now", (str(path),))
        for table in ("source", "objects", "masks", "settings"):
            database.execute(f"INSERT INTO {table} SELECT * FROM now.{table}")
        columns = ", ".join(project_rows.COLUMNS[Table.PROMPTS][: {1: 10, 2: 11, 3: 15}[version]])
        database.execute(f"INSERT INTO prompts SELECT {columns} FROM now.prompts")
        for statement in statements:
            database.execute(statement)
        database.commit()
    return older


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_older_file_is_migrated(version: int, tmp_path: Path) -> None:
    path = of_version(version, tmp_path)
    expected = contents(a_project(tmp_path))
    before = path.read_bytes()
    read, _ = read_project(path)
    assert path.read_bytes() == before
    for _ in range(2):  # and then it is one of this version, whose schema is looked at
        file, opened = open_project(path)
        file.close()
        assert file.warning is None
        assert contents(read) == contents(opened) == expected
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone()[0] == 4


def test_a_file_of_the_first_version_has_no_choices_yet(tmp_path: Path) -> None:
    path = of_version(1, tmp_path)
    file, opened = open_project(path)
    key = next(iter(opened.prompts))
    chosen = replace(opened.prompts[key], choice=2)
    file.write([(Cell(Table.PROMPTS, key), chosen)])
    file.close()
    again, told = read_project(path)
    assert told is None and again.prompts[key] == chosen


def test_a_damaged_choice_costs_the_choice_alone(tmp_path: Path) -> None:
    path = altered(tmp_path, "UPDATE prompts SET choice = 'whole'")
    read, told = read_project(path)
    assert contents(read) == contents(a_project(tmp_path))
    assert told is not None and "mended" in told


@pytest.mark.parametrize(
    "row", ["(1, 'e', '[3]', 12)", "(1, 'e', '[-3]', x'00')", "(7, 'e', '[3]', x'00')"]
)
def test_a_damaged_adapter_is_left_out_alone(row: str, tmp_path: Path) -> None:
    path = altered(tmp_path, f"INSERT INTO adapters VALUES {row}")
    read, told = read_project(path)
    assert contents(read) == contents(a_project(tmp_path))
    assert told is not None and "1 adapter" in told


def test_an_older_file_is_no_way_around_the_look_at_its_schema(tmp_path: Path) -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON masks BEGIN DELETE FROM objects; END"
    check_refused(of_version(1, tmp_path, trigger), "a trigger 't'")


@pytest.mark.parametrize(
    ("column", "value"),
    [("way", "'magic'"), ("evidence", "5"), ("engine", "x'ff'"), ("evidence", "zeroblob(2000000)"),
     ("together", "-3"), ("together", "'all'")],
)  # fmt: skip
def test_what_says_how_a_correction_was_answered_may_be_damaged(
    tmp_path: Path, column: str, value: str
) -> None:
    """The prompts stay, as they would without it."""
    path = tmp_path / "p.vos"
    project = a_project(tmp_path)
    recall = Recall(Way.REBUILT, "tiny@8", b"abc")
    told = Prompts((Point(1, 2),), base=a_record(1).mask, together=1, recall=recall)
    project.apply(edits.set_prompts(project, 2, 1, told, "Correct"))
    create(path, project).close()
    assert read_project(path)[0].prompts[2, 1] == told
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"UPDATE prompts SET {column} = {value} WHERE frame = 2")
        database.commit()
    read, warning = read_project(path)
    lost = {"together": 0} if column == "together" else {"recall": None}
    assert read.prompts[2, 1] == replace(told, **lost)
    assert warning is not None and "mended or cut (1 prompt)" in warning


READ_ONLY = """
import os, sys
from pathlib import Path
from vostool.errors import ProjectFileError
from vostool.io.project.file import create, open_project, read_project
path = Path(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)
project, _ = read_project(path)
for attempt in (lambda: open_project(path), lambda: create(path, project, overwrite=True)):
    try:
        attempt()
    except ProjectFileError as error:
        print(error)
    else:
        print("NOT REFUSED")
"""


@pytest.mark.skipif(os.name == "nt", reason="rights are set differently on Windows")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_read_only_file_and_folder(what: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = altered(folder)
        path.chmod(0o444 if what == "file" else 0o666)
        folder.chmod(0o555)
        before = path.read_bytes()
        run = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        folder.chmod(0o755)
        assert run.returncode == 0, run.stderr
        lines = run.stdout.splitlines()
        assert len(lines) == 2
        assert "read-only" in lines[0]
        assert "permission denied" in lines[1] or "read-only" in lines[1] or "cannot" in lines[1]
        assert path.read_bytes() == before
        assert sorted(os.listdir(folder)) == ["clip.mp4", "p.vos"]


# --- the video moved ----------------------------------------------------------------------------


def test_the_video_is_found_where_it_was_and_beside(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "clips").mkdir(parents=True)
    project = a_project(home / "clips")
    path = home / "p.vos"
    create(path, project).close()
    assert locate_source(project, path) == home / "clips" / "clip.mp4"
    home.rename(tmp_path / "moved")
    moved, _ = read_project(tmp_path / "moved" / "p.vos")
    found = locate_source(moved, tmp_path / "moved" / "p.vos")
    assert found == tmp_path / "moved" / "clips" / "clip.mp4"
    found.rename(tmp_path / "moved" / "clip.mp4")
    beside = locate_source(moved, tmp_path / "moved" / "p.vos")
    assert beside == tmp_path / "moved" / "clip.mp4"


def test_a_lost_video_is_asked_for_and_relinked(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    path = tmp_path / "p.vos"
    with create(path, project) as file:
        video = tmp_path / "clip.mp4"
        other = tmp_path / "elsewhere.mp4"
        video.rename(other)
        assert locate_source(project, path) is None
        sentence = missing_source(project, path)
        assert "clip.mp4" in sentence
        assert sentence.endswith("say where it lies now.")
        old = project.source
        wrong = tmp_path / "wrong.mp4"
        wrong.write_bytes(b"another video")
        for place in (wrong, tmp_path, tmp_path / "none.mp4"):
            with pytest.raises(SourceError) as caught:
                relink(project, place)
            assert one_sentence(caught.value)
            assert project.source == old
        file.write_source(relink(project, other))
    again, _ = read_project(path)
    assert again.source.path == other
    assert locate_source(again, path) == other


def test_a_changed_video_is_refused(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    path = tmp_path / "p.vos"
    create(path, project).close()
    (tmp_path / "clip.mp4").write_bytes(b"something else")
    with pytest.raises(SourceError, match="is not the video"):
        locate_source(project, path)


# --- killed -------------------------------------------------------------------------------------

WRITER = """
import sys
from vostool.project.changes import Cell, Table
from vostool.io.project.file import open_project
file, project = open_project(sys.argv[1])
record = project.masks.get(0, 1)
print("ready", flush=True)
number = 0
while True:
    # Each transaction touches many pages, so that a kill often lands in the middle of one.
    number += 1
    file.write([(Cell(Table.MASKS, (f, 1)), record) for f in range(5, 50)]
               + [(Cell(Table.SETTINGS, "n%03d" % i), [number] * 40) for i in range(200)])
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
@pytest.mark.parametrize("delay", range(4))
def test_killed_in_the_middle_of_writing(tmp_path: Path, delay: int) -> None:
    path = tmp_path / "p.vos"
    create(path, a_project(tmp_path)).close()
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    done = 0
    journal = Path(f"{path}-journal")
    for line in writer.stdout:
        done = int(line)
        if done > 3 * delay:
            break
    for _ in range(200_000):  # kill while a journal lies there: in the middle of a transaction
        if journal.exists():
            break
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    rest = writer.stdout.read().split()
    writer.stdout.close()
    done = max([done, *map(int, rest)])
    file, project = open_project(path)
    # A journal that was never synced holds nothing; SQLite clears it with the next transaction.
    file.write([(Cell(Table.SETTINGS, "reopened"), True)])
    file.close()
    assert file.warning is None
    numbers = {tuple(v) for k, v in project.settings.items() if k.startswith("n")}
    assert len(numbers) == 1, "a half-written transaction"
    assert numbers.pop()[0] in (done, done + 1)
    assert len(project.masks) == 50
    assert sorted(os.listdir(tmp_path)) == ["clip.mp4", "p.vos"]


def test_a_killed_projects_journal_does_not_spoil_the_file_that_replaces_it(tmp_path: Path) -> None:
    path = tmp_path / "p.vos"
    project = a_project(tmp_path)
    create(path, project).close()
    Path(f"{path}-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\0" * 600)
    create(path, project, overwrite=True).close()
    assert not Path(f"{path}-journal").exists()
    assert contents(read_project(path)[0]) == contents(project)


def test_write_applies_an_edits_cells(tmp_path: Path) -> None:
    project = a_project(tmp_path)
    with create(tmp_path / "p.vos", project) as file:
        edit = Edit("x", (CellChange(Cell(Table.SETTINGS, "speed"), None, 2.0),))
        project.apply(edit)
        file.write((c.cell, project.value(c.cell)) for c in edit.changes)
    assert read_project(tmp_path / "p.vos")[0].settings["speed"] == 2.0
