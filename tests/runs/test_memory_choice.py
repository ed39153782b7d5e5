"""What runs remember by travels with the project, and with every request that is made of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vostool.errors import UsageError
from vostool.frames import SourceRef
from vostool.io.project.file import create, read_project
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.models.engine import Direction
from vostool.models.memory_kinds import MEMORIES, check_memory, memory_named
from vostool.project import edits
from vostool.project.changes import Cell, Edit, Table
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.runs.blends import BlendSpan, plan_blend
from vostool.runs.discovery.plan import plan_discovery
from vostool.runs.keyframes import Span, plan_span
from vostool.runs.ranges import RangeLeg, plan_leg
from vostool.runs.request import MEMORY_SETTING, choose_memory, memory_of, plan_run

FRAMES = 10


@pytest.fixture
def project() -> Project:
    ref = SourceRef(Path("/clip.mp4"), "video", 1, "", 8, 6, FRAMES, 25.0)
    made = Project(ref)
    made.apply(Edit("", (made.change(Cell(Table.OBJECTS, 1), AnnotatedObject.new(1)),)))
    record = MaskRecord(Mask.from_array(np.ones((6, 8), bool)), Provenance.IMPORTED)
    cells = [((frame, 1), record) for frame in (0, FRAMES - 1)]
    made.apply(edits.set_masks(made, cells, "Import"))
    return made


def requests(project: Project) -> list[str]:
    """What each kind of run would remember by."""
    last = FRAMES - 1
    leg = RangeLeg(Direction.FORWARD, 0, 0, last, (1,))
    forward, backward = plan_blend(project, BlendSpan(0, last, (1,)))
    planned = [
        plan_run(project, Direction.BOTH), plan_discovery(project, Direction.FORWARD),
        plan_discovery(project, Direction.FORWARD, object_ids=[]),
        plan_span(project, Span(0, 5)), plan_leg(project, leg), forward, backward,
    ]  # fmt: skip
    return [request.memory for request in planned if request is not None]


def test_every_run_of_a_project_remembers_as_it_was_chosen(project: Project) -> None:
    assert requests(project) == ["standard"] * 7
    project.apply(choose_memory(project, "long"))
    assert requests(project) == ["long"] * 7


def test_the_choice_is_stored_and_the_standard_leaves_nothing_behind(
    project: Project, tmp_path: Path
) -> None:
    project.apply(choose_memory(project, "distractor"))
    with create(tmp_path / "p.vos", project):
        pass
    assert memory_of(read_project(tmp_path / "p.vos")[0]) == "distractor"
    project.apply(choose_memory(project, "standard"))
    assert MEMORY_SETTING not in project.settings
    assert choose_memory(project, "standard").changes == ()


def test_a_stored_choice_that_makes_no_sense_is_the_standard(project: Project) -> None:
    project.apply(edits.set_setting(project, MEMORY_SETTING, ["long"]))
    assert memory_of(project) == "standard"


def test_names_and_what_an_engine_lacks() -> None:
    assert [memory_named(name) for name in MEMORIES] == list(MEMORIES)
    with pytest.raises(UsageError, match="no memory 'x'"):
        memory_named("x")
    check_memory("standard", ("standard",), "Optical flow")
    with pytest.raises(UsageError, match="Optical flow has no memory 'distractor'"):
        check_memory("distractor", ("standard",), "Optical flow")
