"""Encoder features on disk: exact, bounded, and quiet about every kind of trouble."""

from __future__ import annotations

import logging
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.frames import SourceInfo
from vostool.models.shared.feature_disk import DiskFeatures, source_identity

DTYPES = st.sampled_from([torch.float32, torch.bfloat16, torch.float16])
SHAPES = st.lists(st.integers(0, 5), min_size=1, max_size=4)


def levels(value: float, count: int = 256) -> list[torch.Tensor]:
    plain = torch.full((1, count), float(value))
    return [plain, plain.bfloat16()]


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def equal(a, b) -> bool:
    assert len(a) == len(b)
    pairs = zip(a, b, strict=True)
    return all(x.dtype == y.dtype and torch.equal(x, y) for x, y in pairs)


@settings(max_examples=40, deadline=None)
@given(shapes=st.lists(st.tuples(SHAPES, DTYPES), min_size=1, max_size=3), seed=st.integers(0, 99))
def test_what_is_stored_comes_back_to_the_bit(tmp_path_factory, shapes, seed):
    generator = torch.Generator().manual_seed(seed)
    stored = [torch.randn(shape, generator=generator).to(dtype) for shape, dtype in shapes]
    disk = DiskFeatures(tmp_path_factory.mktemp("disk"), reserve_bytes=0)
    disk.store(3, stored)
    assert equal(disk.load(3), stored)
    assert disk.load(4) is None


def test_a_strided_level_is_stored_in_its_order(tmp_path):
    disk = DiskFeatures(tmp_path, reserve_bytes=0)
    level = torch.arange(24.0).reshape(1, 4, 6).permute(0, 2, 1)
    disk.store(0, [level])
    assert torch.equal(disk.load(0)[0], level)


def test_a_new_session_finds_what_was_kept_and_only_its_own(tmp_path):
    first = DiskFeatures(tmp_path, identity=("a",), keep=True, reserve_bytes=0)
    first.store(0, levels(1))
    first.close()
    assert DiskFeatures(tmp_path, identity=("b",)).load(0) is None
    again = DiskFeatures(tmp_path, identity=("a",))
    assert equal(again.load(0), levels(1))
    assert again.hits == 1


def test_closing_removes_its_own_entries_and_no_others(tmp_path):
    other = DiskFeatures(tmp_path, identity=("other",), keep=True, reserve_bytes=0)
    other.store(0, levels(1))
    mine = DiskFeatures(tmp_path, identity=("mine",), reserve_bytes=0)
    mine.store(0, levels(2))
    assert len(entries(tmp_path)) == 2
    mine.close()
    assert len(entries(tmp_path)) == 1
    assert equal(DiskFeatures(tmp_path, identity=("other",)).load(0), levels(1))


def test_the_bound_holds_and_the_longest_unused_goes_first(tmp_path):
    size = 256 * 6 + 1024
    disk = DiskFeatures(tmp_path, 4 * size, reserve_bytes=0)
    for frame in range(4):
        disk.store(frame, levels(frame))
    assert disk.load(0) is not None
    for frame in range(4, 6):
        disk.store(frame, levels(frame))
        assert sum(path.stat().st_size for path in entries(tmp_path)) <= 4 * size
    assert disk.load(1) is None
    assert equal(disk.load(0), levels(0))
    assert disk.bytes_held == sum(path.stat().st_size for path in entries(tmp_path))


def test_the_order_of_use_outlives_the_session_and_counts_all_sources(tmp_path):
    first = DiskFeatures(tmp_path, identity=("first",), keep=True, reserve_bytes=0)
    for frame in range(3):
        first.store(frame, levels(frame))
        path = next(path for path in entries(tmp_path) if path.name.startswith(f"{frame:08d}"))
        os.utime(path, (1000 + frame, 1000 + frame))
    assert first.load(0) is not None
    second = DiskFeatures(tmp_path, 3 * (256 * 6 + 1024), identity=("second",), reserve_bytes=0)
    for frame in range(2):
        second.store(frame, levels(9))
    left = DiskFeatures(tmp_path, identity=("first",))
    assert left.load(1) is None
    assert equal(left.load(0), levels(0))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: whole[:-1],
        lambda whole: whole[:5],
        lambda whole: b"",
        lambda whole: whole + b"x",
        lambda whole: whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:],
        lambda whole: b"another thing altogether",
        lambda whole: whole[:8] + b"\xff\xff\xff\xff" + whole[12:],
        lambda whole: whole.replace(b'"float32"', b'"storage"'),
        lambda whole: whole.replace(b"[1, 256]", b"[9, 256]"),
        lambda whole: whole.replace(b'"frame": 0', b'"frame": 1'),
    ],
)
def test_a_damaged_or_foreign_entry_is_as_good_as_none(tmp_path, spoil):
    disk = DiskFeatures(tmp_path, reserve_bytes=0, keep=True)
    disk.store(0, levels(1))
    (path,) = entries(tmp_path)
    path.write_bytes(spoil(path.read_bytes()))
    assert disk.load(0) is None
    assert disk.problem is None
    disk.store(0, levels(2))
    assert equal(disk.load(0), levels(2))


def test_an_entry_that_vanished_is_as_good_as_none(tmp_path):
    disk = DiskFeatures(tmp_path, reserve_bytes=0)
    disk.store(0, levels(1))
    shutil.rmtree(next(tmp_path.iterdir()))
    assert disk.load(0) is None
    disk.store(0, levels(1))
    assert equal(disk.load(0), levels(1))


def test_a_full_disk_switches_it_off_with_one_sentence(tmp_path, monkeypatch, caplog):
    disk = DiskFeatures(tmp_path, reserve_bytes=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=900))
    with caplog.at_level(logging.WARNING):
        disk.store(0, levels(1))
        disk.store(1, levels(1))
    assert entries(tmp_path) == []
    assert [record.getMessage() for record in caplog.records] == [disk.problem]
    assert "the disk is full" in disk.problem and "\n" not in disk.problem


def test_a_write_that_fails_leaves_nothing_half_written(tmp_path, monkeypatch):
    disk = DiskFeatures(tmp_path, reserve_bytes=0)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    disk.store(0, levels(1))
    assert "No space left on device" in disk.problem
    assert entries(tmp_path) == []
    assert disk.load(0) is None


def test_a_folder_that_is_a_file_switches_it_off(tmp_path):
    place = tmp_path / "features"
    place.write_text("mine")
    disk = DiskFeatures(place, reserve_bytes=0)
    disk.store(0, levels(1))
    assert disk.problem is not None
    disk.close()
    assert place.read_text() == "mine"


def test_what_a_killed_session_left_half_written_goes_after_an_hour(tmp_path):
    (tmp_path / "key").mkdir()
    old, new = (tmp_path / "key" / name for name in ("a.partial", "b.partial"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    DiskFeatures(tmp_path)
    assert not old.exists() and new.exists()


def test_a_source_is_known_by_its_file_or_its_fingerprint(tmp_path):
    video = tmp_path / "a.mp4"
    video.write_bytes(b"1")
    info = SourceInfo(video, "video", 4, 4, 1, 25.0)
    before = source_identity(info)
    assert before == source_identity(info)
    video.write_bytes(b"22")
    assert source_identity(info) != before
    moved = replace(info, path=tmp_path / "gone.mp4")
    assert source_identity(moved, "f00") == source_identity(info, "f00")
    assert source_identity(moved) != source_identity(info)


def test_a_folder_of_images_is_known_by_its_images(tmp_path):
    for name in ("0.png", "1.png"):
        (tmp_path / name).write_bytes(b"1")
    info = SourceInfo(tmp_path, "images", 4, 4, 2, 25.0)
    before = source_identity(info)
    assert before == source_identity(info)
    (tmp_path / "1.png").write_bytes(b"22")
    assert source_identity(info) != before
