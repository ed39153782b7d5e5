"""Label files, and a project's labels on their way to CVAT's XML and back."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from vostool.errors import ExportError, LabelsError
from vostool.io.cvat_server.job import Attribute, Job, Label
from vostool.io.imports.edit import ImportPolicy, ObjectPolicy, import_edit
from vostool.io.imports.format import (
    Imported,
    ImportedAttribute,
    ImportedLabel,
    ImportedObject,
    ImportTarget,
    Shape,
)
from vostool.io.imports.importers import IMPORT_FORMATS
from vostool.io.imports.label_files import read_labels, write_labels
from vostool.masks.mask import Mask
from vostool.progress import silent
from vostool.project.label_edits import add_labels
from vostool.project.labels import AttributeKind, AttributeSpec, LabelSpec
from vostool.project.locks import lock_objects
from vostool.project.objects import AnnotatedObject
from vostool.project.project_labels import declared_labels
from vostool.project.value_edits import set_attribute

KIND = AttributeKind
CAR = LabelSpec(
    "car",
    (1, 2, 3),
    (
        AttributeSpec("make", KIND.SELECT, ("Audi", "a <b> & c"), "Audi"),
        AttributeSpec("seen from", KIND.RADIO, ("front", "back"), "back", mutable=True),
        AttributeSpec("parked", KIND.CHECKBOX, (), "true"),
        AttributeSpec("age", KIND.NUMBER, ("0", "30", "0.5"), "2.5"),
        AttributeSpec("plate", KIND.TEXT, (), "none"),
    ),
)
TREE = LabelSpec("tree", (4, 5, 6))


def test_a_file_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    write_labels(path, [CAR, TREE])
    assert read_labels(path) == (CAR, TREE)
    assert [entry["name"] for entry in json.loads(path.read_text())] == ["car", "tree"]
    assert [each.name for each in tmp_path.iterdir()] == ["labels.json"]


@pytest.mark.parametrize("content", ["", "{", "5", '[{"name": 5}]', "[[1]]"])
def test_what_is_no_label_file_is_refused_by_its_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(content)
    with pytest.raises(LabelsError, match=r"odd\.json"):
        read_labels(path)


def test_a_place_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="nowhere"):
        read_labels(tmp_path / "nowhere.json")
    with pytest.raises(ExportError, match="another folder"):
        write_labels(tmp_path / "no" / "labels.json", [CAR])


@pytest.fixture
def exported(tmp_path, run_export):
    """Export and parse; returns the root element."""

    def run(project, source):
        report = run_export(project, source, "cvat-images", tmp_path / "out")
        return ElementTree.parse(report.written[0].main).getroot(), report

    return run


def test_cvat_xml_declares_types_values_and_defaults(
    exported, memory_source, make_project, hard_masks, project_of
) -> None:
    source = memory_source()
    objects = {1: AnnotatedObject(1, "car"), 2: AnnotatedObject(2, "car")}
    masks = {(0, 1): hard_masks["hole"], (0, 2): hard_masks["corner"]}
    project = make_project(source, masks, objects=objects)
    project.apply(add_labels(project, [CAR, TREE]))
    project.apply(set_attribute(project, [2], "age", "9.5"))
    root, report = exported(project, source)
    assert not report.warnings
    car, tree = root.findall("meta/task/labels/label")
    assert (car.findtext("color"), tree.findtext("name")) == ("#010203", "tree")
    declared = {
        each.findtext("name"): (each.findtext("input_type"), each.findtext("mutable"))
        for each in car.findall("attributes/attribute")
    }
    assert declared == {
        "object_id": ("text", "False"), "make": ("select", "False"),
        "seen from": ("radio", "True"), "parked": ("checkbox", "False"),
        "age": ("number", "False"), "plate": ("text", "False"),
    }  # fmt: skip
    first, second = root.findall("image/mask")
    values = [{a.get("name"): a.text for a in mask.iter("attribute")} for mask in (first, second)]
    assert values[0]["age"] == "2.5" and values[1]["age"] == "9.5"
    assert values[0]["parked"] == "true" and values[0]["make"] == "Audi"
    assert declared_labels(project_of(root, source)) == (CAR, TREE)


@pytest.fixture
def project_of(tmp_path: Path, make_project):
    """A new project out of exported XML."""

    def read(root, source):
        path = tmp_path / "annotations.xml"
        path.write_bytes(ElementTree.tostring(root))
        cvat = IMPORT_FORMATS["cvat"]
        imported = cvat.read(path, ImportTarget.of(source), cvat.values({}), silent)
        project = make_project(source, {}, objects={})
        project.apply(import_edit(project, imported)[0])
        return project

    return read


def test_only_labels_that_say_something_are_declared(make_project, memory_source) -> None:
    project = make_project(memory_source(), {}, objects={})
    attribute = ImportedAttribute("age", "3", ("5", "1"), "number")
    labels = (
        ImportedLabel("bare"),
        ImportedLabel("red", (255, 0, 0)),
        ImportedLabel("old", None, (attribute, ImportedAttribute("object_id"))),
    )
    project.apply(import_edit(project, Imported((), (), labels))[0])
    red, old = declared_labels(project)
    assert red == LabelSpec("red", (255, 0, 0))
    assert old.attributes == (AttributeSpec("age", default="3"),), "bounds that are none: text"


def test_a_job_remembers_types_and_reads_older_projects() -> None:
    attribute = Attribute(4, "make", "Audi", "select", ("Audi", "BMW"), True)
    job = Job("http://x", 1, 2, "t", "new", (0, 1), (0, 1), (), 8, 6,
              (Label(3, "car", None, (attribute,)),))  # fmt: skip
    stored = job.to_json()
    assert Job.from_json(json.loads(json.dumps(stored))) == job
    stored["labels"][0]["attributes"] = [[4, "make", "Audi"]]
    assert Job.from_json(stored).labels[0].attributes == (Attribute(4, "make", "Audi"),)


def test_nothing_comes_in_over_a_locked_object(make_project, memory_source, hard_masks) -> None:
    source = memory_source()
    masks = {(0, 1): hard_masks["hole"]}
    project = make_project(source, masks, objects={1: AnnotatedObject(1, "car")})
    project.apply(lock_objects(project, [1], True))
    shape = Shape(0, 1, "car", mask=Mask.from_array(hard_masks["corner"]))
    imported = Imported((ImportedObject(1, "car", proposed_id=1),), (shape,))
    edit, summary = import_edit(project, imported, ImportPolicy(ObjectPolicy.MATCH))
    assert not edit.changes and summary.kept_back == 1
    assert "locked" in summary.notes()[0]
