"""Fingerprints recognise the same pictures elsewhere and notice any other."""

from __future__ import annotations

import shutil

import pytest

from vostool.errors import SourceError
from vostool.io.video.fingerprint import fingerprint


def test_same_bytes_under_another_name_are_recognised(tmp_path):
    a, b = tmp_path / "a.mp4", tmp_path / "b.mov"
    a.write_bytes(b"abc" * 1000)
    b.write_bytes(b"abc" * 1000)
    assert fingerprint(a) == fingerprint(str(b))
    assert fingerprint(a)[0] == 3000


def test_a_changed_byte_or_size_changes_it(tmp_path):
    a = tmp_path / "a.mp4"
    a.write_bytes(b"abc" * 1000)
    before = fingerprint(a)
    a.write_bytes(b"abd" + b"abc" * 999)
    changed = fingerprint(a)
    a.write_bytes(b"abc" * 1001)
    assert len({before, changed, fingerprint(a)}) == 3


def test_a_huge_file_is_read_in_pieces_only(tmp_path):
    huge = tmp_path / "huge.mp4"
    with huge.open("wb") as file:
        file.truncate(200 << 30)  # sparse: reading it all would take minutes
    size, first = fingerprint(huge)
    with huge.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"x")
    assert size == 200 << 30
    assert fingerprint(huge) != (size, first)


def test_a_folder_counts_its_images_only(tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    for n in range(300):
        (folder / f"{n}.png").write_bytes(b"%d" % n)
    before = fingerprint(folder)
    (folder / "notes.txt").write_text("mine")
    (folder / ".hidden.png").write_text("mine")
    moved = tmp_path / "two"
    shutil.copytree(folder, moved)
    assert fingerprint(moved) == before
    (moved / "7.png").rename(moved / "8a.png")
    assert fingerprint(moved) != before


def test_what_cannot_be_read_says_so(tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        fingerprint(tmp_path / "absent.mp4")
