"""`vostool eval`: what it prints, what it writes, and what it refuses."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import numpy as np
import pytest
from eval_cases import moving, write_sequence
from PIL import Image
from shape_engine import Shape, ShapeEngine

from vostool.commands import eval as eval_command


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in ("one", "two"):
        write_sequence(root / name / "JPEGImages", root / name / "Annotations", moving(4))
    return root


def test_table_json_plots_and_pictures(vostool, dataset, tmp_path) -> None:
    out = tmp_path / "results"
    done = vostool("eval", "--dataset", dataset, "--engine", "plain-warp", "--out", out, "--quiet")
    assert done.status == 0, done.err
    assert done.out.splitlines()[0].split()[:5] == ["sequence", "frames", "J", "F", "J&F"]
    files = {p.relative_to(out).as_posix() for p in out.rglob("*.*")}
    pictures = {
        f"{name}/{file}.png" for name in ("one", "two") for file in ("j", "worst", "frames")
    }
    assert {"results.json", "table.txt", *pictures} <= files
    value = json.loads((out / "results.json").read_text())
    assert value["engine"]["name"] == "plain-warp"
    assert [s["name"] for s in value["sequences"]] == ["one", "two"]
    assert 0.5 < value["overall"]["J&F"] <= 1
    with Image.open(out / "one" / "worst.png") as picture:
        assert picture.width == 1120
    again = vostool("eval", "--dataset", dataset, "--engine", "plain-warp", "--out", out)
    assert "exists already" in again.sentence


def test_json_of_one_sequence_by_the_flow_engine(vostool, dataset) -> None:
    done = vostool(
        "eval", "--dataset", dataset, "--layout", "folder", "--engine", "flow",
        "--sequence", "two", "--frames", "3", "--json", "--quiet",
    )  # fmt: skip
    assert done.status == 0, done.err
    (found,) = done.json["sequences"]
    assert (found["name"], found["frames"], len(found["per_frame"])) == ("two", 3, 2)


def test_interactive_writes_a_summary(vostool, dataset, tmp_path) -> None:
    out = tmp_path / "results"
    done = vostool(
        "eval", "--dataset", dataset / "one", "--engine", "flow", "--interactive",
        "--robot", "clicks", "--rounds", "2", "--out", out, "--quiet",
    )  # fmt: skip
    assert done.status == 0, done.err
    assert done.out.split()[:3] == ["sequence", "rounds", "prompts"]
    value = json.loads((out / "summary.json").read_text())
    assert 0 < value["auc"] <= 1
    assert value["robot"] == "clicks"
    assert (out / "curves.png").is_file()


def test_picks_are_compared_and_written(vostool, dataset, tmp_path) -> None:
    out = tmp_path / "results"
    words = ["eval", "--dataset", dataset / "one", "--engine", "flow", "--interactive", "--quiet"]
    words += ["--robot", "clicks", "--rounds", "2", "--pick", "queue,uniform", "--out", out]
    done = vostool(*words)
    assert done.status == 0, done.err
    assert done.out.split()[:3] == ["sequence", "objects", "pick"]
    value = json.loads((out / "picks.json").read_text())
    assert value["picks"] == ["queue", "uniform"]
    assert [s["name"] for s in value["sequences"]] == ["one"]
    assert 0 < value["means"][0]["picks"]["uniform"]["auc"] <= 1


def test_a_broken_sequence_is_left_out_and_said(vostool, dataset) -> None:
    mask = dataset / "one" / "Annotations" / "00001.png"
    Image.fromarray(np.zeros((5, 5), np.uint8)).save(mask)
    done = vostool("eval", "--dataset", dataset, "--engine", "plain-warp", "--quiet", "--json")
    assert done.status == 1
    assert [s["name"] for s in done.json["sequences"]] == ["two"]
    assert "it is 5x5, but the frames are 90x60" in done.err
    alone = vostool("eval", "--dataset", dataset / "one", "--engine", "plain-warp", "--quiet")
    assert "cannot be used" in alone.sentence


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--engine", "flow"], "Give --dataset"),
        (["--layout", "generated", "--engine", "no"], "There is no engine 'no'"),
        (["--layout", "generated", "--engine", "plain-warp", "--interactive"], "no corrections"),
        (["--layout", "generated", "--frames", "2"], "3 or more"),
        (["--layout", "generated", "--sequence", "x"], "one sequence"),
        (["--layout", "generated", "--interactive", "--rounds", "0"], "more than 0"),
        (["--layout", "generated", "--interactive", "--pick", "best"], "There is no pick 'best'"),
        (["--layout", "generated", "--unsupervised", "--interactive"], "not both"),
        (["--layout", "generated", "--engine", "flow", "--adapt"], "add --interactive"),
        (
            ["--layout", "generated", "--interactive", "--adapt", "--pick", "uniform"],
            "leave --pick out",
        ),
        (
            ["--layout", "generated", "--engine", "flow", "--adapt", "--interactive"],
            "learns nothing of corrections",
        ),
        (["--layout", "generated", "--unsupervised", "--max-objects", "21"], "20 proposals"),
        (["--layout", "generated", "--unsupervised", "--every", "0"], "every 1 or more"),
        (["--layout", "generated", "--unsupervised", "--engine", "plain-warp"], "finds nothing"),
    ],
)
def test_requests_that_make_no_sense(vostool, words, part) -> None:
    done = vostool("eval", *words)
    assert done.status == 2
    assert part in done.sentence


def test_recall_of_candidates_on_single_frames(vostool, dataset, tmp_path, monkeypatch) -> None:
    made = ShapeEngine([Shape((0, 0, 0), (0, 0, 90, 60))], 60, 90)
    monkeypatch.setattr(ShapeEngine, "open", lambda self, source: None, raising=False)
    monkeypatch.setattr(eval_command, "made_engine", lambda args: contextlib.nullcontext(made))
    out = tmp_path / "results"
    done = vostool(
        "eval", "--dataset", dataset, "--recall", "--points-per-side", "4", "--looks", "2",
        "--out", out, "--quiet",
    )  # fmt: skip
    assert done.status == 0, done.err
    head, one, _, every = done.out.splitlines()
    assert head.split()[:5] == ["sequence", "frames", "objects", "AR@10", "AR@100"]
    assert one.split()[:5] == ["one", "2", "4", "0.000", "0.000"]  # the ground is no object
    assert every.split()[:3] == ["all", "4", "8"]
    value = json.loads((out / "recall.json").read_text())
    assert (value["protocol"], value["AR@10"]) == ("recall", 0.0)
    assert value["sequences"][0]["frames"][0]["clicks"] in range(1, 17)


def test_recall_refuses_what_makes_no_sense(vostool, dataset) -> None:
    def said(*args: str) -> str:
        return vostool("eval", "--dataset", dataset, "--recall", *args).sentence

    assert "--recall or --interactive" in said("--interactive", "--engine", "flow")
    assert "cannot look for everything" in said("--engine", "flow", "--quiet", "--sequence", "one")
    assert "points a side must be" in said("--points-per-side", "999", "--sequence", "one")
