"""CVAT images XML, decoded by a reader of the tests' own."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from vostool.project.objects import AnnotatedObject

SPECIAL = 'Łódź "<car> & co\'s" 車\t\n'


@pytest.fixture
def exported(tmp_path, run_export):
    """Export and parse; returns the root element."""

    def run(project, source, **options):
        report = run_export(project, source, "cvat-images", tmp_path / "out", **options)
        return ET.parse(report.written[0].main).getroot(), report

    return run


def decode(element, shape):
    """One <mask>, pixel by pixel, as CVAT's importer reads it."""
    runs = [int(text) for text in element.get("rle").split(",")]
    left, top = int(element.get("left")), int(element.get("top"))
    width, height = int(element.get("width")), int(element.get("height"))
    assert sum(runs) == width * height
    assert left >= 0
    assert top >= 0
    assert left + width <= shape[1]
    assert top + height <= shape[0]
    array = np.zeros(shape, bool)
    place = 0
    for number, run in enumerate(runs):
        for pixel in range(place, place + run):
            array[top + pixel // width, left + pixel % width] = number % 2 == 1
        place += run
    return array


def test_every_hard_mask_comes_back(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    masks = {(frame, 1): array for frame, array in enumerate(hard_masks.values())}
    root, report = exported(make_project(source, masks), source)
    shapes = {int(i.get("id")): i.findall("mask") for i in root.iter("image")}
    assert report.masks == len(hard_masks)
    for (frame, _), array in masks.items():
        assert len(shapes[frame]) == 1
        assert (decode(shapes[frame][0], array.shape) == array).all()


def test_overlapping_objects_of_one_label_keep_masks_and_ids(
    exported, memory_source, make_project, hard_masks
):
    source = memory_source()
    objects = {2: AnnotatedObject(2, "car"), 5: AnnotatedObject(5, "car")}
    masks = {(0, 2): hard_masks["full"], (0, 5): hard_masks["hole"]}
    root, _ = exported(make_project(source, masks, objects=objects), source)
    found = root.findall("image/mask")
    assert [m.get("group_id") for m in found] == ["2", "5"]
    assert [m.find("attribute[@name='object_id']").text for m in found] == ["2", "5"]
    for mask, key in zip(found, masks, strict=True):
        assert (decode(mask, (12, 16)) == masks[key]).all()
    assert [label.findtext("name") for label in root.iter("label")] == ["car"]


def test_object_id_is_declared_for_every_label(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    objects = {1: AnnotatedObject(1, "car", (255, 0, 16)), 2: AnnotatedObject(2, "dog")}
    masks = {(0, 1): hard_masks["hole"], (0, 2): None}
    root, _ = exported(make_project(source, masks, objects=objects), source)
    labels = {label.findtext("name"): label for label in root.findall("meta/task/labels/label")}
    assert list(labels) == ["car", "dog"]
    for label in labels.values():
        declared = label.find("attributes/attribute")
        assert declared.findtext("name") == "object_id"
        assert declared.findtext("input_type") == "text"
        assert declared.findtext("mutable") == "False"
    assert labels["car"].findtext("color") == "#ff0010"


def test_attributes_are_declared_and_written(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    attributes = (("plate", 'A&B "1"'), ("object_id", "mine"), ("", "nameless"))
    objects = {1: AnnotatedObject(1, "car", attributes=attributes), 2: AnnotatedObject(2, "car")}
    masks = {(0, 1): hard_masks["hole"], (0, 2): hard_masks["corner"]}
    root, report = exported(make_project(source, masks, objects=objects), source)
    declared = [a.findtext("name") for a in root.findall(".//labels/label/attributes/attribute")]
    assert declared == ["object_id", "plate"]
    first, second = root.findall("image/mask")
    values = {a.get("name"): a.text for a in first.iter("attribute")}
    assert values == {"object_id": "1", "plate": 'A&B "1"'}
    assert [a.get("name") for a in second.iter("attribute")] == ["object_id"]
    assert any("object 1" in text for text in report.warnings)


@pytest.mark.parametrize("label", [SPECIAL, "]]>", "&amp;", "a\rb"])
def test_labels_with_special_characters_come_back(
    exported, memory_source, make_project, hard_masks, label
):
    source = memory_source()
    project = make_project(
        source, {(0, 1): hard_masks["hole"]}, objects={1: AnnotatedObject(1, label)}
    )
    root, _ = exported(project, source)
    assert root.findtext(".//label/name") == label
    assert root.find("image/mask").get("label") == label


def test_what_xml_cannot_hold_is_replaced_alike_everywhere(
    exported, memory_source, make_project, hard_masks
):
    source = memory_source()
    objects = {1: AnnotatedObject(1, "bell\x07 \udc80")}
    root, _ = exported(make_project(source, {(0, 1): hard_masks["hole"]}, objects=objects), source)
    assert root.findtext(".//label/name") == "bell\ufffd \ufffd"
    assert root.find("image/mask").get("label") == "bell\ufffd \ufffd"


def test_frame_numbers_and_names_are_absolute(exported, memory_source, make_project, hard_masks):
    source = memory_source(count=30)
    masks = {(frame, 1): hard_masks["hole"] for frame in range(30)}
    root, _ = exported(make_project(source, masks), source, first=4, last=20, every=5)
    images = [(i.get("id"), i.get("name")) for i in root.iter("image")]
    assert images == [(str(f), f"frame_{f:06d}.jpg") for f in (4, 9, 14, 19)]
    task = root.find("meta/task")
    assert task.findtext("start_frame") == "4"
    assert task.findtext("stop_frame") == "20"
    assert task.findtext("frame_filter") == "step=5"
    assert task.findtext("size") == "4"


def test_absent_objects_give_an_image_without_shapes(
    exported, memory_source, make_project, hard_masks
):
    source = memory_source()
    masks = {(0, 1): hard_masks["hole"], (3, 1): None}
    root, report = exported(make_project(source, masks), source)
    assert {i.get("id"): len(i) for i in root.iter("image")} == {"0": 1, "3": 0}
    assert (report.frames, report.masks, report.objects) == (2, 1, 1)


def test_never_a_track_and_one_shape_a_mask(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    masks = {(frame, 1): hard_masks["parts"] for frame in range(5)}
    root, _ = exported(make_project(source, masks), source)
    assert root.find("track") is None
    assert len(root.findall("image/mask")) == 5
    assert root.findtext("version") == "1.1"


def test_names_of_an_image_folder_are_those_of_its_files(
    exported, memory_source, make_project, hard_masks, tmp_path
):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("b&w.PNG", "two.jpg", "two.png"):
        (folder / name).touch()
    source = memory_source(3, names=["b&w", "two", "two"], path=folder)
    masks = {(frame, 1): hard_masks["hole"] for frame in range(3)}
    root, report = exported(make_project(source, masks), source)
    names = [i.get("name") for i in root.iter("image")]
    assert names == ["b&w.PNG", "two.jpg", "two_000002.jpg"]
    assert any("share a name" in text for text in report.warnings)


def test_hidden_objects_are_exported(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    objects = {1: AnnotatedObject(1, "car", visible=False)}
    root, _ = exported(make_project(source, {(0, 1): hard_masks["hole"]}, objects=objects), source)
    assert len(root.findall("image/mask")) == 1


def test_many_objects_on_one_frame(exported, memory_source, make_project):
    source = memory_source(1, 64, 64)
    masks = {}
    for oid in range(1, 401):
        masks[0, oid] = np.zeros((64, 64), bool)
        masks[0, oid][oid // 21 * 3, oid % 21 * 3] = True
    root, report = exported(make_project(source, masks), source)
    found = {int(m.get("group_id")): m for m in root.iter("mask")}
    assert report.objects == len(found) == 400
    assert all((decode(found[oid], (64, 64)) == masks[0, oid]).all() for oid in (1, 200, 400))
