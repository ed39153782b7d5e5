"""Runs that restart at annotated frames: which frames each covers and what it starts from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.errors import PromptError
from vostool.frames import SourceRef
from vostool.masks.box import Box
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.changes import Cell, CellChange, Edit, Table
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.runs.keyframes import (
    Span,
    again_spans,
    initial_spans,
    last_result,
    next_step,
    plan_span,
    remaining_spans,
)

FRAMES = 12
PIXELS = Mask.from_array(np.ones((2, 3)))
NONE = Mask.empty(2, 3)


def project(*objects: int) -> Project:
    made = Project(SourceRef(Path("/x"), "cvat", 1, "0", 3, 2, FRAMES, 25.0))
    for oid in objects:
        put(made, Cell(Table.OBJECTS, oid), AnnotatedObject.new(oid))
    return made


def put(made: Project, cell: Cell, value: object) -> None:
    made.apply(Edit("put", (CellChange(cell, None, value),)))


def person(made: Project, frame: int, oid: int, mask: Mask = PIXELS) -> None:
    put(made, Cell(Table.MASKS, (frame, oid)), MaskRecord(mask, Provenance.IMPORTED))


def machine(made: Project, frame: int, oid: int, mask: Mask = PIXELS) -> None:
    put(made, Cell(Table.MASKS, (frame, oid)), MaskRecord(mask, Provenance.TRACKED))


def starts(made: Project, span: Span) -> list[tuple[int, int]]:
    request = plan_span(made, span)
    assert request is not None
    assert (request.first, request.last) == (span.start, span.end)
    return [(key.frame, key.object_id) for key in request.keyframes]


@settings(max_examples=40)
@given(st.sets(st.integers(0, FRAMES - 1), min_size=1), st.sets(st.integers(0, FRAMES - 1)))
def test_initial_spans_cover_each_frame_once_and_chosen_ones_stop_in_time(
    annotated: set[int], tracked: set[int]
) -> None:
    made = project(1)
    for frame in tracked:
        machine(made, frame, 1)
    for frame in annotated:
        person(made, frame, 1)
    spans = initial_spans(made)
    covered = [frame for span in spans for frame in range(span.start, span.end + 1)]
    assert covered == list(range(min(annotated), FRAMES))
    assert [span.start for span in spans] == sorted(annotated)
    for span in again_spans(made, tracked | annotated):
        assert not annotated & set(range(span.start + 1, span.end + 1))


def test_an_object_restarts_at_its_own_frames_and_goes_on_past_anothers() -> None:
    made = project(1, 2)
    person(made, 0, 1), person(made, 0, 2), person(made, 5, 1)
    assert initial_spans(made) == [Span(0, 4), Span(5, 11)]
    assert starts(made, Span(0, 4)) == [(0, 1), (0, 2)]
    machine(made, 4, 2)
    machine(made, 5, 2)  # an older run's, which does not count
    assert starts(made, Span(5, 11)) == [(0, 2), (4, 2), (5, 1)]


def test_an_object_that_is_absent_is_not_tracked_until_it_is_back() -> None:
    made = project(1, 2)
    person(made, 0, 1), person(made, 0, 2), person(made, 3, 2, NONE), person(made, 8, 2)
    assert starts(made, Span(3, 7)) == [(0, 1)]
    assert [key for key in starts(made, Span(8, 11)) if key[1] == 2] == [(8, 2)]
    alone = project(1)
    person(alone, 2, 1, NONE)
    assert plan_span(alone, Span(2, 11)) is None


def test_chosen_frames_start_from_a_machines_masks_too() -> None:
    made = project(1, 2)
    person(made, 0, 1)
    for frame in range(1, 6):
        machine(made, frame, 1)
    person(made, 8, 2)
    assert again_spans(made, [3, 5]) == [Span(3, 4, True), Span(5, 7, True)]
    assert starts(made, Span(5, 7, True)) == [(0, 1), (5, 1)]
    for frames, why in (([7], "no mask"), ([12], "outside"), ([], "at least one")):
        with pytest.raises(PromptError, match=why):
            again_spans(made, frames)


def test_what_remains_goes_on_from_the_last_result() -> None:
    made = project(1)
    put(made, Cell(Table.PROMPTS, (1, 1)), Prompts(box=Box(0, 0, 1, 1)))
    assert remaining_spans(made) == [Span(1, 11)]
    for frame in (1, 2, 3):
        machine(made, frame, 1)
    person(made, 6, 1)
    assert remaining_spans(made) == [Span(3, 5, True), Span(6, 11, True)]
    assert last_result(made) == 3
    assert starts(made, next_step(made, 3)) == [(1, 1), (3, 1)]
    for frame in range(4, FRAMES):
        if frame != 6:
            machine(made, frame, 1)
    assert remaining_spans(made) == []
    with pytest.raises(PromptError, match="Every frame has its masks"):
        last_result(made)
    with pytest.raises(PromptError, match="the last one"):
        next_step(made, 11)


def test_without_annotations_there_is_nothing_to_do() -> None:
    for spans in (initial_spans, remaining_spans):
        with pytest.raises(PromptError, match="No frame is annotated"):
            spans(project(1))
