"""All or nothing: what an export leaves when it is refused, cancelled, or runs out of disk."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from vostool.errors import Cancelled, ExportError, UsageError
from vostool.io import staging
from vostool.io.exporters import FORMATS

NAMES = list(FORMATS)


@pytest.fixture
def project(memory_source, make_project, hard_masks):
    source = memory_source()
    masks = {(frame, 1): hard_masks["hole"] for frame in range(10)}
    return make_project(source, masks), source


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_an_existing_export_is_refused_and_stays(project, run_export, tmp_path):
    run_export(*project, NAMES, tmp_path / "out")
    before = tree(tmp_path)
    with pytest.raises(ExportError, match="exists already"):
        run_export(*project, NAMES, tmp_path / "out", every=2)
    assert tree(tmp_path) == before


def test_overwriting_replaces_our_files_and_keeps_a_persons(project, run_export, tmp_path):
    run_export(*project, NAMES, tmp_path / "out")
    mine = tmp_path / "out" / "masks" / "notes.txt"
    mine.write_text("keep me")
    run_export(*project, NAMES, tmp_path / "out", every=5, overwrite=True)
    assert mine.read_text() == "keep me"
    pictures = list((tmp_path / "out" / "masks").rglob("*.png"))
    assert len(pictures) == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_cancelled_export_leaves_nothing(project, run_export, tmp_path, name):
    def stop(done, total, what=""):
        if done >= 3:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        run_export(*project, name, tmp_path / "out", stop)
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_overwrite_leaves_the_old_export(project, run_export, tmp_path):
    run_export(*project, NAMES, tmp_path / "out")
    before = tree(tmp_path)

    def stop(done, total, what=""):
        if done >= 3:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        run_export(*project, NAMES, tmp_path / "out", stop, overwrite=True)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("failure", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_failing_disk_gives_one_sentence_and_changes_nothing(
    project, run_export, tmp_path, monkeypatch, name, failure
):
    run_export(*project, name, tmp_path / "out")
    before = tree(tmp_path)

    def fail(self, relative):
        raise OSError(failure, os.strerror(failure))

    monkeypatch.setattr(staging.StagedFolder, "open", fail)
    with pytest.raises(ExportError) as caught:
        run_export(*project, name, tmp_path / "out", overwrite=True)
    assert "changed nothing" in str(caught.value)
    assert str(caught.value).count("\n") == 0
    monkeypatch.undo()
    assert tree(tmp_path) == before


def test_a_destination_that_is_a_file_is_refused(project, run_export, tmp_path):
    place = tmp_path / "out"
    place.write_text("mine")
    with pytest.raises(ExportError):
        run_export(*project, NAMES, place, overwrite=True)
    assert place.read_text() == "mine"


def test_unknown_formats_are_named(project, run_export, tmp_path):
    with pytest.raises(UsageError, match="no format 'cocoa'"):
        run_export(*project, "cocoa", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_masks_of_an_hour_go_frame_by_frame(project, run_export, tmp_path):
    calls: list[tuple[int, int]] = []
    run_export(*project, NAMES, tmp_path / "out", lambda d, t, w="": calls.append((d, t)))
    assert calls[-1] == (10, 10)
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
