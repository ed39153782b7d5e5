"""A job's annotations as a project: identity, prompts, results, and what stays on the server."""

from __future__ import annotations

from typing import Any

import pytest
from cvat_fixtures import CAR, PERSON, START, box_of, mask_shape, truth
from cvat_stub import LABELS, CvatStub

from vostool.errors import ProjectFileError
from vostool.evaluate.generated_clip import GeneratedClip
from vostool.io.cvat_server.job import project_job
from vostool.io.cvat_server.project import known_job, pull_job
from vostool.io.cvat_server.pull import Pulled, changed_cells, pulled_project
from vostool.io.cvat_server.session import Session
from vostool.io.project.file import locate_source, open_project, read_project
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project.prompts import Prompts


@pytest.fixture
def pull(logged_in: Session) -> Any:
    def now() -> Pulled:
        return pulled_project(logged_in.job(7), logged_in.annotations(7))

    return now


def test_a_persons_masks_are_prompts_with_their_groups_as_ids(
    pull: Any, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    for frame in (0, 9):
        cvat.put(7, "shapes", mask_shape(frame, truth(job_clip, frame, 1), group=4))
    cvat.put(7, "shapes", mask_shape(0, truth(job_clip, 0, 2), group=2, label=PERSON))
    project = pull().project
    assert {o.id: (o.label, o.colour) for o in project.objects.values()} == {
        2: ("person", (0, 0, 255)),
        4: ("car", (255, 0, 0)),
    }
    assert project.prompts[9, 4] == Prompts(mask=truth(job_clip, 9, 1))
    assert project.masks.get(9, 4) == MaskRecord(truth(job_clip, 9, 1), Provenance.IMPORTED)
    assert project.objects[4].attributes == (("parked", "false"),)
    assert changed_cells(project) == set()


def test_what_a_machine_made_is_a_result_that_tracking_may_replace(
    pull: Any, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    for frame, source in ((0, "manual"), (1, "auto"), (2, "semi-auto")):
        cvat.put(7, "shapes", mask_shape(frame, truth(job_clip, frame, 1), 1, source=source))
    project = pull().project
    assert project.prompted_frames() == [0, 2]
    assert project.masks.get(1, 1).provenance is Provenance.TRACKED


def test_polygons_are_masks_and_boxes_are_box_prompts(
    pull: Any, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    box = box_of(truth(job_clip, 0, 1))
    cvat.put(7, "shapes", {"type": "rectangle", "frame": START, "label_id": CAR, "points": box})
    corners = [10.0, 10.0, 30.0, 10.0, 30.0, 20.0, 10.0, 20.0]
    cvat.put(7, "shapes", {"type": "polygon", "frame": START + 1, "label_id": PERSON,
                           "points": corners})  # fmt: skip
    project = pull().project
    (car,) = [o.id for o in project.objects.values() if o.label == "car"]
    (person,) = [o.id for o in project.objects.values() if o.label == "person"]
    assert [project.prompts[0, car].box.x0, project.prompts[0, car].box.y1] == [box[0], box[3]]
    assert project.masks.get(0, car) is None
    assert project.masks.get(1, person).mask.bbox == (10, 10, 20, 10)


def test_a_tracks_keyframes_come_in_and_outside_says_absent(
    pull: Any, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    box = box_of(truth(job_clip, 0, 1))
    shapes = [
        {"type": "rectangle", "frame": START, "points": box, "outside": False},
        {"type": "rectangle", "frame": START + 6, "points": box, "outside": True},
        {"type": "rectangle", "frame": START + 16, "points": box, "outside": True},  # behind it
    ]
    cvat.put(7, "tracks", {"frame": START, "label_id": CAR, "shapes": shapes})
    project = pull().project
    assert project.prompted_frames(1) == [0]
    assert project.masks.get(6, 1) == MaskRecord(Mask.empty(96, 160), Provenance.IMPORTED)
    assert changed_cells(project) == set()


def test_shapes_without_a_group_follow_the_nearest_of_their_label(
    pull: Any, cvat: CvatStub
) -> None:
    def box(frame: int, x: float, label: int = CAR) -> int:
        points = [x, 10.0, x + 8, 20.0]
        made = cvat.put(7, "shapes", {"type": "rectangle", "frame": START + frame,
                                      "label_id": label, "points": points})  # fmt: skip
        return made["id"]

    box(0, 10), box(0, 100), box(0, 50, PERSON)
    box(5, 108), box(5, 20), box(5, 140)
    project = pull().project
    rows = {
        oid: [project.prompts[f, oid].box.x0 for f in project.prompted_frames(oid)]
        for oid in project.objects
    }
    assert sorted(rows.values()) == [[10, 20], [50], [100, 108], [140]]
    colours = [o.colour for o in project.objects.values() if o.label == "car"]
    assert len(set(colours)) == 3


def test_an_object_id_attribute_says_who_it_is(
    pull: Any, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    spec = {"id": 31, "name": "object_id", "mutable": False, "input_type": "text",
            "default_value": "", "values": []}  # fmt: skip
    cvat.jobs[7].labels = [{**LABELS[0], "attributes": [spec]}]
    for frame, group in ((0, 0), (4, 9)):
        shape = mask_shape(frame, truth(job_clip, frame, 1), group)
        cvat.put(7, "shapes", {**shape, "attributes": [{"spec_id": 31, "value": "6"}]})
    assert pull().project.prompted_frames(6) == [0, 4]


def test_parts_of_one_group_are_one_mask(
    pull: Any, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    whole = truth(job_clip, 0, 1).to_array() | truth(job_clip, 0, 2).to_array()
    for which in (1, 2):
        cvat.put(7, "shapes", mask_shape(0, truth(job_clip, 0, which), group=1))
    assert pull().project.masks.get(0, 1).mask == Mask.from_array(whole)


def test_what_is_none_of_ours_is_told_and_left(
    pull: Any, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    line = {"type": "polyline", "frame": START, "label_id": CAR, "points": [0.0, 0, 5, 5]}
    cvat.put(7, "shapes", line)
    cvat.put(7, "shapes", {**line, "type": "points"})
    cvat.put(7, "tags", {"frame": START, "label_id": CAR})
    broken = cvat.put(7, "shapes", {**mask_shape(0, truth(job_clip, 0, 1)),
                                    "points": [0.0, 99, 1, 1, 2, 2]})  # fmt: skip
    pulled = pull()
    assert not pulled.project.objects
    assert f"Shape {broken['id']} on frame 5 was left on the server: the runs" in pulled.notes[0]
    assert "1 polyline, 1 points" in pulled.notes[1]


def test_the_project_is_stored_and_opens_again_without_the_server(
    logged_in: Session, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    cvat.put(7, "shapes", mask_shape(0, truth(job_clip, 0, 1), group=1))
    made = pull_job(logged_in, 7)
    assert made.fresh
    cvat.stop()
    project, warning = read_project(made.path)
    assert warning is None
    assert project_job(project) == made.job == known_job(cvat.url, 7)
    assert project.source.kind == "cvat"
    for file in made.folder.iterdir():
        file.unlink()
    made.folder.rmdir()
    assert locate_source(project, made.path) == made.folder
    assert (made.folder / "vostool-cvat-job.json").is_file()


def test_pulling_again_keeps_what_was_not_pushed(
    logged_in: Session, cvat: CvatStub, job_clip: GeneratedClip
) -> None:
    cvat.put(7, "shapes", mask_shape(0, truth(job_clip, 0, 1), group=1))
    made = pull_job(logged_in, 7)
    assert not pull_job(logged_in, 7).fresh
    file, _ = open_project(made.path)
    from vostool.project.changes import Cell, Table

    with file:
        record = MaskRecord(truth(job_clip, 3, 1), Provenance.TRACKED)
        file.write([(Cell(Table.MASKS, (3, 1)), record)])
    assert not pull_job(logged_in, 7).fresh  # the server says nothing new
    cvat.put(7, "shapes", mask_shape(8, truth(job_clip, 8, 2), group=2))
    with pytest.raises(ProjectFileError, match="1 changes that were not pushed"):
        pull_job(logged_in, 7)
    assert read_project(made.path)[0].masks.get(3, 1) == record
    assert pull_job(logged_in, 7, discard=True).fresh
    project = read_project(made.path)[0]
    assert (project.masks.get(3, 1), project.prompted_frames(2)) == (None, [8])


def test_another_jobs_project_is_not_written_over(logged_in: Session, cvat: CvatStub) -> None:
    cvat.add(type(cvat.jobs[7])(8, cvat.jobs[7].frames, LABELS))
    made = pull_job(logged_in, 7)
    with pytest.raises(ProjectFileError, match="does not belong to job 8"):
        pull_job(logged_in, 8, made.path)
