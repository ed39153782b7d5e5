"""An object gets its label and its number as one step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vostool.errors import PromptError
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits
from vostool.project.changes import Cell, Table
from vostool.project.locks import lock_objects, locked_objects
from vostool.project.object_naming import name_object
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts


def mask(corner: int) -> MaskRecord:
    picture = np.zeros((6, 8), bool)
    picture[corner : corner + 2, :3] = True
    return MaskRecord(Mask.from_array(picture), Provenance.TRACKED, 0.5, False)


@pytest.fixture
def project(make_project: Callable[[], Project]) -> Project:
    made = make_project()
    for _ in range(2):
        made.apply(edits.add_object(made)[0])
    made.load([
        (Cell(Table.MASKS, (0, 1)), mask(0)),
        (Cell(Table.MASKS, (3, 1)), mask(1)),
        (Cell(Table.MASKS, (3, 2)), mask(3)),
        (Cell(Table.PROMPTS, (0, 1)), Prompts(points=(Point(1, 1),))),
    ])  # fmt: skip
    return made


def content(project: Project) -> dict:
    return {cell: project.value(cell) for cell in project.cells()}


@pytest.mark.parametrize("number", [1, 2, 9])
def test_it_can_be_taken_back(project: Project, number: int) -> None:
    before = content(project)
    edit = name_object(project, 1, "fish", number)
    project.apply(edit)
    assert project.objects[number].label == "fish"
    assert (1 in project.objects) is (number == 1)
    project.revert(edit)
    assert content(project) == before


def test_a_new_number_takes_everything_along(project: Project) -> None:
    project.apply(lock_objects(project, [1], True))
    project.apply(name_object(project, 1, " fish ", 9))
    assert project.masks.frames(9) == [0, 3]
    assert (0, 9) in project.prompts and (0, 1) not in project.prompts
    assert project.objects[9].label == "fish"
    assert set(locked_objects(project)) == {9}
    assert project.next_object_id() == 10


def test_a_number_in_use_is_that_object_again(project: Project) -> None:
    colour = project.objects[2].colour
    project.apply(name_object(project, 1, "fish", 2))
    assert list(project.objects) == [2]
    assert project.objects[2].colour == colour
    joined = project.masks.get(3, 2)
    assert joined is not None and joined.mask.area == 12


def test_the_same_name_again_changes_nothing(project: Project) -> None:
    assert not name_object(project, 1, project.objects[1].label, 1).changes


@pytest.mark.parametrize(("which", "label", "number"), [(7, "a", 1), (1, " ", 1), (1, "a", 0)])
def test_nonsense_is_refused(project: Project, which: int, label: str, number: int) -> None:
    with pytest.raises(PromptError, match=r"\.$"):
        name_object(project, which, label, number)
