"""Pushing: only what changed goes, conflicts are noticed, and a broken network loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from cvat_fixtures import CAR, START, box_of, held, mask_shape
from cvat_stub import CvatStub
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vostool.errors import Cancelled, JobChanged, ServerError, UsageError
from vostool.evaluate.generated_clip import GeneratedClip
from vostool.io.cvat_server import push as pushing
from vostool.io.cvat_server.diff import push_plan
from vostool.io.cvat_server.plan import OnConflict, Plan
from vostool.io.cvat_server.pull import changed_cells, pulled_project
from vostool.io.cvat_server.session import Session
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits
from vostool.project.project import Project
from vostool.project.prompts import Prompts

MINE, THEIRS = OnConflict.MINE, OnConflict.THEIRS


class Person:
    """One project on the job, and what a person does with it."""

    def __init__(self, session: Session, clip: GeneratedClip) -> None:
        self.session, self.clip = session, clip
        self.project: Project = pulled_project(session.job(7), session.annotations(7)).project

    def set(self, frame: int, oid: int, mask: Mask | None,
            provenance: Provenance = Provenance.TRACKED) -> None:  # fmt: skip
        record = None if mask is None else MaskRecord(mask, provenance)
        changes = [((frame, oid), record)]
        self.project.apply(edits.set_masks(self.project, changes, "set"))
        if mask is None:
            self.project.apply(edits.set_prompts(self.project, frame, oid, Prompts(), "clear"))

    def plan(self, on_conflict: OnConflict = OnConflict.REFUSE) -> Plan:
        return push_plan(self.project, self.session.annotations(7), on_conflict)

    def push(self, on_conflict: OnConflict = OnConflict.REFUSE) -> Plan:
        plan = self.plan(on_conflict)
        plan.check()
        self.project.apply(pushing.begin_edit(self.project, plan))
        baseline = pushing.carry_out(self.session, plan)
        self.project.apply(pushing.end_edit(self.project, baseline))
        return plan


def block(frame: int, which: int) -> Mask:
    """A mask that no other frame or object has."""
    pixels = np.zeros((96, 160), np.bool_)
    pixels[10 + 20 * which : 25 + 20 * which, 5 + 3 * frame : 20 + 3 * frame] = True
    pixels[12 + 20 * which, 8 + 3 * frame] = False
    return Mask.from_array(pixels)


@pytest.fixture
def annotated(cvat: CvatStub) -> CvatStub:
    """Objects 1 and 2 on frames 0 and 8."""
    for frame in (0, 8):
        for oid in (1, 2):
            cvat.put(7, "shapes", mask_shape(frame, block(frame, oid), oid))
    return cvat


@pytest.fixture
def person(annotated: CvatStub, logged_in: Session, job_clip: GeneratedClip) -> Person:
    return Person(logged_in, job_clip)


@pytest.fixture
def at() -> Callable[[int, int], Mask]:
    return block


At = Callable[[int, int], Mask]


def test_only_what_changed_goes_and_the_rest_keeps_its_id(
    person: Person, annotated: CvatStub, at: At
) -> None:
    before = {s["id"] for s in annotated.shapes(7)}
    person.set(1, 1, at(1, 1))
    person.set(8, 2, at(8, 3), Provenance.EDITED)
    person.set(0, 2, None)
    plan = person.push()
    assert plan.counts() == {"added": 1, "replaced": 1, "removed": 1}
    assert plan.by_frame() == {
        START: {"added": 0, "replaced": 0, "removed": 1},
        START + 1: {"added": 1, "replaced": 0, "removed": 0},
        START + 8: {"added": 0, "replaced": 1, "removed": 0},
    }
    assert held(annotated) == {
        (0, 1): at(0, 1), (1, 1): at(1, 1), (8, 1): at(8, 1), (8, 2): at(8, 3),
    }  # fmt: skip
    kept = {s["id"] for s in annotated.shapes(7)} & before
    assert len(kept) == 2
    sources = {(s["frame"] - START, s["group"]): s["source"] for s in annotated.shapes(7)}
    assert sources[1, 1] == "auto"
    assert sources[8, 2] == "manual"
    assert not annotated.jobs[7].annotations["tracks"]


def test_a_second_push_has_nothing_to_do(person: Person, annotated: CvatStub, at: At) -> None:
    person.set(3, 1, at(3, 1))
    person.push()
    changing = [entry for entry in annotated.log if entry[0] == "PATCH"]
    assert person.push().is_empty
    assert [entry for entry in annotated.log if entry[0] == "PATCH"] == changing
    assert changed_cells(person.project) == set()


def test_order_occlusion_and_attributes_of_a_replaced_shape_stay(
    cvat: CvatStub, logged_in: Session, job_clip: GeneratedClip, at: At
) -> None:
    stated = [{"spec_id": 21, "value": "true"}]
    shape = mask_shape(0, at(0, 1), 1, z_order=4, occluded=True, attributes=stated)
    cvat.put(7, "shapes", shape)
    person = Person(logged_in, job_clip)
    person.set(0, 1, at(0, 2), Provenance.EDITED)
    person.push()
    (left,) = cvat.shapes(7)
    assert (left["z_order"], left["occluded"], left["attributes"]) == (4, True, stated)


def test_a_mask_takes_the_place_of_the_box_it_grew_from(
    cvat: CvatStub, logged_in: Session, job_clip: GeneratedClip, at: At
) -> None:
    cvat.put(7, "shapes", {"type": "rectangle", "frame": START, "label_id": CAR,
                           "points": box_of(at(0, 1))})  # fmt: skip
    person = Person(logged_in, job_clip)
    person.set(0, 1, at(0, 1), Provenance.PROMPTED)
    person.push()
    assert held(cvat) == {(0, 1): at(0, 1)}


def test_masks_take_the_place_of_a_whole_track_and_say_so(
    cvat: CvatStub, logged_in: Session, job_clip: GeneratedClip, at: At
) -> None:
    box = box_of(at(0, 1))
    keyframes = [{"type": "rectangle", "frame": START, "points": box, "outside": False},
                 {"type": "rectangle", "frame": START + 4, "points": box, "outside": True}]  # fmt: skip
    track = cvat.put(7, "tracks", {"frame": START, "label_id": CAR, "shapes": keyframes})
    person = Person(logged_in, job_clip)
    assert person.plan().is_empty
    for frame in range(3):
        person.set(frame, 1, at(frame, 1))
    plan = person.push()
    assert plan.tracks == {track["id"]: 1}
    assert plan.warnings == (
        f"Track {track['id']} (object 1) is replaced by masks; on 1 of its frames there is no "
        "mask here, they will be empty.",
    )
    assert held(cvat) == {(frame, 1): at(frame, 1) for frame in range(3)}
    assert not cvat.jobs[7].annotations["tracks"]
    assert person.push().is_empty


def test_points_lines_and_tags_are_never_touched(person: Person, at: At) -> None:
    server = person.session
    annotations = server.annotations(7)
    person.set(1, 1, at(1, 1))
    person.push()
    for shape in annotations["shapes"]:
        assert shape in server.annotations(7)["shapes"]


def test_a_label_that_the_job_has_not_is_named_before_anything_is_sent(
    person: Person, annotated: CvatStub, at: At
) -> None:
    changed = replace(person.project.objects[1], label="lorry")
    person.project.apply(edits.change_object(person.project, changed, "label"))
    with pytest.raises(UsageError, match=r"no label 'lorry' .* labels: car, person"):
        person.push()
    assert not [entry for entry in annotated.log if entry[0] == "PATCH"]


def test_another_label_replaces_all_shapes_of_the_object(
    person: Person, annotated: CvatStub
) -> None:
    changed = replace(person.project.objects[1], label="person")
    person.project.apply(edits.change_object(person.project, changed, "label"))
    assert person.push().counts() == {"added": 0, "replaced": 2, "removed": 0}
    assert {s["label_id"] for s in annotated.shapes(7) if s["group"] == 1} == {12}


def test_a_deleted_object_goes_from_the_server(person: Person, annotated: CvatStub) -> None:
    person.project.apply(edits.delete_object(person.project, 2))
    assert person.push().counts()["removed"] == 2
    assert {key[1] for key in held(annotated)} == {1}


def test_frames_deleted_from_the_job_are_left_out(
    annotated: CvatStub, logged_in: Session, job_clip: GeneratedClip, at: At
) -> None:
    annotated.jobs[7].deleted = [START + 2]
    person = Person(logged_in, job_clip)
    for frame in (1, 2, 3):
        person.set(frame, 1, at(frame, 1))
    assert "1 frames were deleted" in person.push().warnings[0]
    assert {frame for frame, _ in held(annotated)} == {0, 1, 3, 8}


# -- the job changed meanwhile ----------------------------------------------------------------


def _meanwhile(server: CvatStub, at: At) -> None:
    """Somebody else adds a shape on frame 5, redraws object 1 on 8 and removes object 2 on 0."""
    shapes = server.shapes(7)
    server.put(7, "shapes", mask_shape(5, at(5, 3), group=3))
    shapes[:] = [s for s in shapes if (s["frame"], s["group"]) != (START, 2)]
    (redrawn,) = (s for s in shapes if (s["frame"], s["group"]) == (START + 8, 1))
    shapes.remove(redrawn)
    server.put(7, "shapes", mask_shape(8, at(8, 3), group=1))


def test_a_conflict_is_noticed_and_nothing_is_sent(
    person: Person, annotated: CvatStub, at: At
) -> None:
    person.set(8, 1, at(8, 2), Provenance.EDITED)
    _meanwhile(annotated, at)
    now = held(annotated)
    with pytest.raises(JobChanged, match="changed on the server since it was pulled"):
        person.push()
    told = sorted((c.what, c.frame - START) for c in person.plan().conflicts)
    assert told == [("added", 5), ("added", 8), ("removed", 0), ("removed", 8)]
    assert held(annotated) == now


def test_mine_replaces_theirs_where_both_changed_and_only_there(
    person: Person, annotated: CvatStub, at: At
) -> None:
    person.set(8, 1, at(8, 2), Provenance.EDITED)
    person.set(9, 1, at(9, 1))
    _meanwhile(annotated, at)
    person.push(MINE)
    assert held(annotated) == {
        (0, 1): at(0, 1), (5, 3): at(5, 3), (8, 1): at(8, 2), (8, 2): at(8, 2), (9, 1): at(9, 1),
    }  # fmt: skip
    assert not person.plan().conflicts
    assert person.plan().is_empty


def test_theirs_leaves_their_frames_and_asks_again_next_time(
    person: Person, annotated: CvatStub, at: At
) -> None:
    person.set(8, 1, at(8, 2), Provenance.EDITED)
    person.set(9, 1, at(9, 1))
    _meanwhile(annotated, at)
    plan = person.push(THEIRS)
    assert plan.warnings == ("1 frames that changed on the server are left as they are there.",)
    assert held(annotated)[8, 1] == at(8, 3)
    assert held(annotated)[9, 1] == at(9, 1)
    assert person.plan().conflicts
    assert changed_cells(person.project) == {(8, 1)}


def test_a_changed_track_or_tag_is_a_conflict_too(
    annotated: CvatStub, logged_in: Session, job_clip: GeneratedClip, at: At
) -> None:
    shape = {"type": "rectangle", "frame": START, "points": [1.0, 1, 9, 9], "outside": False}
    track = annotated.put(7, "tracks", {"frame": START, "label_id": CAR, "shapes": [shape]})
    person = Person(logged_in, job_clip)
    track["shapes"][0]["points"] = [2.0, 2, 9, 9]
    annotated.put(7, "tags", {"frame": START + 3, "label_id": CAR})
    told = [(c.kind, c.what) for c in person.plan().conflicts]
    assert told == [("tracks", "changed"), ("tags", "added")]


# -- the network goes away ---------------------------------------------------------------------


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(breaks=st.lists(st.integers(0, 4), min_size=1, max_size=3), more=st.booleans())
def test_however_often_a_push_breaks_it_ends_with_exactly_the_right_shapes(
    breaks: list[int], more: bool, annotated: CvatStub, logged_in: Session,
    job_clip: GeneratedClip, at: At, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(pushing, "BATCH", 2)
    annotated.break_after = None
    annotated.jobs[7].annotations["shapes"] = []
    for frame, oid in ((0, 1), (0, 2), (8, 1)):
        annotated.put(7, "shapes", mask_shape(frame, at(frame, oid), oid))
    person = Person(logged_in, job_clip)
    for frame in (1, 2, 3):
        person.set(frame, 1, at(frame, 1))
    person.set(8, 1, at(8, 2), Provenance.EDITED)
    person.set(0, 2, None)
    wanted = {(0, 1): at(0, 1), (8, 1): at(8, 2)} | {(f, 1): at(f, 1) for f in (1, 2, 3)}
    for allowed in breaks:
        annotated.break_after = allowed
        try:
            person.push()
        except ServerError:
            # Too much may be there, never too little.
            assert {s["frame"] - START for s in annotated.shapes(7)} >= {0, 8}
        if more:  # the person works on while the network is away
            person.set(2, 1, at(2, 3), Provenance.EDITED)
            wanted[2, 1] = at(2, 3)
    annotated.break_after = None
    assert not person.plan().conflicts
    person.push()
    assert held(annotated) == wanted
    assert person.push().is_empty


def test_a_push_that_is_cancelled_goes_on_later(
    person: Person, annotated: CvatStub, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "BATCH", 2)
    for frame in range(1, 7):
        person.set(frame, 1, at(frame, 1))
    plan = person.plan()
    person.project.apply(pushing.begin_edit(person.project, plan))

    def stop(done: int, total: int, what: str = "") -> None:
        if done >= 4:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        pushing.carry_out(person.session, plan, stop)
    assert len(annotated.shapes(7)) == 8
    assert person.plan().counts()["added"] == 2
    person.push()
    assert len(held(annotated)) == 10


def test_a_server_that_drops_what_was_sent_is_found_out(
    person: Person, annotated: CvatStub, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.set(1, 1, at(1, 1))
    monkeypatch.setattr(annotated, "_change", lambda *_: {"shapes": []})
    with pytest.raises(ServerError, match="did not keep what was sent for frames 6"):
        person.push()
