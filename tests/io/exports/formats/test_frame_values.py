"""Values a frame of attributes, as others and we ourselves read them from our exports."""

from __future__ import annotations

import json

import numpy as np
import pytest
from cvat_task import CvatTask, declared_labels

from vostool.io.exports.exporters import ImageFiles
from vostool.io.imports.edit import import_edit
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.importers import read_labels
from vostool.project.changes import Cell, Table
from vostool.project.frame_values import FrameValues, lines_value, values_cell
from vostool.project.labels import AttributeKind, AttributeSpec, LabelSpec, labels_json
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project
from vostool.project.project_labels import LABELS_SETTING

FRAMES = 12
SPECS = (
    AttributeSpec("state", AttributeKind.SELECT, ("away", "near", "open"), "away", mutable=True),
    AttributeSpec("view", AttributeKind.RADIO, ("side", "top"), "side", mutable=True),
    AttributeSpec("parked", AttributeKind.CHECKBOX, (), "false", mutable=True),
    AttributeSpec("speed", AttributeKind.NUMBER, ("0", "50", "0.5"), "0", mutable=True),
    AttributeSpec("note", AttributeKind.TEXT, (), "", mutable=True),
    AttributeSpec("plate", AttributeKind.TEXT, (), ""),
)
LINES = {
    1: {"state": ((3, "near"), (6, "open"), (9, "away")), "parked": ((6, "true"),),
        "speed": ((3, "2.5"), (9, "50")), "view": ((4, "top"),), "note": ((3, "<b>&"),)},
    5: {"state": ((2, "open"),), "plate": ((2, "not mutable"),)},
}  # fmt: skip
NAMES = [spec.name for spec in SPECS]


@pytest.fixture(scope="module")
def cars(memory_source, make_project):
    """Two cars with gaps and every kind of attribute."""
    source, masks = memory_source(FRAMES), {}
    for frame in range(FRAMES):
        for oid, top in ((1, 1), (5, 6)):
            if (frame, oid) not in {(5, 1), (6, 1), (0, 5)}:
                masks[frame, oid] = np.zeros((12, 16), bool)
                masks[frame, oid][top : top + 4, 2 + frame % 3 : 8 + frame % 3] = True
    own = {1: (("plate", "A"), ("state", "away")), 5: ()}
    objects = {oid: AnnotatedObject(oid, "car", attributes=own[oid]) for oid in own}
    project = make_project(source, masks, objects=objects)
    project.load([
        (Cell(Table.SETTINGS, LABELS_SETTING), labels_json([LabelSpec("car", None, SPECS)])),
        *((values_cell(oid), lines_value(lines)) for oid, lines in LINES.items()),
    ])  # fmt: skip
    return project, source, masks


@pytest.fixture(scope="module")
def exported(tmp_path_factory, run_export, cars):
    project, source, _ = cars
    folder = tmp_path_factory.mktemp("values")
    names = ["cvat-images", "cvat-video", "coco", "labelme", "youtube-vis", "mots"]
    values = {"cvat-video": {"shape": "box"}}
    report = run_export(
        project, source, names, folder, images=ImageFiles.PNG, format_options=values
    )
    return folder, report


def wanted(cars) -> dict[tuple[int, int], dict[str, str]]:
    """Every value where there is a mask, by (frame, object id)."""
    project, _, masks = cars
    read, defaults = FrameValues(project), {spec.name: spec.default for spec in SPECS}
    return {
        (frame, oid): {**defaults, **dict(read.at(project.objects[oid], frame).attributes)}
        for frame, oid in masks
    }


def test_the_fixture_changes_often_enough(cars) -> None:
    found = wanted(cars)
    assert [found[f, 1]["state"] for f in (0, 3, 7, 9)] == ["away", "near", "open", "away"]
    assert {own["plate"] for (_, oid), own in found.items() if oid == 5} == {""}


def test_cvat_has_every_value_on_its_frame(exported, cars) -> None:
    for name in ("cvat-images", "cvat-video"):
        path = exported[0] / name / "annotations.xml"
        labels = declared_labels(path)
        assert {n for n, mutable in labels["car"].items() if mutable} == set(NAMES) - {"plate"}
        task = CvatTask(labels, FRAMES)
        task.upload(path)
        found = {}
        for shape in task.shapes:
            found[shape.frame, int(shape.attributes["object_id"])] = dict(shape.attributes)
        for frame, track, shape in task.visible():
            own = {**track.attributes, **shape.attributes}
            found[frame, int(own["object_id"])] = own
        for own in found.values():
            del own["object_id"]
        assert found == wanted(cars)


def as_text(value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


READ = {
    "cvat-images": ("cvat", "annotations.xml", "object_id"),
    "cvat-video": ("cvat", "annotations.xml", "object_id"),
    "coco": ("coco_instances", "annotations/instances_default.json", "track_id"),
}


@pytest.mark.parametrize("name", READ)
def test_datumaro_reads_every_value_on_its_frame(exported, cars, read_with_datumaro, name) -> None:
    reader, main, identity = READ[name]
    found = {}
    for item in read_with_datumaro(reader, exported[0] / name / main)["items"]:
        for annotation in item["annotations"]:
            own = annotation["attributes"]
            if not own.get("outside"):
                key = int(item["name"].split("_")[-1]), int(own[identity])
                found[key] = {n: as_text(own[n]) for n in NAMES if n != "speed"}
                found[key]["speed"] = float(own["speed"] or 0)
    assert found == {
        key: {**own, "speed": float(own["speed"])} for key, own in wanted(cars).items()
    }


@pytest.mark.parametrize("name", ["cvat-images", "cvat-video", "coco", "labelme"])
def test_our_own_import_has_them_again(exported, cars, name) -> None:
    project, _, _ = cars
    again = Project(project.source)
    target = ImportTarget(16, 12, FRAMES, "frame_{:06d}".format, "clip")
    again.apply(import_edit(again, read_labels(exported[0] / name, target))[0])
    read = FrameValues(again)
    found = {}
    for frame, oid in wanted(cars):
        own = dict(read.at(again.objects[oid], frame).attributes)
        found[frame, oid] = {n: own.get(n, "") for n in NAMES}
    want = wanted(cars)
    if name == "coco":  # numbers come back as numbers are written
        for own in (*found.values(), *want.values()):
            own["speed"] = float(own["speed"])
    assert found == want


def test_formats_without_a_place_say_so(exported) -> None:
    folder, report = exported
    told = [text for text in report.warnings if "no place for values that change" in text]
    assert [text.split(":")[0] for text in told] == ["youtube-vis", "mots"]
    assert "state of 2 objects" in told[0] and "cvat-images" in told[0]
    assert "plate" not in told[0]
    (one, two) = json.loads((folder / "youtube-vis/instances.json").read_text())["annotations"]
    assert one["attributes"]["state"] == "away"
    assert two["attributes"]["state"] == "away"
