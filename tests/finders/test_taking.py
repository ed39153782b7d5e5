"""Candidates that become objects."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vostool.finders.finder import Candidate
from vostool.finders.taking import Thing, take
from vostool.frames import SourceRef
from vostool.masks.box import Box
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits
from vostool.project.changes import Cell, Edit, Table
from vostool.project.project import Project
from vostool.project.prompts import Prompts

SOURCE = SourceRef(Path("/v.mp4"), "video", 1, "f", 32, 24, 10, 25.0)


def square(x: int, y: int, side: int = 6) -> Mask:
    pixels = np.zeros((24, 32), bool)
    pixels[y : y + side, x : x + side] = True
    return Mask.from_array(pixels)


def candidate(x: int, y: int, label: str = "", masked: bool = True) -> Candidate:
    return Candidate(Box(x, y, x + 6, y + 6), 0.75, label, square(x, y) if masked else None)


def test_each_becomes_an_object_with_a_mask_prompt_found_by_a_machine() -> None:
    project = Project(SOURCE)
    things = [Thing(((3, candidate(1, 1)),), "dog"), Thing(((3, candidate(12, 9)),))]
    edit, ids = take(project, things, "dog, cat", "animal")
    assert not project.objects  # nothing changes before the edit is applied
    project.apply(edit)
    assert ids == (1, 2)
    assert [project.objects[oid].label for oid in ids] == ["dog", "animal"]
    assert project.objects[1].colour != project.objects[2].colour
    assert project.prompts[3, 1] == Prompts(mask=square(1, 1))
    assert project.masks.get(3, 2) == MaskRecord(square(12, 9), Provenance.FOUND, 0.75)
    assert edit.said == "Added 2 objects from 'dog, cat'."


def test_a_box_alone_waits_for_the_engine() -> None:
    project = Project(SOURCE)
    edit, _ = take(project, [Thing(((0, candidate(2, 3, masked=False)),))], "", "thing")
    project.apply(edit)
    assert project.prompts[0, 1] == Prompts(box=Box(2, 3, 8, 9))
    assert project.masks.get(0, 1) is None
    assert edit.said == "Added 1 object."


def test_what_a_person_made_stays_and_the_rest_joins_the_object() -> None:
    project = Project(SOURCE)
    project.apply(edits.add_object(project, "dog")[0])
    mine = MaskRecord(square(0, 0), Provenance.EDITED)
    project.apply(Edit("x", (project.change(Cell(Table.MASKS, (2, 1)), mine),)))
    thing = Thing(((2, candidate(9, 9)), (5, candidate(10, 9))), "dog", object_id=1)
    edit, ids = take(project, [thing], "dog", "dog")
    project.apply(edit)
    assert ids == (1,)
    assert list(project.objects) == [1]
    assert project.masks.get(2, 1) == mine
    assert project.masks.get(5, 1) == MaskRecord(square(10, 9), Provenance.FOUND, 0.75)
    assert edit.said == "1 object that was there already got more masks."


def test_one_thing_on_several_frames_is_one_object_and_undo_takes_all_back() -> None:
    project = Project(SOURCE)
    edit, ids = take(project, [Thing(((0, candidate(1, 1)), (4, candidate(3, 1))))], "x", "y")
    project.apply(edit)
    assert ids == (1,)
    assert project.masks.frames(1) == [0, 4]
    project.apply(edit.inverted())
    assert not project.objects
    assert len(project.masks) == 0
    assert not project.prompts
