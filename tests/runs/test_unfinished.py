"""What is left of a run that was stopped, or whose process was killed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vostool.finders.finder import Grid, Question, Way
from vostool.finders.identity import NewRules
from vostool.models.engine import Direction
from vostool.project import edits
from vostool.project.prompts import Point, Prompts
from vostool.runs.blends import BlendSpan
from vostool.runs.discovery.piece import Discovery, Reached, reached_of
from vostool.runs.discovery.values import Again, DiscoveryRules
from vostool.runs.keyframes import Span
from vostool.runs.parts import blend_parts, leg_parts, request_part, span_parts
from vostool.runs.pieces import piece_from_json, piece_json
from vostool.runs.ranges import RangeLeg
from vostool.runs.request import plan_run
from vostool.runs.unfinished import (
    REACHED,
    RUN,
    UnfinishedRun,
    note_begun,
    note_over,
    note_reached,
)

FORWARD, BACKWARD, BOTH = Direction.FORWARD, Direction.BACKWARD, Direction.BOTH


@pytest.fixture
def prompted(project):
    project.apply(edits.add_object(project, "car")[0])
    for frame in (2, 8):
        project.apply(edits.set_prompts(project, frame, 1, Prompts((Point(2.0, 2.0),)), "Prompt"))
    return project


def left(project, parts, part: int, at: int | None) -> list[tuple[str, int, int]]:
    """Way, first and last frame of the requests that go on with a run that came so far."""
    project.apply(note_begun(project, "Track", [each.piece for each in parts], 0))
    project.apply(note_reached(project, part, at))
    found = UnfinishedRun.of(project)
    assert found is not None
    requests = [each.plan() for each in found.parts(project)]
    return [
        (r.direction.value, r.origin, r.first if r.direction is BACKWARD else r.last)
        for r in requests
    ]


@pytest.mark.parametrize(
    ("way", "at", "rest"),
    [
        (FORWARD, None, [("forward", 8, 19)]),
        (FORWARD, 12, [("forward", 12, 19)]),
        (FORWARD, 19, []),
        (BACKWARD, 5, [("backward", 5, 0)]),
        (BOTH, 12, [("forward", 12, 19), ("backward", 8, 0)]),
        (BOTH, 3, [("backward", 3, 0)]),
        (BOTH, 0, []),
    ],
)
def test_the_rest_of_one_request(prompted, way: Direction, at, rest) -> None:
    assert left(prompted, [request_part(plan_run(prompted, way, origin=8))], 0, at) == rest


def test_the_parts_that_were_to_come_are_left_too(prompted) -> None:
    legs = [RangeLeg(FORWARD, 8, 2, 15, (1,)), RangeLeg(BACKWARD, 8, 2, 8, (1,))]
    parts = leg_parts(prompted, legs)
    assert left(prompted, parts, 0, 10) == [("forward", 10, 15), ("backward", 8, 2)]
    assert left(prompted, parts, 0, 15) == [("backward", 8, 2)]
    assert left(prompted, parts, 1, 5) == [("backward", 5, 2)]
    assert left(prompted, parts, 1, None) == [("backward", 8, 2)]


def test_restarts_at_annotated_frames(prompted) -> None:
    parts = span_parts(prompted, [Span(2, 7), Span(8, 19)], None)
    assert left(prompted, parts, 0, None) == [("forward", 2, 7), ("forward", 8, 19)]
    assert left(prompted, parts, 0, 2) == [("forward", 2, 7), ("forward", 8, 19)]
    assert left(prompted, parts, 1, 8) == [("forward", 8, 19)]
    assert UnfinishedRun.of(prompted).object_ids is None


@pytest.mark.parametrize(("part", "at"), [(0, 4), (1, 6), (1, None)])
def test_a_span_between_corrections_is_tracked_from_both_sides_again(prompted, part, at) -> None:
    parts = blend_parts(prompted, [BlendSpan(2, 8, (1,))])
    assert left(prompted, parts, part, at) == [("forward", 2, 7), ("backward", 8, 3)]


def test_every_piece_is_stored_exactly(prompted) -> None:
    pieces = [
        RangeLeg(BOTH, 8, 0, 19, (1, 3)),
        *(p.piece for p in span_parts(prompted, [Span(2, 7, True), Span(8, 19)], [1])),
        *(p.piece for p in span_parts(prompted, [Span(2, 7)], None)),
        BlendSpan(2, 8, (1,)),
        SEARCH,
        replace(SEARCH, direction=BACKWARD, object_ids=(), tracks=False, rules=DiscoveryRules()),
        replace(SEARCH, question=Question(Way.EVERYTHING, grid=Grid(8)), whole=False),
    ]
    assert [piece_from_json(piece_json(piece), 20) for piece in pieces] == pieces


SEARCH = Discovery(
    Question(Way.TEXT, ("red car", "Straße 🚗")), BOTH, 8, 0, 19, (1, 3),
    DiscoveryRules(7, NewRules(9, 50, 0.5, 0.6), Again.NEW, True, ((0, 3), (9, 12)), 4),
    "owlv2", 5, whole=True,
)  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"discover": [8, 0, 20]}, {"discover": [8, 9, 19]}, {"discover": 8}, {"way": "up"},
        {"objects": None}, {"objects": [True]}, {"look_by": "like"}, {"look_by": 3},
        {"phrases": []}, {"phrases": [3]}, {"phrases": None}, {"every": 0}, {"every": "7"},
        {"again": "maybe"}, {"most": 0}, {"outside": 2.0}, {"outside": "x"}, {"where": [[1]]},
        {"where": 5}, {"start": -1}, {"points": None}, {"first_new": None},
    ],
)  # fmt: skip
def test_what_is_no_search(wrong) -> None:
    stored = piece_json(SEARCH)
    assert piece_from_json(stored, 20) == SEARCH
    assert piece_from_json({**stored, **wrong}, 20) is None
    name = next(iter(wrong))
    assert piece_from_json({key: v for key, v in stored.items() if key != name}, 20) is None


@pytest.mark.parametrize("told", [None, 3, {"seen": 5}, {"seen": [[1], "x", [2, "y"]], "leg": 7}])
def test_notes_that_make_no_sense_are_left_out(told) -> None:
    assert reached_of(4, told, 1) == Reached(4, first_new=1)


def test_a_run_that_is_over_leaves_nothing(prompted) -> None:
    before = {cell: prompted.value(cell) for cell in prompted.cells()}
    part = request_part(plan_run(prompted, FORWARD, origin=8))
    prompted.apply(note_begun(prompted, "Track", [part.piece], 0))
    prompted.apply(note_over(prompted))
    assert {cell: prompted.value(cell) for cell in prompted.cells()} == before
    assert not note_over(prompted).changes


GOOD = {"leg": [8, 0, 19], "way": "both", "objects": [1]}


@pytest.mark.parametrize(
    ("run", "reached"),
    [
        (None, {"part": 0, "at": 3}),
        ({"title": "T", "parts": [GOOD]}, None),
        ({"title": "T", "parts": [GOOD]}, {"part": 1, "at": None}),
        ({"title": "T", "parts": [GOOD]}, {"part": 0, "at": 20}),
        ({"title": "T", "parts": [GOOD]}, {"part": True, "at": None}),
        ({"title": "T", "parts": []}, {"part": 0, "at": None}),
        *(
            ({"title": "T", "parts": [{**GOOD, **wrong}]}, {"part": 0, "at": None})
            for wrong in (
                {"leg": [8, 0, 20]}, {"leg": [8, 9, 19]}, {"leg": []}, {"leg": [8, 0]},
                {"way": "up"}, {"objects": ["x"]}, {"objects": None}, {"leg": [-1, 0, 19]},
            )
        ),
        ({"title": "T", "parts": [{"span": [7, 2], "objects": None}]}, {"part": 0, "at": None}),
        ({"title": "T", "parts": [{"between": [2, 2], "objects": [1]}]}, {"part": 0, "at": None}),
        ({"title": "T", "parts": [3]}, {"part": 0, "at": None}),
    ],
)  # fmt: skip
def test_what_is_no_run(prompted, run, reached) -> None:
    prompted.apply(edits.set_setting(prompted, RUN, run))
    prompted.apply(edits.set_setting(prompted, REACHED, reached))
    assert UnfinishedRun.of(prompted) is None
