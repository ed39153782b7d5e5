"""Attributes with a value a frame: what holds where, and what goes along when masks change hands."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.errors import PromptError
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits, object_edits
from vostool.project.changes import Cell, Table
from vostool.project.frame_values import FrameValues, mended, object_lines, values_cell
from vostool.project.history import History
from vostool.project.label_edits import LabelChange, change_labels
from vostool.project.labels import AttributeKind, AttributeSpec, LabelSpec, labels_json
from vostool.project.object_edits import Overlap
from vostool.project.objects import LONGEST_VALUE
from vostool.project.project_labels import LABELS_SETTING
from vostool.project.renumbering import renumber_objects
from vostool.project.value_edits import clear_change, set_attribute, set_value_from

CHOICES = ("away", "near", "open")
STATE = AttributeSpec("state", AttributeKind.SELECT, CHOICES, "away", mutable=True)
CAR = LabelSpec("car", None, (STATE, AttributeSpec("plate")))
LAST = 19


@pytest.fixture
def cars(make_project):
    """Three cars without masks; the label has a value a frame."""
    project = make_project()
    project.load([(Cell(Table.SETTINGS, LABELS_SETTING), labels_json([CAR]))])
    for _ in range(3):
        project.apply(edits.add_object(project, "car")[0])
    return project


def put(project, oid, *changes):
    for frame, value in changes:
        project.apply(set_value_from(project, [oid], "state", value, frame))


def state(project, oid, frame):
    known = project.objects[oid]
    own = dict(FrameValues(project).at(known, frame).attributes)
    return own.get("state", STATE.default)


def row(project, oid, frames=range(LAST + 1)):
    return [state(project, oid, frame) for frame in frames]


def test_a_value_holds_until_the_next_change(cars) -> None:
    put(cars, 1, (10, "open"), (4, "near"))
    assert row(cars, 1) == ["away"] * 4 + ["near"] * 6 + ["open"] * 10
    put(cars, 1, (6, "open"))
    assert row(cars, 1, (5, 6, 9, 10)) == ["near", "open", "open", "open"]
    assert row(cars, 2) == ["away"] * 20


def test_from_the_first_frame_on_it_is_the_objects_own_value(cars) -> None:
    put(cars, 1, (5, "open"), (0, "near"))
    assert dict(cars.objects[1].attributes)["state"] == "near"
    assert object_lines(cars, 1) == {"state": ((5, "open"),)}
    put(cars, 1, (5, "near"))
    assert object_lines(cars, 1) == {}, "what was the same before is no change"


def test_a_change_is_cleared_and_undone_and_named(cars) -> None:
    history = History(cars)
    history.do(set_value_from(cars, [1, 2], "state", "open", 7))
    assert history.undo_title == "Change state from frame 7"
    history.do(clear_change(cars, [1], "state", 7))
    assert history.undo_title == "Clear change of state on frame 7"
    assert (state(cars, 1, 9), state(cars, 2, 9)) == ("away", "open")
    history.undo()
    assert state(cars, 1, 9) == "open"
    history.undo()
    assert row(cars, 1) == ["away"] * 20


def test_what_is_no_value_is_refused_with_a_sentence(cars) -> None:
    long = "x" * (LONGEST_VALUE + 1)
    for build in (
        lambda: set_value_from(cars, [1], "plate", long, 3),
        lambda: set_attribute(cars, [1], "plate", long),
    ):
        with pytest.raises(PromptError, match="10,000 characters at most; this one has 10,001"):
            build()
    with pytest.raises(PromptError, match="no object 9"):
        set_value_from(cars, [9], "state", "open", 3)


def test_values_wait_while_the_label_is_not_mutable(cars) -> None:
    put(cars, 1, (3, "open"))
    fixed = replace(CAR, attributes=(replace(STATE, mutable=False),))
    edit = change_labels(cars, [LabelChange(fixed, "car")])
    assert "One value an object from now on: state." in edit.said
    cars.apply(edit)
    assert row(cars, 1) == ["away"] * 20
    back = change_labels(cars, [LabelChange(CAR, "car")])
    assert back.said == ""
    cars.apply(back)
    assert state(cars, 1, 3) == "open"


def test_changes_follow_an_attribute_to_its_new_name(cars) -> None:
    put(cars, 1, (3, "open"))
    door = replace(CAR, attributes=(replace(STATE, name="door"),))
    cars.apply(change_labels(cars, [LabelChange(door, "car", {"state": "door"})]))
    assert object_lines(cars, 1) == {"door": ((3, "open"),)}


def test_deleting_and_renumbering_take_the_values_along(cars) -> None:
    put(cars, 2, (3, "open"))
    history = History(cars)
    history.do(edits.delete_object(cars, 1))
    history.do(renumber_objects(cars))
    assert state(cars, 1, 3) == "open" and state(cars, 2, 3) == "away"
    assert values_cell(2) not in cars.cells()
    history.do(edits.delete_object(cars, 1))
    assert values_cell(1) not in cars.cells(), "a later object of the number has none"
    for _ in range(3):
        history.undo()
    assert state(cars, 2, 3) == "open"


FRAMES = st.sets(st.integers(0, LAST), max_size=8)
CHANGES = st.dictionaries(st.integers(0, LAST), st.sampled_from(CHOICES), max_size=5)
SIDES = st.tuples(FRAMES, CHANGES)


@settings(max_examples=150, deadline=None)
@given(SIDES, SIDES, st.integers(0, 3), st.integers(0, LAST), st.sampled_from(Overlap))
def test_every_mask_keeps_the_values_that_it_had(
    make_project, one, two, which, frame, overlap
) -> None:
    project = make_project()
    project.load([(Cell(Table.SETTINGS, LABELS_SETTING), labels_json([CAR]))])
    source, pixels = project.source, {}
    for oid, (frames, changes) in enumerate((one, two), 1):
        project.apply(edits.add_object(project, "car")[0])
        for at in frames:
            array = Mask.empty(source.height, source.width).to_array().copy()
            array[oid, at % source.width] = True
            pixels[at, oid] = Mask.from_array(array)
            record = MaskRecord(pixels[at, oid], Provenance.TRACKED)
            project.load([(Cell(Table.MASKS, (at, oid)), record)])
        put(project, oid, *sorted(changes.items()))
    had = {(at, mask): state(project, oid, at) for (at, oid), mask in pixels.items()}
    made = (
        lambda: object_edits.merge_objects(project, 1, 2, overlap),
        lambda: object_edits.split_object(project, 1, frame)[0],
        lambda: object_edits.swap_identities(project, 1, 2, frame),
        lambda: object_edits.move_range(project, 1, 2, min(frame, 9), 12, overlap=overlap),
    )
    history = History(project)
    before = dict(project.walk())
    try:
        history.do(made[which]())
    except PromptError:
        return
    for at, oid, record in project.masks.items():
        if (at, record.mask) in had:  # a union of two is neither's
            assert state(project, oid, at) == had[at, record.mask], (at, oid)
    history.undo()
    assert dict(project.walk()) == before


def test_hostile_changes_cost_themselves_alone() -> None:
    given = {
        "state": [[9, "open"], [3, "near"], [3.5, "x"], [-1, "x"], [True, "x"], [4], "x", [5, 7]],
        "long": [[1, "y" * (LONGEST_VALUE + 1)]],
        "": [[1, "a"]],
        "none": {"1": "a"},
    }
    assert mended(given) == ({"state": [[3, "near"], [9, "open"]]}, False)
    for other in ([], "x", 7, None):
        assert mended(other) == (None, False)
    sound = json.loads('{"state": [[3, "near"]]}')
    assert mended(sound) == (sound, True)
