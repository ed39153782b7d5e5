"""Labels with attributes: CVAT's JSON both ways, and edits that hold everywhere."""

from __future__ import annotations

import json

import pytest
from cvat_sdk import models
from hypothesis import given, settings
from hypothesis import strategies as st

from vostool.errors import LabelsError
from vostool.project import edits
from vostool.project.changes import Cell, Table
from vostool.project.label_edits import (
    LabelChange,
    add_labels,
    change_labels,
    set_label,
)
from vostool.project.labels import (
    AttributeKind,
    AttributeSpec,
    LabelSpec,
    labels_from_json,
    labels_json,
    made_attribute,
)
from vostool.project.project import Project
from vostool.project.project_labels import declared_labels, object_attributes, project_labels
from vostool.project.value_edits import remove_attribute, set_attribute

KIND = AttributeKind
NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8
).map(str.strip).filter(bool)  # fmt: skip


@st.composite
def attributes(draw: st.DrawFn, name: str) -> AttributeSpec:
    kind = draw(st.sampled_from(KIND))
    values: tuple[str, ...] = ()
    default = draw(NAMES) if kind is KIND.TEXT else "false"
    if kind.has_choices:
        values = tuple(draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)))
        default = draw(st.sampled_from(values))
    elif kind is KIND.NUMBER:
        low, steps, step = (
            draw(st.integers(-9, 9)),
            draw(st.integers(1, 9)),
            draw(st.integers(1, 5)),
        )
        values = (str(low), str(low + steps * step), str(step))
        default = str(low + draw(st.integers(0, steps)) * step)
    return AttributeSpec(name, kind, values, default, draw(st.booleans()))


@st.composite
def label_lists(draw: st.DrawFn) -> tuple[LabelSpec, ...]:
    colours = st.none() | st.tuples(*[st.integers(0, 255)] * 3)
    return tuple(
        LabelSpec(
            name,
            draw(colours),
            tuple(
                draw(attributes(each)) for each in draw(st.lists(NAMES, max_size=3, unique=True))
            ),
            draw(st.sampled_from(["any", "mask", "polygon"])),
        )
        for name in draw(st.lists(NAMES, max_size=4, unique=True))
    )


@settings(max_examples=60, deadline=None)
@given(label_lists())
def test_json_there_and_back(labels: tuple[LabelSpec, ...]) -> None:
    assert labels_from_json(json.loads(json.dumps(labels_json(labels)))) == labels


@settings(max_examples=25, deadline=None)
@given(label_lists())
def test_the_official_client_takes_the_json(labels: tuple[LabelSpec, ...]) -> None:
    """cvat-sdk checks every type and enumerated value of what is sent for a new task."""
    written = json.loads(json.dumps(labels_json(labels)))
    for entry in written:
        entry["attributes"] = [models.AttributeRequest(**a) for a in entry["attributes"]]
    task = models.TaskWriteRequest(
        name="task", labels=[models.PatchedLabelRequest(**entry) for entry in written]
    )
    read = task.to_dict().get("labels", [])
    assert labels_from_json(read) == labels


def test_what_cvat_itself_writes_is_read() -> None:
    raw = [{
        "name": "car", "id": 12, "color": "#c06060", "type": "any", "attributes": [
            {"id": 1, "name": "make", "input_type": "select", "mutable": False,
             "values": ["", "Audi"], "default_value": ""},
            {"id": 2, "name": "parked", "input_type": "checkbox", "mutable": True,
             "values": ["true"], "default_value": "true"},
            {"id": 3, "name": "age", "input_type": "NUMBER", "mutable": False,
             "values": ["0", "30", "0.5"]},
            {"id": 4, "name": "plate", "input_type": "text", "mutable": False, "values": [""]},
        ],
    }]  # fmt: skip
    (label,) = labels_from_json(raw)
    assert label.colour == (0xC0, 0x60, 0x60)
    assert [a.default for a in label.attributes] == ["", "true", "0", ""]
    assert [a.mutable for a in label.attributes] == [False, True, False, False]
    assert label.attributes[2].accepts("12.5") and not label.attributes[2].accepts("12.3")
    assert labels_from_json({"labels": raw}) == (label,)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("car", "JSON list"),
        ([{"color": "#ffffff"}], "no name"),
        ([{"name": " "}], "needs a name"),
        ([{"name": "car"}, {"name": "car"}], "two labels 'car'"),
        ([{"name": "car", "color": "red"}], "'red'"),
        ([{"name": "man", "type": "skeleton"}], "skeleton"),
        ([{"name": "car", "attributes": 5}], "no list"),
        ([{"name": "car", "attributes": [{"name": "a", "input_type": "slider"}]}], "'slider'"),
        ([{"name": "car", "attributes": [{"name": "a", "input_type": "select"}]}], "at least one"),
        ([{"name": "car", "attributes": [
            {"name": "a", "input_type": "number", "values": ["3", "1", "1"]}]}], "minimum"),
        ([{"name": "car", "attributes": [
            {"name": "a", "input_type": "radio", "values": ["x"], "default_value": "y"}]}], "'y'"),
        ([{"name": "car", "attributes": [{"name": "a"}, {"name": "a"}]}], "two attributes 'a'"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name(raw: object, said: str) -> None:
    with pytest.raises(LabelsError, match=said):
        labels_from_json(raw)


def test_another_programs_default_is_mended() -> None:
    assert made_attribute("a", KIND.SELECT, ["x", "y"], "z").default == "x"
    assert made_attribute("a", KIND.CHECKBOX, [], "True").default == "true"
    assert made_attribute("a", KIND.NUMBER, ["1", "9", "2"], "2").default == "1"
    assert made_attribute("a", KIND.TEXT, ["red"]).default == "red"


# -- in a project --------------------------------------------------------------------------------


def labelled(project: Project) -> Project:
    for label in ("car", "car", "man"):
        project.apply(edits.add_object(project, label)[0])
    project.apply(set_attribute(project, [1], "age", "3"))
    return project


def test_labels_of_a_project_are_declared_or_borne(project: Project) -> None:
    labelled(project)
    age = AttributeSpec("age")
    assert [(label.name, label.attributes) for label in project_labels(project)] == [
        ("car", (age,)),
        ("man", ()),
    ]
    tree = LabelSpec("tree", (1, 2, 3))
    project.apply(add_labels(project, [tree]))
    assert declared_labels(project) == (tree,)
    assert [label.name for label in project_labels(project)] == ["tree", "car", "man"]
    assert not add_labels(project, [LabelSpec("tree")]).changes


def test_rename_and_recolour_everywhere_is_one_edit_and_goes_back(project, content) -> None:
    labelled(project)
    before = content(project)
    speed = AttributeSpec("years", KIND.NUMBER, ("0", "9", "1"), "0")
    edit = change_labels(
        project,
        [
            LabelChange(LabelSpec("vehicle", (9, 9, 9), (speed,)), "car", {"age": "years"}),
            LabelChange(LabelSpec("person", project.objects[3].colour), "man"),
            LabelChange(LabelSpec("tree")),
        ],
    )
    project.apply(edit)
    assert [known.label for known in project.objects.values()] == ["vehicle", "vehicle", "person"]
    assert [known.colour for known in project.objects.values()][:2] == [(9, 9, 9)] * 2
    assert project.objects[3].colour == before[Cell(Table.OBJECTS, 3)].colour
    assert object_attributes(project, project.objects[1]) == ((speed, "3"),)
    assert object_attributes(project, project.objects[2]) == ((speed, "0"),)
    assert [label.name for label in declared_labels(project)] == ["vehicle", "person", "tree"]
    project.revert(edit)
    assert content(project) == before


def test_a_label_that_is_gone_hands_its_objects_on(project: Project) -> None:
    labelled(project)
    with pytest.raises(LabelsError, match="still called 'man'"):
        change_labels(project, [LabelChange(LabelSpec("auto"), "car")])
    project.apply(change_labels(project, [LabelChange(LabelSpec("auto"), "car")], {"man": "car"}))
    assert {known.label for known in project.objects.values()} == {"auto"}


def test_labels_and_attributes_of_chosen_objects(project: Project) -> None:
    labelled(project)
    project.apply(set_label(project, [1, 3], " bus "))
    assert [known.label for known in project.objects.values()] == ["bus", "car", "bus"]
    project.apply(set_attribute(project, [1, 2], "age", "4"))
    assert project.objects[2].attributes == (("age", "4"),)
    project.apply(remove_attribute(project, [1, 2], "age"))
    assert not project.objects[1].attributes and not project.objects[2].attributes


def test_labels_damaged_in_a_file_are_none(project: Project) -> None:
    project.load([(Cell(Table.SETTINGS, "labels"), [{"name": 5}])])
    assert declared_labels(project) == ()
