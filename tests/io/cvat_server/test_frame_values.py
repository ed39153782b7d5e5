"""Values a frame of mutable attributes through a CVAT server: as they come, and as they go back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from cvat_fixtures import CAR, START, box_of, mask_shape
from cvat_stub import LABELS, CvatStub

from vostool.evaluate.generated_clip import GeneratedClip
from vostool.io.cvat_server import push as pushing
from vostool.io.cvat_server.baseline import SETTING
from vostool.io.cvat_server.diff import push_plan
from vostool.io.cvat_server.plan import Plan
from vostool.io.cvat_server.pull import changed_cells, pulled_project
from vostool.io.cvat_server.session import Session
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits
from vostool.project.frame_values import FrameValues, object_lines, values_cell
from vostool.project.project import Project
from vostool.project.value_edits import set_attribute, set_value_from

PARKED, PLATE = 21, 22
At = Callable[[int, int], Mask]
SPECS = [*LABELS[0]["attributes"], {
    "id": PLATE, "name": "plate", "mutable": False, "input_type": "text", "default_value": "",
    "values": []}]  # fmt: skip


@pytest.fixture
def at() -> At:
    """A mask that no other frame or object has."""

    def block(frame: int, which: int) -> Mask:
        pixels = np.zeros((96, 160), np.bool_)
        pixels[10 + 20 * which : 25 + 20 * which, 5 + 3 * frame : 20 + 3 * frame] = True
        return Mask.from_array(pixels)

    return block


@pytest.fixture
def project(cvat: CvatStub, logged_in: Session, at: At) -> Project:
    """One car on four frames: parked on the last two, with plates of their own."""
    cvat.jobs[7].labels = [{**LABELS[0], "attributes": SPECS}, LABELS[1]]
    for frame in range(4):
        own = [{"spec_id": PARKED, "value": str(frame > 1).lower()},
               {"spec_id": PLATE, "value": "B" if frame == 3 else "A"}]  # fmt: skip
        cvat.put(7, "shapes", mask_shape(frame, at(frame, 1), 1, attributes=own))
    return pulled_project(logged_in.job(7), logged_in.annotations(7)).project


def push(session: Session, project: Project) -> Plan:
    plan = push_plan(project, session.annotations(7))
    project.apply(pushing.begin_edit(project, plan))
    project.apply(pushing.end_edit(project, pushing.carry_out(session, plan)))
    return plan


def on_server(cvat: CvatStub) -> dict[int, dict[int, str]]:
    return {
        s["frame"] - START: {a["spec_id"]: a["value"] for a in s["attributes"]}
        for s in cvat.shapes(7)
    }


def parked(project: Project) -> list[str]:
    read = FrameValues(project)
    return [dict(read.at(project.objects[1], f).attributes)["parked"] for f in range(4)]


def test_masks_come_with_the_value_of_their_frame(project: Project) -> None:
    assert parked(project) == ["false", "false", "true", "true"]
    assert changed_cells(project) == set()


def test_a_value_that_was_changed_from_a_frame_on_goes_back_and_nothing_else(
    project: Project, cvat: CvatStub, logged_in: Session
) -> None:
    project.apply(set_value_from(project, [1], "parked", "true", 1))
    assert changed_cells(project) == {(1, 1)}
    assert push(logged_in, project).counts() == {"added": 0, "replaced": 1, "removed": 0}
    assert on_server(cvat) == {
        0: {PARKED: "false", PLATE: "A"}, 1: {PARKED: "true", PLATE: "A"},
        2: {PARKED: "true", PLATE: "A"}, 3: {PARKED: "true", PLATE: "B"},
    }  # fmt: skip
    assert push(logged_in, project).is_empty


def test_a_fixed_value_goes_back_where_a_person_changed_it(
    project: Project, cvat: CvatStub, logged_in: Session
) -> None:
    project.apply(set_attribute(project, [1], "plate", "C"))
    push(logged_in, project)
    assert {own[PLATE] for own in on_server(cvat).values()} == {"C"}
    assert [own[PARKED] for _, own in sorted(on_server(cvat).items())] == parked(project)


def test_a_project_of_an_older_program_leaves_the_servers_values(
    project: Project, cvat: CvatStub, logged_in: Session, at: At
) -> None:
    """It knows the first value alone, so a mask that is sent anew keeps what the server has."""
    stored = project.settings[SETTING]
    assert isinstance(stored, dict)
    project.apply(edits.set_setting(project, SETTING, {k: v for k, v in stored.items() if k != "values"}))  # fmt: skip
    project.apply(edits.set_setting(project, values_cell(1).key, None))
    for turn in range(2):
        for frame in (2, 3):
            record = MaskRecord(at(frame + (turn == 0), 2), Provenance.EDITED)
            project.apply(edits.set_masks(project, [((frame, 1), record)], "set"))
        push(logged_in, project)
        assert [own[PARKED] for _, own in sorted(on_server(cvat).items())] == [
            "false", "false", "true", "true",
        ]  # fmt: skip


def test_a_tracks_keyframes_have_values_of_their_own(
    cvat: CvatStub, logged_in: Session, at: At, job_clip: GeneratedClip
) -> None:
    cvat.jobs[7].labels = [{**LABELS[0], "attributes": SPECS}, LABELS[1]]
    shapes = [
        {"type": "rectangle", "frame": START + f, "points": box_of(at(f, 1)), "outside": f == 3,
         "occluded": False, "attributes": [{"spec_id": PARKED, "value": v}]}
        for f, v in ((0, "false"), (2, "true"), (3, "false"))
    ]  # fmt: skip
    cvat.put(7, "tracks", {"frame": START, "label_id": CAR, "group": 0, "shapes": shapes,
                           "attributes": [{"spec_id": PLATE, "value": "Z"}]})  # fmt: skip
    project = pulled_project(logged_in.job(7), logged_in.annotations(7)).project
    assert object_lines(project, 1) == {"parked": ((2, "true"),)}
    assert dict(project.objects[1].attributes) == {"plate": "Z", "parked": "false"}
