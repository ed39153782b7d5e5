"""What others read of marks on frames, check boxes and numbers, and supervision of our COCO."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from pycocotools.coco import COCO

from vostool.io.exports.exporters import ImageFiles
from vostool.project.changes import Cell, Table
from vostool.project.labels import AttributeKind, AttributeSpec, LabelSpec, labels_json
from vostool.project.mask_notes import OCCLUDED, note_cell
from vostool.project.objects import AnnotatedObject
from vostool.project.project_labels import LABELS_SETTING

FORMATS = ("cvat-images", "cvat-video", "coco", "mot")
HIDDEN = {(1, 1), (2, 5)}
SPECS = (
    AttributeSpec("parked", AttributeKind.CHECKBOX, (), "false"),
    AttributeSpec("wheels", AttributeKind.NUMBER, ("0", "100", "1"), "0"),
    AttributeSpec("speed", AttributeKind.NUMBER, ("-100", "100", "0.1"), "0"),
)
OWN = (("parked", "true"), ("wheels", "4"), ("speed", "-2.5"), ("plate", "7"))


@pytest.fixture(scope="module")
def exported(tmp_path_factory, run_export, memory_source, make_project):
    """Two cars on three frames; each is occluded on one."""
    source = memory_source()
    masks = {}
    for frame in range(3):
        for oid, top in ((1, 1), (5, 6)):
            masks[frame, oid] = np.zeros((12, 16), bool)
            masks[frame, oid][top : top + 4, 2 + frame : 8 + frame] = True
    objects = {oid: AnnotatedObject(oid, "car", attributes=OWN) for oid in (1, 5)}
    project = make_project(source, masks, objects=objects)
    labels = Cell(Table.SETTINGS, LABELS_SETTING), labels_json([LabelSpec("car", None, SPECS)])
    project.load([labels, *((note_cell(OCCLUDED, *key), True) for key in HIDDEN)])
    folder = tmp_path_factory.mktemp("marks")
    values = {"mot": {"origin": 0}, "cvat-video": {"shape": "box"}}
    run_export(project, source, list(FORMATS), folder, images=ImageFiles.PNG, format_options=values)
    return folder, masks


READ = {
    "cvat-images": ("cvat", "annotations.xml", "object_id"),
    "cvat-video": ("cvat", "annotations.xml", "object_id"),
    "coco": ("coco_instances", "annotations/instances_default.json", "track_id"),
    "mot": ("mot_seq", "clip/gt/gt.txt", "track_id"),
}


@pytest.mark.parametrize("name", READ)
def test_datumaro_reads_what_is_occluded(exported, read_with_datumaro, name) -> None:
    folder, masks = exported
    reader, main, identity = READ[name]
    found, hidden = set(), set()
    for item in read_with_datumaro(reader, folder / name / main)["items"]:
        for annotation in item["annotations"]:
            attributes = annotation["attributes"]
            if attributes.get("outside"):
                continue  # where a track ends
            frame = int(item["name"].split("_")[-1]) - (name == "mot")
            key = frame, int(attributes[identity])
            found.add(key)
            hidden |= {key} if attributes["occluded"] else set()
    assert found == masks.keys()
    assert hidden == HIDDEN


@pytest.mark.parametrize("name", ["cvat-images", "coco"])
def test_datumaro_reads_check_boxes_and_numbers_as_such(exported, read_with_datumaro, name) -> None:
    folder, _ = exported
    reader, main, _ = READ[name]
    item = read_with_datumaro(reader, folder / name / main)["items"][0]
    attributes = item["annotations"][0]["attributes"]
    assert attributes["parked"] is True
    assert attributes["wheels"] == 4 and attributes["speed"] == -2.5
    assert not isinstance(attributes["wheels"], str)


def test_pycocotools_reads_kinds_and_marks(exported) -> None:
    folder, masks = exported
    with contextlib.redirect_stdout(io.StringIO()):
        data = COCO(folder / "coco/annotations/instances_default.json")
    for annotation in data.anns.values():
        own = dict(annotation["attributes"])
        key = data.imgs[annotation["image_id"]]["frame_id"], own.pop("track_id")
        assert own.pop("occluded") is (key in HIDDEN)
        assert own == {"parked": True, "wheels": 4, "speed": -2.5, "plate": "7"}
        assert isinstance(own["wheels"], int)
        assert np.array_equal(data.annToMask(annotation) > 0, masks[key])


def test_supervision_reads_the_masks_of_coco(exported, tools) -> None:
    folder, masks = exported
    found = tools("coco", folder / "coco")
    assert {entry["label"] for entry in found} == {"car"}
    own = sorted((int(e["name"].split("_")[-1]), e["mask"].tobytes()) for e in found)
    assert own == sorted((frame, mask.tobytes()) for (frame, _), mask in masks.items())
    for entry in found:
        ys, xs = np.nonzero(entry["mask"])
        assert entry["box"] == [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
