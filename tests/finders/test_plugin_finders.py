"""Finders that another distribution adds through entry points: good ones and broken ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from scratch_distribution import MIDDLE_FINDER, write_distribution

from vostool import cli
from vostool.finders import registry
from vostool.finders.finder import Question, View, Way, last_look
from vostool.io.project.file import read_project

BROKEN = "raise RuntimeError('a library of mine is missing')"


@pytest.fixture
def install(tmp_path, monkeypatch) -> Iterator[Callable[..., None]]:
    """Installs modules with finders by name, until the test ends."""

    def lay_out(modules: dict[str, str], finders: dict[str, str]) -> None:
        monkeypatch.syspath_prepend(
            write_distribution(tmp_path / "site", modules, {registry.GROUP: finders})
        )
        registry.FINDERS.forget()

    yield lay_out
    monkeypatch.undo()
    registry.FINDERS.forget()


def test_a_plug_in_is_listed_and_finds(install, capsys) -> None:
    install({"scratch_middle": MIDDLE_FINDER}, {"middle": "scratch_middle:FINDER"})
    status = registry.finder_statuses(Way.TEXT)[-1]
    assert (status.name, status.title, status.usable) == ("middle", "The middle", True)
    finder = registry.create_finder("middle")
    view = View(0, np.zeros((40, 80, 3), np.uint8))
    (found,) = last_look(finder, view, Question(Way.TEXT, ("dog",)))
    assert (found.label, found.mask.area) == ("dog", 200)
    assert registry.finder_problems() == ()
    assert cli.main(["models"]) == 0
    assert "middle" in capsys.readouterr().out


def test_the_command_line_looks_with_it(install, tmp_path) -> None:
    install({"scratch_middle": MIDDLE_FINDER}, {"middle": "scratch_middle:FINDER"})
    frames = tmp_path / "frames"
    frames.mkdir()
    Image.new("RGB", (80, 40), "white").save(frames / "0.png")
    said = ["find", frames, "--text", "dog", "--finder", "middle", "--engine", "flow", "--quiet"]
    project = tmp_path / "p.vos"
    assert cli.main([*map(str, said), "--min-area", "50", "--project", str(project)]) == 0
    stored, _ = read_project(project)
    assert {oid: known.label for oid, known in stored.objects.items()} == {1: "dog"}
    assert stored.masks.get(0, 1).mask.area == 200


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("middle", "scratch_broken:FINDER", "a library of mine is missing"),
        ("middle", "scratch_absent:FINDER", "No module named 'scratch_absent'"),
        ("middle", "scratch_middle:MiddleFinder", "is no FinderSpec"),
        ("everything", "scratch_middle:FINDER", "'everything' is taken"),
    ],
)
def test_a_broken_plug_in_is_named_and_left_out(install, capsys, name, value, said) -> None:
    before = tuple(registry.FINDERS)
    modules = {"scratch_broken": BROKEN, "scratch_middle": MIDDLE_FINDER}
    install(modules, {name: value, "other": "scratch_middle:FINDER"})
    assert tuple(registry.FINDERS) == (*before, "other")
    (sentence,) = registry.finder_problems()
    assert f"The plug-in '{name}' of scratch was left out" in sentence
    assert said in sentence
    assert cli.main(["models"]) == 0
    assert sentence in " ".join(capsys.readouterr().err.split())
    assert cli.main(["models", "--json"]) == 0
    assert sentence in json.loads(capsys.readouterr().out)["problems"]
