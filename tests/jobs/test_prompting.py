"""Prompts of a command line or a job file, as an edit."""

from __future__ import annotations

import argparse

import pytest

from vostool.errors import UsageError
from vostool.jobs.prompting import PromptSpecs, prompt_edit
from vostool.jobs.specs import BoxSpec, PointSpec, choice_spec
from vostool.masks.box import Box
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts

INSIDE, OUTSIDE, LATER = Point(3, 3), Point(6, 1, False), Point(4, 4)
BOX = Box(1, 1, 6, 5)


def given(project: Project, points: tuple[Point, ...] = (), box: Box | None = None) -> Prompts:
    specs = PromptSpecs(
        points=[PointSpec(2, 1, point) for point in points],
        boxes=[] if box is None else [BoxSpec(2, 1, box)],
    )
    project.apply(prompt_edit(project, specs))
    return project.prompts[2, 1]


def test_box_and_points_given_together_are_told_together(project: Project) -> None:
    assert given(project, (INSIDE, OUTSIDE), BOX) == Prompts((INSIDE, OUTSIDE), BOX, together=2)
    # A point of a later command line is told after them.
    assert given(project, (LATER,)) == Prompts((INSIDE, OUTSIDE, LATER), BOX, together=2)


def test_points_alone_are_told_one_by_one_and_a_later_box_before_them(project: Project) -> None:
    assert given(project, (INSIDE, OUTSIDE)) == Prompts((INSIDE, OUTSIDE))
    assert given(project, (LATER,), BOX) == Prompts((INSIDE, OUTSIDE, LATER), BOX)


def test_what_a_lone_click_means_is_given_and_changed_later(project: Project) -> None:
    point, whole = PointSpec(2, 1, INSIDE), choice_spec("2:1:whole")
    project.apply(prompt_edit(project, PromptSpecs(points=[point], choices=[whole])))
    assert project.prompts[2, 1] == Prompts((INSIDE,), choice=2)
    project.apply(prompt_edit(project, PromptSpecs(choices=[choice_spec("2:1:part")])))
    assert project.prompts[2, 1] == Prompts((INSIDE,), choice=0)
    assert given(project, (LATER,)).choice == 0, "a later point refines what was chosen"


@pytest.mark.parametrize("boxes", [(), (BoxSpec(2, 1, BOX),)])
def test_an_extent_without_a_lone_click_is_refused(project: Project, boxes) -> None:
    specs = PromptSpecs(boxes=boxes, choices=[choice_spec("2:1:whole")])
    with pytest.raises(UsageError, match="no click of its own on frame 2"):
        prompt_edit(project, specs)


@pytest.mark.parametrize("text", ["2:1", "2:1:all", "2:0:whole", "x:1:part", "2:1:"])
def test_an_extent_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        choice_spec(text)
