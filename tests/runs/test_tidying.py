"""Specks and pinholes in runs without a window: the same masks as the window's clicks give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vostool.gui.engine.answering import with_tidied
from vostool.masks.mask import Mask
from vostool.models.engine import SegmentReply, SegmentRequest, TrackedFrame
from vostool.project import edits
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts
from vostool.runs.tidying import Tidying


@pytest.fixture
def marked(project: Project) -> tuple[Project, Mask]:
    """An object with a click on frame 2, and a mask of the project's size with a speck."""
    project = Project(replace(project.source, width=90, height=80))
    project.apply(edits.add_object(project)[0])
    big = np.zeros((80, 90), bool)
    big[:60, :60] = True
    big[30, 30] = False
    big[-1, -1] = True
    project.apply(edits.set_prompts(project, 2, 1, Prompts(points=(Point(1, 1),)), "click"))
    return project, Mask.from_array(big)


def frame(at: int, mask: Mask) -> TrackedFrame:
    return TrackedFrame(at, {1: SegmentReply(mask, 0.9)})


def test_an_answer_is_what_the_window_makes_of_it(marked) -> None:
    project, mask = marked
    tidying = Tidying()
    step = tidying.step(project, frame(2, mask))
    request = SegmentRequest(2, 1, project.prompts[2, 1])
    answer = with_tidied(request, SegmentReply(mask, 0.9))
    assert answer.tidied is not None
    assert step.replies[1].mask == answer.tidied.mask != mask
    assert (tidying.specks, tidying.pinholes, tidying.masks) == (1, 1, 1)
    assert tidying.sentence == "1 speck and 1 pinhole of 1 mask answering prompts dropped."


def test_what_is_tracked_and_what_a_person_drew_stays(marked) -> None:
    project, mask = marked
    tidying = Tidying()
    assert tidying.step(project, frame(3, mask)).replies[1].mask == mask
    project.apply(edits.set_prompts(project, 2, 1, Prompts(mask=mask), "drawn"))
    assert tidying.step(project, frame(2, mask)).replies[1].mask == mask
    assert tidying.sentence == ""


def test_the_switch_leaves_all(marked) -> None:
    project, mask = marked
    assert Tidying(wanted=False).step(project, frame(2, mask)).replies[1].mask == mask
