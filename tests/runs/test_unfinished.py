"""What is left of a stopped run."""

from __future__ import annotations

import pytest

from vostool.models.engine import Direction
from vostool.project import edits
from vostool.project.prompts import Point, Prompts
from vostool.runs.request import plan_run
from vostool.runs.unfinished import UnfinishedRun


@pytest.fixture
def prompted(project):
    project.apply(edits.add_object(project, "car")[0])
    project.apply(edits.set_prompts(project, 8, 1, Prompts((Point(2.0, 2.0),)), "Prompt"))
    return project


@pytest.mark.parametrize(
    ("way", "at", "left"),
    [
        (Direction.FORWARD, 12, [("forward", 12, 19)]),
        (Direction.FORWARD, 19, []),
        (Direction.BACKWARD, 5, [("backward", 5, 0)]),
        (Direction.BOTH, 12, [("forward", 12, 19), ("backward", 8, 0)]),
        (Direction.BOTH, 3, [("backward", 3, 0)]),
        (Direction.BOTH, 0, []),
    ],
)
def test_what_is_left(prompted, way: Direction, at: int, left: list[tuple[str, int, int]]) -> None:
    run = UnfinishedRun.of(plan_run(prompted, way, origin=8), at)
    again = UnfinishedRun.from_json(run.to_json())
    assert again == run
    requests = [part.plan() for part in again.parts(prompted)]
    assert [
        (r.direction.value, r.origin, r.last if r.direction is Direction.FORWARD else r.first)
        for r in requests
    ] == left


@pytest.mark.parametrize(
    "stored", [None, 3, {}, {"objects": 1}, {"objects": [1], "direction": "up"},
               {"objects": [1], "direction": "both", "at": -1, "origin": 0, "first": 0, "last": 1},
               {"objects": ["x"], "direction": "both", "at": 0, "origin": 0, "first": 0, "last": 1}],
)  # fmt: skip
def test_what_is_no_run(stored: object) -> None:
    assert UnfinishedRun.from_json(stored) is None
