"""Where exports go: all or nothing, nobody's files lost, one sentence when it cannot be done."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from vostool.errors import Cancelled, ExportError, UsageError
from vostool.io.exports import staging
from vostool.io.exports.exporters import FORMATS, ImageFiles

FOUR = ("coco", "cvat-images", "masks", "masks-binary")
LABELS = [name for name, entry in FORMATS.items() if entry.family == "labels"]


@pytest.fixture
def project(memory_source, make_project, hard_masks):
    masks = {(f, oid): hard_masks["hole"] for f in range(6) for oid in (1, 2)}
    return make_project(memory_source(), masks)


@pytest.fixture
def export_all(project, memory_source, run_export):
    """Export in four formats with pictures."""

    def run(destination, progress=lambda done, total, what="": None, formats=FOUR, **options):
        options = {"images": ImageFiles.JPEG, **options}
        return run_export(project, memory_source(), list(formats), destination, progress, **options)

    return run


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def folders(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def stop_at(number):
    def progress(done, total, what=""):
        if done == number:
            raise Cancelled("Stopped.")

    return progress


def test_each_format_gets_its_folder_and_nothing_else_is_left(export_all, tmp_path):
    report = export_all(tmp_path / "deep" / "out")
    assert folders(tmp_path / "deep" / "out") == sorted(FOUR)
    for written in report.written:
        assert written.main.exists()
        folder = tmp_path / "deep" / "out" / written.name
        listed = (folder / staging.MANIFEST).read_text().split()
        assert sorted(listed) == sorted(contents(folder).keys() - {staging.MANIFEST})
        assert written.files == len(listed)
        assert written.size_bytes >= sum(len(data) for data in contents(folder).values())


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_leaves_nothing_when_it_is_cancelled(export_all, tmp_path, name):
    with pytest.raises(Cancelled):
        export_all(tmp_path / "out", stop_at(3), [name])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("frame", [0, 3, 6])
def test_a_cancelled_export_leaves_nothing(export_all, tmp_path, frame):
    with pytest.raises(Cancelled):
        export_all(tmp_path / "deep" / "out", stop_at(frame))
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_overwrite_leaves_the_old_export(export_all, tmp_path):
    export_all(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(Cancelled):
        export_all(tmp_path, stop_at(4), overwrite=True, last=3)
    assert contents(tmp_path) == before
    assert folders(tmp_path) == sorted(FOUR)


def test_progress_counts_the_frames(export_all, tmp_path):
    seen = []
    export_all(tmp_path, lambda done, total, what="": seen.append((done, total)))
    assert seen == [(n, 6) for n in range(7)]


def test_an_existing_export_is_refused_before_a_frame_is_written(export_all, tmp_path):
    export_all(tmp_path, formats=["coco"])
    before = contents(tmp_path)
    with pytest.raises(ExportError, match=r"coco exists already; choose another folder or allow"):
        export_all(tmp_path, stop_at(0))
    assert contents(tmp_path) == before
    assert folders(tmp_path) == ["coco"]


def test_other_things_in_the_destination_do_not_matter(export_all, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "coco").mkdir()  # an empty folder is nobody's export
    export_all(tmp_path)
    assert folders(tmp_path) == sorted([*FOUR, "notes.txt"])
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_overwriting_removes_what_was_ours_and_keeps_what_was_not(export_all, tmp_path):
    export_all(tmp_path)
    annotations = tmp_path / "masks" / "Annotations" / "clip"
    (annotations / "mine.txt").write_text("mine")
    (tmp_path / "masks" / "notes").mkdir()
    (tmp_path / "masks" / "notes" / "readme.md").write_text("mine, too")
    report = export_all(tmp_path, overwrite=True, first=2, last=3)
    assert folders(annotations) == ["00002.png", "00003.png", "mine.txt"]
    assert (annotations / "mine.txt").read_text() == "mine"
    assert (tmp_path / "masks" / "notes" / "readme.md").read_text() == "mine, too"
    assert folders(tmp_path) == sorted(FOUR)
    assert [text for text in report.warnings if text.startswith("2 files in")]
    export_all(tmp_path, overwrite=True, first=2, last=3)
    assert (annotations / "mine.txt").read_text() == "mine"


def test_a_destination_that_is_a_file_is_refused(export_all, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ExportError, match="is a file; choose a folder"):
        export_all(tmp_path / "out", overwrite=True)
    with pytest.raises(ExportError, match="failed and changed nothing"):
        export_all(tmp_path / "out" / "deeper")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_format_folder_that_is_none_is_refused(export_all, tmp_path, kind):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place = tmp_path / "out" / "coco"
    place.parent.mkdir()
    if kind == "file":
        place.write_text("mine")
    else:
        try:
            place.symlink_to(elsewhere, target_is_directory=True)
        except OSError:
            pytest.skip("links may not be made here")
    with pytest.raises(ExportError, match="is not a folder"):
        export_all(tmp_path / "out", overwrite=True)
    assert folders(tmp_path / "out") == ["coco"]
    assert folders(elsewhere) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full; free some space"),
        (errno.EROFS, "cannot be written to"),
        (errno.EIO, "choose another folder"),
    ],
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_disk_that_fails_midway(export_all, tmp_path, monkeypatch, number, words, overwrite):
    if overwrite:
        export_all(tmp_path / "out")
    before = contents(tmp_path)
    write, calls = staging.StagedFolder.write, []

    def fail(self, relative, data):
        calls.append(relative)
        if len(calls) > 9:
            raise OSError(number, os.strerror(number))
        write(self, relative, data)

    monkeypatch.setattr(staging.StagedFolder, "write", fail)
    with pytest.raises(ExportError, match=words) as caught:
        export_all(tmp_path / "out", overwrite=overwrite)
    assert "\n" not in str(caught.value)
    assert contents(tmp_path) == before
    assert overwrite or list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", LABELS)
def test_each_format_tells_of_a_disk_that_fails(export_all, tmp_path, monkeypatch, name):
    export_all(tmp_path / "out", formats=[name])
    before = contents(tmp_path)

    def fail(self, relative):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(staging.StagedFolder, "open", fail)
    with pytest.raises(ExportError, match="failed and changed nothing"):
        export_all(tmp_path / "out", formats=[name], overwrite=True)
    assert contents(tmp_path) == before


def test_unknown_formats_are_named(export_all, tmp_path):
    with pytest.raises(UsageError, match="no format 'cocoa'"):
        export_all(tmp_path / "out", formats=["cocoa"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes there")
def test_a_label_file_that_cannot_grow_leaves_nothing(
    memory_source, make_project, run_export, tmp_path
):
    """The streamed files really fail to grow, in write and in close alike."""
    import resource
    import signal

    noise = np.random.default_rng(0).random((40, 200, 300)) > 0.5
    source = memory_source(40, 300, 200)
    project = make_project(source, {(f, 1): noise[f] for f in range(40)})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        for name in ("cvat-images", "coco"):
            with pytest.raises(ExportError, match="disk is full"):
                run_export(project, source, name, tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", [2, 4, 6, 8])
def test_a_rename_that_fails_puts_everything_back(export_all, tmp_path, monkeypatch, failing):
    export_all(tmp_path)
    before = contents(tmp_path)
    rename, calls = os.rename, []

    def fail(old, new):
        calls.append(new)
        if len(calls) == failing:
            raise PermissionError(errno.EACCES, "in use")
        rename(old, new)

    monkeypatch.setattr(staging.os, "rename", fail)
    with pytest.raises(ExportError, match="changed nothing"):
        export_all(tmp_path, overwrite=True, last=2)
    assert contents(tmp_path) == before
    assert folders(tmp_path) == sorted(FOUR)


def test_a_folder_made_meanwhile_is_not_replaced(export_all, tmp_path):
    def intrude(done, total, what=""):
        if done == total:
            (tmp_path / "coco").mkdir()
            (tmp_path / "coco" / "theirs").write_text("theirs")

    with pytest.raises(ExportError, match="exists already"):
        export_all(tmp_path, intrude)
    assert contents(tmp_path) == {"coco/theirs": b"theirs"}
    assert folders(tmp_path) == ["coco"]
