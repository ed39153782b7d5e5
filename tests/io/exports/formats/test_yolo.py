"""YOLO, read with supervision and with Ultralytics' own rules."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from mask_strategies import annotated, filled, parts

from vostool.io.exports.exporters import (
    ExportItem,
    ExportOptions,
    ImageFiles,
    Split,
    SplitBy,
    export_dataset,
)
from vostool.progress import silent
from vostool.project.objects import AnnotatedObject


def rows(folder, frame, part="train"):
    text = (folder / f"labels/{part}/frame_{frame:06d}.txt").read_text()
    return [[float(value) for value in line.split()] for line in text.splitlines()]


def painted(row, shape):
    """As Ultralytics does: float32, scaled, cut down to whole pixels, cv2.fillPoly."""
    points = np.array(row[1:], np.float32).reshape(-1, 2) * np.array(shape[::-1], np.float32)
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, points.astype(np.int32)[None], 1)
    return mask.astype(bool)


@settings(max_examples=40, deadline=None)
@given(annotated())
def test_every_part_comes_back_exactly_with_its_holes_filled(write_masks, given_masks):
    shape, masks = given_masks
    folder, report = write_masks("yolo-seg", shape, masks)
    for frame in {frame for frame, _ in masks}:
        arrays = [masks[key] for key in sorted(masks) if key[0] == frame]
        expected = [filled(part) for array in arrays for part in parts(array)]
        found = [painted(row, shape) for row in rows(folder, frame)]
        assert sorted(m.tobytes() for m in found) == sorted(m.tobytes() for m in expected)
        for row in rows(folder, frame):
            # Seven numbers or more: Ultralytics takes five for a box and mixed files for damaged.
            assert len(row) >= 7
            assert len(row) % 2 == 1
            assert all(0 <= value <= 1 for value in row[1:])
    told = any("holes" in text for text in report.warnings)
    assert told == any((filled(p) != p).any() for m in masks.values() for p in parts(m))


@settings(max_examples=15, deadline=None)
@given(annotated())
def test_only_the_largest_part_by_choice(write_masks, given_masks):
    shape, masks = given_masks
    options = {"yolo-seg": {"parts": "largest"}}
    folder, report = write_masks("yolo-seg", shape, masks, format_options=options)
    several = False
    for frame in {frame for frame, _ in masks}:
        arrays = [masks[key] for key in sorted(masks) if key[0] == frame and masks[key].any()]
        found = [painted(row, shape) for row in rows(folder, frame)]
        assert len(found) == len(arrays)
        for array, mask in zip(arrays, found, strict=True):
            sizes = [filled(part).sum() for part in parts(array)]
            several |= len(sizes) > 1
            assert mask.sum() == max(sizes)
    assert any("only the largest" in text for text in report.warnings) == several


@settings(max_examples=25, deadline=None)
@given(annotated())
def test_boxes_are_tight(write_masks, given_masks):
    shape, masks = given_masks
    folder, _ = write_masks("yolo-detect", shape, masks)
    for frame in {frame for frame, _ in masks}:
        arrays = [masks[key] for key in sorted(masks) if key[0] == frame and masks[key].any()]
        found = rows(folder, frame)
        assert len(found) == len(arrays)
        for array, (_, x, y, w, h) in zip(arrays, found, strict=True):
            ys, xs = np.nonzero(array)
            edges = [(x - w / 2) * shape[1], (y - h / 2) * shape[0], w * shape[1], h * shape[0]]
            tight = [xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1]
            assert edges == pytest.approx(tight, abs=1e-5)


def test_a_tolerance_keeps_the_outline_near(write_masks):
    y, x = np.mgrid[:90, :120]
    disc = (x - 60) ** 2 + (y - 45) ** 2 < 40**2
    exact, _ = write_masks("yolo-seg", disc.shape, {(0, 1): disc})
    simple, _ = write_masks("yolo-seg", disc.shape, {(0, 1): disc}, polygon_tolerance=1.0)
    (first,), (second,) = rows(exact, 0), rows(simple, 0)
    assert len(second) < len(first) / 2
    near = cv2.dilate(disc.astype(np.uint8), np.ones((3, 3))) > 0
    sure = cv2.erode(disc.astype(np.uint8), np.ones((5, 5))) > 0
    got = painted(second, disc.shape)
    assert not (got & ~near).any()
    assert not (sure & ~got).any()


@settings(max_examples=12, deadline=None)
@given(annotated())
def test_supervision_which_rounds_sees_the_same_pixels(tools, write_masks, given_masks):
    shape, masks = given_masks
    labels = dict(zip(sorted({oid for _, oid in masks}), ("car", "dog", "cat"), strict=False))
    folder, _ = write_masks("yolo-seg", shape, masks, images=ImageFiles.PNG)
    found = tools("yolo", folder, part="train", masks=True)
    seen = sorted((int(e["name"][-6:]), e["label"], e["mask"].tobytes()) for e in found)
    assert seen == sorted(
        (frame, labels[oid], filled(part).tobytes())
        for (frame, oid), array in masks.items()
        for part in parts(array)
    )


@settings(max_examples=8, deadline=None)
@given(annotated())
def test_supervision_reads_the_boxes(tools, write_masks, given_masks):
    shape, masks = given_masks
    folder, _ = write_masks("yolo-detect", shape, masks, images=ImageFiles.PNG)
    found = tools("yolo", folder, part="train", masks=False)
    boxes = sorted((int(e["name"][-6:]), [round(v, 2) for v in e["box"]]) for e in found)
    expected = []
    for (frame, _), array in masks.items():
        if array.any():
            ys, xs = np.nonzero(array)
            expected.append((frame, [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]))
    assert boxes == sorted(expected, key=lambda item: (item[0], [float(v) for v in item[1]]))


@pytest.fixture
def three_objects(hard_masks):
    """Each hard mask on a frame of its own, as it is, and turned over for two other objects."""
    masks = {}
    for frame, mask in enumerate(hard_masks.values()):
        masks |= {(frame, 1): mask, (frame, 2): np.flip(mask, 1), (frame, 4): np.flip(mask, 0)}
    return masks


LABELS = {1: "car", 2: "dog", 4: "cat"}


def test_ultralytics_itself_trains_on_every_part(ultralytics, write_masks, three_objects):
    folder, _ = write_masks("yolo-seg", (12, 16), three_objects, images=ImageFiles.PNG)
    found = ultralytics("yolo", folder, part="train")
    said = [e["said"] for e in found if "said" in e]
    assert said == [""] * (1 + max(frame for frame, _ in three_objects))
    assert not any(e.get("missing") or e.get("corrupt") for e in found)
    assert sorted(
        (int(e["name"][-6:]), e["label"], e["mask"].tobytes()) for e in found if "mask" in e
    ) == sorted(
        (frame, LABELS[oid], filled(part).tobytes())
        for (frame, oid), array in three_objects.items()
        for part in parts(array)
    )


def test_ultralytics_and_datumaro_read_the_boxes(
    ultralytics, read_with_datumaro, write_masks, three_objects
):
    folder, _ = write_masks("yolo-detect", (12, 16), three_objects, images=ImageFiles.PNG)
    expected = []
    for (frame, oid), array in three_objects.items():
        ys, xs = np.nonzero(array)
        expected.append((frame, LABELS[oid], [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]))
    rows = ultralytics("yolo", folder, part="train")
    assert not any(e.get("missing") or e.get("corrupt") or e.get("said") for e in rows)
    assert near((int(e["name"][-6:]), e["label"], e["box"]) for e in rows if "box" in e) == near(
        expected
    )
    assert near(
        (int(item["name"][-6:]), entry["label"], corners(entry["bbox"]))
        for item in read_with_datumaro("yolo", folder)["items"]
        for entry in item["annotations"]
    ) == near(expected)


def near(entries):
    return sorted(
        (frame, label, [round(float(edge), 2) for edge in box]) for frame, label, box in entries
    )


def corners(box):
    x, y, width, height = box
    return [x, y, x + width, y + height]


def test_empty_frames_have_an_empty_file(write_masks, hard_masks):
    masks = {(0, 1): hard_masks["full"], (1, 1): np.zeros((12, 16), bool)}
    folder, _ = write_masks("yolo-seg", (12, 16), masks)
    assert (folder / "labels/train/frame_000001.txt").read_bytes() == b""


@pytest.mark.parametrize("label", ['a: "b" #c', "- x", "yes", "7", "Łódź 車 🚗", "tab\there"])
def test_data_yaml_holds_any_label(write_masks, hard_masks, label):
    masks = {(0, 1): hard_masks["full"]}
    folder, report = write_masks("yolo-seg", (12, 16), masks, labels=(label,))
    content = yaml.safe_load((folder / "data.yaml").read_text("utf-8"))
    assert content == {"train": "images/train", "val": "images/train", "names": {0: label}}
    assert any("same pictures" in text for text in report.warnings)


def test_parts_and_videos_have_folders_of_their_own(
    tmp_path, memory_source, make_project, hard_masks
):
    source = memory_source(10)
    objects = {1: AnnotatedObject(1, "dog"), 2: AnnotatedObject(2, "car")}
    masks = {(frame, oid): hard_masks["full"] for frame in range(10) for oid in (1, 2)}
    items = [
        ExportItem(make_project(source, masks, objects=objects).snapshot(), source, name)
        for name in ("one", "two")
    ]
    options = ExportOptions(
        images=ImageFiles.JPEG, split=Split(SplitBy.TIME, train=0.6, val=0.2, test=0.2)
    )
    report = export_dataset(items, ["yolo-detect"], tmp_path / "out", options, silent)
    folder = tmp_path / "out" / "yolo-detect"
    content = yaml.safe_load((folder / "data.yaml").read_text())
    assert [content[part] for part in ("train", "val", "test")] == [
        "images/train",
        "images/val",
        "images/test",
    ]
    assert content["names"] == {0: "dog", 1: "car"}
    for part, count in (("train", 6), ("val", 2), ("test", 2)):
        for video in ("one", "two"):
            pictures = {p.stem for p in (folder / "images" / part / video).glob("*.jpg")}
            labels = {p.stem for p in (folder / "labels" / part / video).glob("*.txt")}
            assert pictures == labels
            assert len(pictures) == count
    assert not any("same pictures" in text for text in report.warnings)


def test_rows_that_repeat_are_told(write_masks, hard_masks):
    masks = {(0, 1): hard_masks["full"], (0, 2): hard_masks["full"]}
    _, report = write_masks("yolo-detect", (12, 16), masks, labels=("car",))
    assert any("1 rows repeat" in text for text in report.warnings)
