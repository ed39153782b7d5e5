"""What is to be learned of an object, and how it is kept, undone and thrown away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vostool.frames import SourceRef
from vostool.io.project.file import create
from vostool.io.project.reading import read_project
from vostool.masks.box import Box
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import Direction, LearnRequest
from vostool.project import edits
from vostool.project.changes import Cell, Edit, Table
from vostool.project.history import History
from vostool.project.learned import Learned
from vostool.project.locks import lock_objects
from vostool.project.object_edits import merge_objects, swap_identities
from vostool.project.project import Project
from vostool.project.prompts import Prompts
from vostool.project.renumbering import renumber_objects
from vostool.runs.learning import forget_edit, learn_request, learned_edit
from vostool.runs.request import plan_run, segment_request

HEIGHT, WIDTH = 4, 6
LEARNED = Learned("an engine", (0, 3), b"weights")


def record(provenance: Provenance, *, confirmed: bool = False, empty: bool = False) -> MaskRecord:
    pixels = np.full((HEIGHT, WIDTH), not empty)
    return MaskRecord(Mask.from_array(pixels), provenance, None, confirmed)


@pytest.fixture
def project(tmp_path) -> Project:
    video = tmp_path / "clip.mp4"
    video.write_bytes(b"a video, as far as a fingerprint can tell" * 100)
    made = Project(a_source(video))
    for _ in range(2):
        made.apply(edits.add_object(made, "car")[0])
    box = Prompts(box=Box(1, 1, 3, 3))
    made.apply(edits.set_prompts(made, 0, 1, box, "Box"))
    kept = [
        ((0, 1), record(Provenance.PROMPTED)),
        ((1, 1), record(Provenance.TRACKED)),
        ((2, 1), record(Provenance.EDITED, empty=True)),
        ((3, 1), record(Provenance.TRACKED, confirmed=True)),
        ((1, 2), record(Provenance.TRACKED)),
    ]
    made.apply(edits.set_masks(made, kept, "Masks"))
    return made


def a_source(video: Path) -> SourceRef:
    return SourceRef(video, "video", video.stat().st_size, "ff" * 20, WIDTH, HEIGHT, 10, 25.0)


def asked(project: Project) -> LearnRequest:
    request = learn_request(project, 1)
    assert request is not None
    return request


def taught(project: Project) -> None:
    edit = learned_edit(project, asked(project), LEARNED)
    assert edit is not None
    project.apply(edit)


def test_only_what_a_person_said_is_learned(project):
    assert [key.frame for key in asked(project).keyframes] == [0, 3]
    assert learn_request(project, 2) is None
    project.apply(lock_objects(project, [1], True))
    assert learn_request(project, 1) is None


def test_it_goes_with_every_question_about_the_object(project):
    taught(project)
    run = plan_run(project, Direction.FORWARD)
    assert run.learned == {1: LEARNED}
    clicked = Prompts(box=Box(0, 0, 2, 2))
    assert segment_request(project, 5, 1, clicked).learned == LEARNED
    assert segment_request(project, 5, 2, clicked).learned is None
    assert asked(project).before == LEARNED


def test_it_is_not_kept_where_something_else_was_said_meanwhile(project):
    request = asked(project)
    project.apply(edits.set_masks(project, [((5, 1), record(Provenance.EDITED))], "Paint"))
    assert learned_edit(project, request, LEARNED) is None


def test_it_is_one_step_to_forget_and_one_to_have_it_back(project):
    history = History(project)
    edit = learned_edit(project, asked(project), LEARNED)
    assert edit is not None
    history.do(edit)
    history.do(forget_edit(project, [1, 2]))
    assert not project.learned
    history.undo()
    assert project.learned == {1: LEARNED}
    history.undo()
    assert not project.learned


def test_it_is_there_after_the_project_is_opened_again(project, tmp_path):
    taught(project)
    create(tmp_path / "p.vos", project).close()
    read, warning = read_project(tmp_path / "p.vos")
    assert warning is None
    assert read.learned == {1: LEARNED}


@pytest.mark.parametrize(
    "change",
    [
        lambda p: edits.delete_object(p, 1),
        lambda p: merge_objects(p, 2, 1),
        lambda p: swap_identities(p, 1, 2, 1),
    ],
)
def test_it_goes_where_its_object_goes_or_becomes_another(project, change):
    taught(project)
    edit = change(project)
    project.apply(edit)
    assert not project.learned
    project.revert(edit)
    assert project.learned == {1: LEARNED}


def test_it_follows_a_new_number(project):
    project.apply(edits.add_object(project, "car")[0])
    change = project.change(Cell(Table.LEARNED, 3), LEARNED)
    project.apply(Edit("Learn", (change,)))
    project.apply(edits.delete_object(project, 2))
    project.apply(renumber_objects(project))
    assert project.learned == {2: LEARNED}
