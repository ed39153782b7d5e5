"""COCO, read back with pycocotools."""

from __future__ import annotations

import contextlib
import io
import json

import numpy as np
import pytest
from pycocotools.coco import COCO

from vostool.errors import ExportError, UsageError
from vostool.masks.mask import Mask
from vostool.project.objects import AnnotatedObject


@pytest.fixture
def exported(tmp_path, run_export):
    """Export and load with pycocotools."""

    def run(project, source, **options):
        report = run_export(project, source, "coco", tmp_path / "out", **options)
        with contextlib.redirect_stdout(io.StringIO()):
            return COCO(str(report.written[0].main)), report

    return run


def masks_by_key(coco):
    """Decoded masks by (frame, object id)."""
    return {
        (coco.imgs[a["image_id"]]["frame_id"], a["attributes"]["track_id"]): coco.annToMask(a) > 0
        for a in coco.anns.values()
    }


def test_every_hard_mask_comes_back(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    masks = {(frame, 1): array for frame, array in enumerate(hard_masks.values())}
    coco, _ = exported(make_project(source, masks), source)
    found = masks_by_key(coco)
    assert found.keys() == masks.keys()
    assert all((found[key] == masks[key]).all() for key in masks)


def test_areas_and_boxes_are_those_of_the_pixels(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    masks = {(frame, 1): array for frame, array in enumerate(hard_masks.values())}
    coco, _ = exported(make_project(source, masks), source)
    for annotation in coco.anns.values():
        array = masks[coco.imgs[annotation["image_id"]]["frame_id"], 1]
        rows, columns = np.nonzero(array)
        x, y = int(columns.min()), int(rows.min())
        box = [x, y, int(columns.max()) - x + 1, int(rows.max()) - y + 1]
        assert annotation["bbox"] == box
        assert annotation["area"] == array.sum()
        assert isinstance(annotation["segmentation"]["counts"], str)
        assert annotation["segmentation"]["size"] == [12, 16]


def test_ids_start_at_one_and_never_repeat(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    masks = {(f, oid): hard_masks["hole"] for f in (3, 5, 6) for oid in (2, 9)}
    coco, report = exported(make_project(source, masks), source)
    raw = json.loads(report.written[0].main.read_text())
    assert [i["id"] for i in raw["images"]] == [1, 2, 3]
    assert [i["frame_id"] for i in raw["images"]] == [3, 5, 6]
    assert [a["id"] for a in raw["annotations"]] == [1, 2, 3, 4, 5, 6]
    assert [c["id"] for c in raw["categories"]] == [1]
    assert {a["iscrowd"] for a in raw["annotations"]} == {0}
    assert [a["attributes"]["track_id"] for a in raw["annotations"]] == [2, 9] * 3
    assert len(coco.getAnnIds(imgIds=[2])) == 2


def test_labels_become_categories_once_each(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    labels = {1: "car", 2: 'Łódź <"&"> 車', 3: "car"}
    objects = {oid: AnnotatedObject(oid, label) for oid, label in labels.items()}
    masks = {(0, oid): hard_masks["hole"] for oid in labels}
    coco, _ = exported(make_project(source, masks, objects=objects), source)
    names = {number: category["name"] for number, category in coco.cats.items()}
    assert names == {1: "car", 2: labels[2]}
    found = {a["attributes"]["track_id"]: names[a["category_id"]] for a in coco.anns.values()}
    assert found == labels


def test_frames_without_objects_are_images_without_annotations(
    exported, memory_source, make_project, hard_masks
):
    source = memory_source()
    coco, _ = exported(make_project(source, {(0, 1): hard_masks["hole"], (4, 1): None}), source)
    assert [i["frame_id"] for i in coco.imgs.values()] == [0, 4]
    assert coco.getAnnIds(imgIds=[2]) == []


def test_no_attribute_named_keyframe_ever(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    attributes = (("keyframe", "yes"), ("plate", "B 1"))
    objects = {1: AnnotatedObject(1, "car", attributes=attributes)}
    coco, report = exported(
        make_project(source, {(0, 1): hard_masks["hole"]}, objects=objects), source
    )
    assert coco.anns[1]["attributes"] == {"occluded": False, "track_id": 1, "plate": "B 1"}
    assert any("keyframe" in text for text in report.warnings)


def test_polygons_cover_the_same_pixels(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    masks = {(f, 1): a for f, (n, a) in enumerate(hard_masks.items()) if n != "hole"}
    options = {"coco": {"segmentation": "polygon"}}
    coco, report = exported(make_project(source, masks), source, format_options=options)
    found = masks_by_key(coco)
    assert all((found[key] == masks[key]).all() for key in masks)
    assert all(isinstance(a["segmentation"], list) for a in coco.anns.values())
    assert report.warnings == ()


def test_filled_holes_are_told(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    options = {"coco": {"segmentation": "polygon"}}
    coco, report = exported(
        make_project(source, {(0, 1): hard_masks["hole"]}), source, format_options=options
    )
    filled = hard_masks["hole"].copy()
    filled[4:6, 5:8] = True
    assert (masks_by_key(coco)[0, 1] == filled).all()
    assert coco.anns[1]["area"] == hard_masks["hole"].sum()
    assert [text for text in report.warnings if "1 mask has holes" in text]


@pytest.mark.parametrize(
    "options",
    [
        {"segmentation": "points"},
        {"colour": "red"},
    ],
)
def test_wrong_options_are_refused_before_anything_is_written(
    exported, memory_source, make_project, hard_masks, tmp_path, options
):
    source = memory_source()
    project = make_project(source, {(0, 1): hard_masks["hole"]})
    with pytest.raises(UsageError, match=r"segmentation|colour"):
        exported(project, source, format_options={"coco": options})
    assert not (tmp_path / "out").exists()


def test_a_damaged_mask_is_named_and_nothing_is_left(
    exported, memory_source, make_project, hard_masks, tmp_path
):
    source = memory_source()
    project = make_project(source, {(0, 1): hard_masks["hole"], (7, 1): hard_masks["hole"]})
    record = project.masks.get(7, 1)
    # A code that is sound in itself, but for a smaller frame.
    object.__setattr__(record, "mask", Mask(12, 16, Mask.from_array(np.ones((5, 5))).counts))
    with pytest.raises(ExportError, match="object 1 on frame 7 is damaged"):
        exported(project, source)
    assert list(tmp_path.iterdir()) == []


def test_a_mask_of_another_size_is_named(exported, memory_source, make_project, hard_masks):
    small, large = memory_source(), memory_source(10, 20, 30)
    project = make_project(small, {(2, 1): hard_masks["hole"]})
    with pytest.raises(ExportError, match="object 1 on frame 2 is 16x12, but the frame is 20x30"):
        exported(project, large)
