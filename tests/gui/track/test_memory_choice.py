"""What runs remember is chosen for a project, shown, kept with it, and asked of the engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vostool.models.memory_kinds import MEMORIES
from vostool.runs.request import memory_of


@pytest.fixture
def asked(opened, engine, monkeypatch):
    """An engine that has every memory, and by what its runs were to go on."""
    info, track, found = engine.info, engine.track, []
    monkeypatch.setattr(type(engine), "info", replace(info, memories=MEMORIES))
    opened.bench.worker.info = engine.info

    def tracked(request, cancelled):
        found.append(request.memory)
        return track(request, cancelled)

    monkeypatch.setattr(engine, "track", tracked)
    return found


def choose(hand, name: str) -> None:
    hand.window.actions_by_id[f"memory_{name}"].trigger()


def chosen(hand) -> list[str]:
    return [m for m in MEMORIES if hand.window.actions_by_id[f"memory_{m}"].isChecked()]


def test_the_choice_is_shown_and_what_runs_are_asked(opened, asked) -> None:
    opened.mark(1, oid=1)
    assert chosen(opened) == ["standard"]
    assert not opened.window.memory.isVisible()
    opened.run("]")
    choose(opened, "long")
    assert chosen(opened) == ["long"]
    assert opened.window.memory.isVisible()
    assert opened.window.memory.text() == "Runs follow three pathways"
    opened.run("]")
    choose(opened, "standard")
    opened.run("]")
    assert asked == ["standard", "long", "standard"]
    assert not opened.window.memory.isVisible()


def test_another_project_shows_its_own_and_the_first_one_again(opened, asked, video) -> None:
    opened.mark(1, oid=1)
    choose(opened, "distractor")
    opened.keys("Ctrl+Z")
    assert memory_of(opened.project) == "distractor", "it is no undo step"
    path = opened.bench.workspace.storage.path
    opened.open(path or video)
    assert memory_of(opened.project) == "distractor"
    assert chosen(opened) == ["distractor"]


def test_an_engine_that_lacks_it_is_named_and_nothing_changes(opened) -> None:
    choose(opened, "long")
    assert "has no memory 'long', which is for SAM 2, EdgeTAM and SAM 3" in opened.status()
    assert chosen(opened) == ["standard"]
    assert memory_of(opened.project) == "standard"
