"""What a lock keeps away from an object, and what it lets through."""

from __future__ import annotations

import numpy as np

from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits
from vostool.project.edits import add_object, confirm, set_masks, set_prompts
from vostool.project.locks import lock_objects, locked_by, locked_sentence
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts

ONE = MaskRecord(Mask.from_array(np.eye(6, 8)), Provenance.TRACKED, 0.9)
OTHER = MaskRecord(Mask.from_array(np.ones((6, 8))), Provenance.EDITED)


def filled(project: Project) -> Project:
    for _ in range(2):
        project.apply(add_object(project)[0])
    project.apply(set_masks(project, [((0, 1), ONE), ((0, 2), ONE)], "Masks"))
    project.apply(lock_objects(project, [2], True))
    return project


def test_pixels_prompts_and_being_there_are_locked(project: Project) -> None:
    filled(project)
    clicked = Prompts(points=(Point(1, 2),))
    for edit in (
        set_masks(project, [((0, 1), OTHER), ((0, 2), OTHER)], "Brush"),
        set_masks(project, [((0, 2), None)], "Delete"),
        set_masks(project, [((3, 2), ONE)], "Brush"),
        set_prompts(project, 4, 2, clicked, "Click"),
        edits.delete_object(project, 2),
    ):
        assert locked_by(project, edit) == [2], edit.title


def test_what_is_not_locked_goes_through(project: Project) -> None:
    filled(project)
    for edit in (
        set_masks(project, [((0, 1), OTHER)], "Brush"),
        confirm(project, 0, [1, 2], True),
        edits.change_object(project, AnnotatedObject(2, "cat"), "Rename"),
        lock_objects(project, [2], False),
    ):
        assert edit.changes and locked_by(project, edit) == [], edit.title


def test_the_sentence_names_the_objects() -> None:
    assert locked_sentence([2]).startswith("Object 2 is locked; unlock it")
    assert locked_sentence([2, 5]).startswith("Objects 2, 5 are locked; unlock them")
