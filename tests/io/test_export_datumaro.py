"""CVAT and COCO exports, read back by datumaro in its own environment."""

from __future__ import annotations

import numpy as np
import pytest

from vostool.io.exporters import ImageFiles
from vostool.objects import AnnotatedObject

FORMATS = {"cvat-images": ("cvat", "object_id"), "coco": ("coco_instances", "track_id")}
LABELS = {1: "car", 2: "car", 3: 'Łódź "<b>" & 車'}


@pytest.fixture(scope="module")
def scene(memory_source, make_project, hard_masks):
    """Hard masks of three objects over frames 0..n-1, one overlap, one absence, one empty frame."""
    names = list(hard_masks)
    masks = {(f, 1): hard_masks[name] for f, name in enumerate(names)}
    masks |= {(f, 2): hard_masks[names[-1 - f]] for f in range(len(names))}
    masks |= {(0, 3): hard_masks["corner"], (1, 3): None, (len(names), 3): None}
    objects = {oid: AnnotatedObject(oid, label) for oid, label in LABELS.items()}
    source = memory_source()
    return source, make_project(source, masks, objects=objects), masks


def found_masks(answer, identity):
    """Masks by (frame, object id), each object with its label."""
    found = {}
    for item in answer["items"]:
        for annotation in item["annotations"]:
            oid = int(annotation["attributes"][identity])
            assert annotation["label"] == LABELS[oid]
            key = (int(item["name"].removeprefix("frame_")), oid)
            assert key not in found
            found[key] = annotation["mask"]
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_datumaro_reads_every_pixel(name, scene, run_export, read_with_datumaro, tmp_path):
    source, project, masks = scene
    run_export(project, source, name, tmp_path, images=ImageFiles.JPEG)
    reader, identity = FORMATS[name]
    answer = read_with_datumaro(reader, tmp_path / name)
    assert answer["labels"] == ["car", LABELS[3]]
    frames = {frame for frame, _ in masks}
    assert {item["name"] for item in answer["items"]} == {f"frame_{f:06d}" for f in frames}
    found = found_masks(answer, identity)
    expected = {key: array for key, array in masks.items() if array is not None}
    assert found.keys() == expected.keys()
    assert all((found[key] == expected[key]).all() for key in expected)


def test_datumaro_reads_coco_without_pictures(scene, run_export, read_with_datumaro, tmp_path):
    source, project, masks = scene
    run_export(project, source, "coco", tmp_path)
    found = found_masks(read_with_datumaro("coco_instances", tmp_path / "coco"), "track_id")
    assert len(found) == sum(array is not None for array in masks.values())


def test_datumaro_takes_the_object_for_the_group(scene, run_export, read_with_datumaro, tmp_path):
    source, project, _ = scene
    run_export(project, source, "cvat-images", tmp_path, images=ImageFiles.PNG)
    answer = read_with_datumaro("cvat", tmp_path / "cvat-images")
    pairs = {
        (annotation["group"], int(annotation["attributes"]["object_id"]))
        for item in answer["items"]
        for annotation in item["annotations"]
    }
    assert pairs == {(1, 1), (2, 2), (3, 3)}


def test_datumaro_reads_polygons_of_the_same_area(
    memory_source, make_project, hard_masks, run_export, read_with_datumaro, tmp_path
):
    source = memory_source()
    project = make_project(source, {(0, 1): hard_masks["border"]})
    options = {"coco": {"segmentation": "polygon"}}
    run_export(project, source, "coco", tmp_path, format_options=options)
    answer = read_with_datumaro("coco_instances", tmp_path / "coco")
    (annotation,) = answer["items"][0]["annotations"]
    assert annotation["type"] == "polygon"
    x, y = np.reshape(annotation["points"], (-1, 2)).T
    area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    assert area == hard_masks["border"].sum()
