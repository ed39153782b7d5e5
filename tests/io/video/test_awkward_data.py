"""Every awkward file of the sample data: right at 200 random places, or refused in one sentence."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

REFUSED = {"audio_only.mp4", "empty.mp4", "not_a_video.mp4", "truncated_no_moov.mp4"}
CONCEALED = {"bitflips.mp4"}
"""Damaged pictures, which FFmpeg and PyAV may patch up differently."""


@pytest.fixture(scope="module")
def check():
    """`check(path, accesses, seed)` of bench/awkward_frames.py, which prints the same as a table."""
    place = Path(__file__).resolve().parents[3] / "bench" / "awkward_frames.py"
    spec = importlib.util.spec_from_file_location("awkward_frames", place)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "awkward_frames", module)  # its dataclasses look there
        spec.loader.exec_module(module)
        yield module.check


def test_every_generated_file(check, shared_data):
    rows = [check(path, 200, 0) for path in sorted((shared_data / "generated_awkward").iterdir())]
    assert len(rows) > 35
    refused = {row.name for row in rows if row.frames == 0}
    assert refused == REFUSED
    assert all(row.note.count("\n") == 0 and row.note.endswith(".") for row in rows if row.note)
    wrong = {row.name: row.wrong for row in rows if row.wrong and row.name not in CONCEALED}
    assert wrong == {}
    misread = {
        row.name: row.blocks for row in rows if row.frames and len(set(row.blocks.split("/"))) > 1
    }
    assert misread == {}


@pytest.mark.parametrize("folder", ["torchcodec", "decord", "cvat"])
def test_real_files(check, shared_data, folder):
    videos = [
        path
        for path in sorted((shared_data / "video" / folder).iterdir())
        if path.is_file() and path.name != "LICENSE"
    ]
    rows = [check(path, 20, 0) for path in videos]
    assert [row.name for row in rows if row.frames == 0 or row.wrong] == []
