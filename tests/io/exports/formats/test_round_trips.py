"""Arbitrary masks out of every lossless format, and CVAT's and COCO's polygons and boxes."""

from __future__ import annotations

import contextlib
import io
import xml.etree.ElementTree as ET

import cv2
import numpy as np
import pytest
from cvat_sdk.masks import decode_mask
from hypothesis import given, settings
from mask_strategies import annotated
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from vostool.io.exports.exporters import (
    FORMATS,
    ExportItem,
    ExportOptions,
    ImageFiles,
    Split,
    SplitBy,
    export_dataset,
)
from vostool.progress import silent
from vostool.project.objects import AnnotatedObject


def read_coco(folder, shape):
    """By pycocotools, which mixes frames up silently where ids repeat."""
    with contextlib.redirect_stdout(io.StringIO()):
        data = COCO(folder / "annotations/instances_default.json")
    assert sorted(data.imgs) == list(range(1, len(data.imgs) + 1))
    assert sorted(data.anns) == list(range(1, len(data.dataset["annotations"]) + 1))
    found = {}
    for annotation in data.anns.values():
        frame = data.imgs[annotation["image_id"]]["frame_id"]
        array = data.annToMask(annotation).astype(bool)
        assert annotation["iscrowd"] == 0
        found[frame, annotation["attributes"]["track_id"]] = array
    return found


def read_cvat(folder, shape):
    root = ET.parse(folder / "annotations.xml").getroot()
    declared = {label.findtext("name") for label in root.iter("label")}
    found = {}
    for image in root.iter("image"):
        for mask in image.iter("mask"):
            assert mask.get("label") in declared
            left, top, width, height = (
                int(mask.get(k)) for k in ("left", "top", "width", "height")
            )
            runs = [int(value) for value in mask.get("rle").split(",")]
            code = [*runs, left, top, left + width - 1, top + height - 1]
            array = decode_mask(code, image_width=shape[1], image_height=shape[0])
            found[int(image.get("id")), int(mask.get("group_id"))] = array
    return found


def read_binary(folder, shape):
    found = {}
    for path in folder.glob("clip/*/*.png"):
        with Image.open(path) as picture:
            array = np.array(picture)
        assert set(np.unique(array).tolist()) <= {0, 255}
        if array.any():
            found[int(path.stem), int(path.parent.name)] = array == 255
    return found


READERS = {"coco": read_coco, "cvat-images": read_cvat, "masks-binary": read_binary}


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=25, deadline=None)
@given(given_masks=annotated())
def test_masks_come_back_identical(write_masks, name, given_masks):
    shape, masks = given_masks
    folder, _ = write_masks(name, shape, masks)
    found = READERS[name](folder, shape)
    present = {key: array for key, array in masks.items() if array.any()}
    assert found.keys() == present.keys()
    assert all(np.array_equal(found[key], present[key]) for key in present)


@settings(max_examples=25, deadline=None)
@given(annotated())
def test_a_palette_picture_keeps_all_but_overlaps(write_masks, given_masks):
    shape, masks = given_masks
    folder, _ = write_masks("masks", shape, masks)
    first = {}
    for (frame, oid), array in sorted(masks.items()):
        if array.any():
            first.setdefault(oid, frame)
    numbers = {oid: n for n, oid in enumerate(sorted(first, key=lambda oid: (first[oid], oid)), 1)}
    for frame in {frame for frame, _ in masks}:
        expected = np.zeros(shape, np.uint8)
        here = [oid for place, oid in masks if place == frame and oid in numbers]
        for oid in sorted(here, reverse=True):
            expected[masks[frame, oid]] = numbers[oid]
        with Image.open(folder / f"Annotations/clip/{frame:05d}.png") as picture:
            assert picture.mode == "P"
            assert np.array_equal(np.array(picture), expected)


@pytest.mark.parametrize("name", ["masks", "youtube-vos"])
@settings(max_examples=8, deadline=None)
@given(given_masks=annotated())
def test_trackeval_reads_the_palette_pictures(tools, write_masks, name, given_masks):
    shape, masks = given_masks
    folder, _ = write_masks(name, shape, masks)
    frames = sorted({frame for frame, _ in masks})
    found = {(e["frame"], e["id"]): e["mask"] for e in tools("davis", folder / "Annotations")}
    for place, frame in enumerate(frames):
        with Image.open(folder / f"Annotations/clip/{frame:05d}.png") as picture:
            array = np.array(picture)
        for number in set(np.unique(array).tolist()) - {0}:
            assert np.array_equal(found.pop((place, number)), array == number)
    assert not found


def filled(array):
    """Holes of a 4-connected mask filled, which is what polygons on the pixel grid hold."""
    padded = np.pad(array.astype(np.uint8), 1)
    _, background = cv2.connectedComponents(1 - padded, connectivity=8)
    return (background != background[0, 0])[1:-1, 1:-1] | array


def polygons_of(folder, name, shape):
    """Rings by (frame, object id)."""
    if name == "coco":
        with contextlib.redirect_stdout(io.StringIO()):
            data = COCO(folder / "annotations/instances_default.json")
        return {
            (data.imgs[a["image_id"]]["frame_id"], a["attributes"]["track_id"]): a["segmentation"]
            for a in data.anns.values()
        }
    found = {}
    for image in ET.parse(folder / "annotations.xml").getroot().iter("image"):
        for polygon in image.iter("polygon"):
            text = polygon.get("points")
            key = int(image.get("id")), int(polygon.get("group_id"))
            found.setdefault(key, []).append([float(v) for v in text.replace(";", ",").split(",")])
    return found


def painted(rings, shape):
    return coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(rings, *shape))).astype(bool)


POLYGONS = {"coco": {"segmentation": "polygon"}, "cvat-images": {"shape": "polygon"}}


@pytest.mark.parametrize("name", POLYGONS)
@settings(max_examples=25, deadline=None)
@given(given_masks=annotated())
def test_polygons_cover_the_masks_without_holes(write_masks, name, given_masks):
    shape, masks = given_masks
    folder, report = write_masks(name, shape, masks, format_options=POLYGONS)
    found = polygons_of(folder, name, shape)
    assert found.keys() == {key for key, array in masks.items() if array.any()}
    for key, rings in found.items():
        assert all(len(ring) >= 6 for ring in rings)
        assert np.array_equal(painted(rings, shape), filled(masks[key]))
    holes = any((filled(array) != array).any() for array in masks.values())
    assert any("holes" in text for text in report.warnings) == holes


@pytest.mark.parametrize("name", POLYGONS)
@pytest.mark.parametrize("tolerance", [0.5, 2.0])
def test_polygons_stay_within_the_tolerance(write_masks, name, tolerance):
    y, x = np.mgrid[:120, :160]
    blob = ((x - 70) / 50) ** 2 + ((y - 60) / 35) ** 2 < 1
    folder, _ = write_masks(
        name, blob.shape, {(0, 1): blob}, polygon_tolerance=tolerance, format_options=POLYGONS
    )
    ((ring,),) = polygons_of(folder, name, blob.shape).values()
    exact, _ = write_masks(name, blob.shape, {(0, 1): blob}, format_options=POLYGONS)
    ((outline,),) = polygons_of(exact, name, blob.shape).values()
    assert len(ring) < len(outline)
    corners = np.array(ring, np.float32).reshape(-1, 2)
    for corner in np.array(outline, float).reshape(-1, 2).tolist():
        assert abs(cv2.pointPolygonTest(corners, corner, True)) <= tolerance + 1e-3


def test_boxes_of_cvat_images_are_tight(write_masks, read_with_datumaro, hard_masks):
    masks = {(frame, 6): array for frame, array in enumerate(hard_masks.values())}
    options = {"cvat-images": {"shape": "box"}}
    # datumaro refuses images that are not there.
    folder, _ = write_masks(
        "cvat-images", (12, 16), masks, images=ImageFiles.JPEG, format_options=options
    )
    answer = read_with_datumaro("cvat", folder / "annotations.xml")
    found = {}
    for item in answer["items"]:
        (annotation,) = item["annotations"]
        assert annotation["group"] == 6
        found[int(item["name"].split("_")[-1])] = annotation["bbox"]
    for (frame, _), array in masks.items():
        ys, xs = np.nonzero(array)
        assert found[frame] == [xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1]


def test_every_format_writes_a_merged_and_split_data_set(
    tmp_path, memory_source, make_project, hard_masks
):
    source = memory_source(10)
    objects = {1: AnnotatedObject(1, "car"), 2: AnnotatedObject(2, "dog")}
    masks = {(f, oid): hard_masks["parts"] for f in range(10) for oid in objects}
    items = [
        ExportItem(make_project(source, masks, objects=objects).snapshot(), source, name)
        for name in ("one", "two")
    ]
    names = [name for name, entry in FORMATS.items() if entry.family == "labels"]
    for by in SplitBy:
        options = ExportOptions(split=Split(by, train=0.5, val=0.5, test=0))
        report = export_dataset(items, names, tmp_path / by.value, options, silent)
        assert report.frames == 20
        told = any("its frames are not split" in text for text in report.warnings)
        assert told == (by is SplitBy.TIME)
        assert [entry.name for entry in report.written] == names
        assert all(entry.main.exists() and entry.files for entry in report.written)
    for video, oids in (("one", {"1", "2"}), ("two", {"3", "4"})):
        path = tmp_path / "video" / "cvat-video" / video / "annotations.xml"
        root = ET.parse(path).getroot()
        assert {track.get("group_id") for track in root.iter("track")} == oids
        assert root.findtext("meta/task/subset") == {"one": "train", "two": "val"}[video]
        rows = (tmp_path / f"none/mot/{video}/gt/gt.txt").read_text().splitlines()
        assert {row.split(",")[1] for row in rows} == oids
