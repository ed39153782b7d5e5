"""The command line as a whole: help, errors, the window, `info`, `models`, `export`."""

from __future__ import annotations

import os
import re
import sys
import types
from pathlib import Path

import pytest
from scratch_distribution import STILL_ENGINE, write_distribution

from vostool import __version__, cli
from vostool.errors import ModelError
from vostool.models import registry


@pytest.mark.parametrize("command", [[], *([name] for name in cli.COMMANDS)])
def test_help_tells_of_everything(vostool, command: list[str]) -> None:
    result = vostool(*command, "--help")
    assert result.status == 0
    assert result.out.startswith("usage: vostool")
    if not command:
        assert all(f"vostool {name}" in result.out for name in cli.COMMANDS)


def test_version(vostool) -> None:
    assert vostool("--version").out.strip() == f"vostool {__version__}"


def test_an_unknown_command_names_the_known(vostool) -> None:
    result = vostool("trak", "video.mp4")
    assert result.status == 2
    assert "no command 'trak'" in result.sentence
    assert "track" in result.sentence


def test_an_unknown_option(vostool) -> None:
    result = vostool("info", "x", "--wrong")
    assert result.status == 2
    assert "--wrong" in result.sentence


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Stands for the window: what it was opened with."""
    seen: list[str | None] = []

    def run(path: str | None) -> int:
        seen.append(path)
        return 0

    fake = types.ModuleType("vostool.gui.window.app")
    fake.run = run  # type: ignore[attr-defined]  # a module made for this test
    monkeypatch.setitem(sys.modules, "vostool.gui.window.app", fake)
    return seen


def test_the_window_opens_with_and_without_a_path(vostool, video, tmp_path, window) -> None:
    assert vostool().status == 0
    assert vostool(video).status == 0
    assert vostool(tmp_path).status == 0
    assert window == [None, str(video), str(tmp_path)]


def test_the_window_does_not_open_with_nothing(vostool, tmp_path, window) -> None:
    result = vostool(tmp_path / "none.mp4")
    assert result.status == 1
    assert "none.mp4" in result.sentence
    assert window == []


def failing(error: BaseException) -> object:
    def run(args: object) -> int:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ModelError("The model is gone."), 1, "The model is gone."),
        (KeyboardInterrupt(), 130, "Stopped."),
        (MemoryError(), 1, "not enough memory"),
        (ZeroDivisionError("a\nb"), 1, "ZeroDivisionError: a b"),
    ],
)
def test_no_error_ends_in_a_traceback(vostool, monkeypatch, error, status, said) -> None:
    monkeypatch.setattr("vostool.commands.models.run", failing(error))
    result = vostool("models")
    assert result.status == status
    assert said in result.sentence
    monkeypatch.setenv("VOSTOOL_DEBUG", "1")
    assert "Traceback" in vostool("models").err


def test_models_lists_every_engine_and_where_it_looks(vostool, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("VOSTOOL_CHECKPOINTS", str(tmp_path))
    (tmp_path / "sam2.1_hiera_tiny.pt").write_text("truncated")
    facts = vostool("models", "--json").json
    engines = {entry["name"]: entry for entry in facts["engines"]}
    assert engines["flow"]["usable"]
    assert engines["flow"]["default"]
    assert not engines["sam2.1-tiny"]["usable"]
    assert "truncated" in engines["sam2.1-tiny"]["problem"]
    assert str(tmp_path) in facts["searched"]
    finders = {entry["name"]: entry for entry in facts["finders"]}
    assert finders["everything"]["usable"] and finders["everything"]["ways"] == ["everything"]
    assert not finders["ast"]["usable"] and finders["ast"]["problem"]
    shown = vostool("models")
    assert shown.status == 0
    assert re.search(r"\* flow +ready", shown.out)
    assert re.search(r"sam2.1-tiny +unusable", shown.out)
    assert re.search(r"sam2.1-large +not here", shown.out)
    assert re.search(r"everything +everything +ready", shown.out)
    assert str(tmp_path) in shown.out


def test_info_of_a_video(vostool, video) -> None:
    facts = vostool("info", video, "--json").json
    assert facts["kind"] == "video"
    assert facts["size"] == [160, 96]
    assert facts["frames"] == 16
    assert facts["rate"] == 25
    assert facts["bytes"] == video.stat().st_size
    shown = vostool("info", video).out
    assert "size: 160x96" in shown
    assert "frames: 16" in shown


def test_info_of_a_project(vostool, project, video, tmp_path) -> None:
    facts = vostool("info", project, "--json").json
    assert facts["kind"] == "project"
    assert facts["source"] == str(video)
    assert facts["engine"] == "flow"
    assert facts["frames_labelled"] == facts["masks"] == 16
    assert facts["prompts"] == 1
    (entry,) = facts["objects"]
    assert entry["label"] == "car"
    assert entry["prompted_frames"] == [0]
    assert entry["masks"] == 16
    assert 0 <= entry["mean_score"] <= 1
    shown = vostool("info", project).out
    assert "1 car: 16 masks" in shown
    video.rename(tmp_path / "gone.mp4")
    facts = vostool("info", project, "--json").json
    assert facts["masks"] == 16
    assert len(facts["warnings"]) == 1


def test_a_project_of_any_name_is_recognised(vostool, project) -> None:
    other = project.rename(project.with_suffix(".backup"))
    assert vostool("info", other, "--json").json["kind"] == "project"


def test_export_writes_what_was_chosen(vostool, project, tmp_path) -> None:
    out = tmp_path / "out"
    result = vostool(
        "export", project, "--format", "coco", "--format", "masks,cvat-images", "--out", out,
        "--start", "2", "--end", "13", "--every", "5", "--images", "png", "--json", "--quiet",
    )  # fmt: skip
    assert result.status == 0, result.err
    facts = result.json
    assert facts["frames"] == facts["masks"] == 3
    assert [w["format"] for w in facts["written"]] == ["coco", "masks", "cvat-images"]
    assert all(Path(w["path"]).exists() for w in facts["written"])
    assert sorted(os.listdir(out)) == ["coco", "cvat-images", "masks"]
    assert len(list((out / "masks").rglob("*.png"))) >= 6
    shown = vostool("export", project, "--format", "coco", "--out", tmp_path / "other")
    assert "16 masks of 1 objects on 16 frames" in shown.out


def test_an_engine_of_another_distribution_is_listed_and_used(
    vostool, video, box, tmp_path, monkeypatch
) -> None:
    points = {registry.GROUP: {"still": "scratch_still:ENGINE", "torn": "scratch_torn:ENGINE"}}
    modules = {"scratch_still": STILL_ENGINE, "scratch_torn": "import no_such_module"}
    monkeypatch.syspath_prepend(write_distribution(tmp_path / "site", modules, points))
    registry.forget_plugins()
    try:
        listed = vostool("models")
        assert re.search(r"still +ready +Still life", listed.out)
        assert "The plug-in 'torn' of scratch was left out: No module named" in listed.err
        (problem,) = vostool("models", "--json").json["problems"]
        assert "'torn'" in problem
        done = vostool(
            "track", video, "--box", box, "--engine", "still", "--project", tmp_path / "p.vos",
            "--json", "--quiet",
        )  # fmt: skip
        assert done.json["engine"] == "still"
        assert done.json["masks"] == 16
    finally:
        monkeypatch.undo()
        registry.forget_plugins()
