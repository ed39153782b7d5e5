"""CVAT video XML: tracks, masks frame by frame, and the traps of CVAT's importer."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from cvat_sdk.masks import decode_mask, encode_mask
from hypothesis import given, settings
from mask_strategies import annotated
from pycocotools import mask as coco_mask

from vostool.io.exports.exporters import FrameChoice
from vostool.project.objects import AnnotatedObject

SHAPES = ("mask", "polygon", "box")


def parse(folder):
    return ET.parse(folder / "annotations.xml").getroot()


def numbers(text):
    return [float(value) for value in text.replace(";", ",").split(",")]


def mask_of(element, shape):
    """By CVAT's own code; it refuses runs that do not fill the box."""
    runs = [int(value) for value in element.get("rle").split(",")]
    left, top, width, height = (int(element.get(k)) for k in ("left", "top", "width", "height"))
    box = [left, top, left + width - 1, top + height - 1]
    return decode_mask([*runs, *box], image_width=shape[1], image_height=shape[0])


def polygon_mask(elements, shape):
    rings = [numbers(element.get("points")) for element in elements]
    return coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(rings, *shape))).astype(bool)


def simulate(root):
    """Visible shapes by (frame, object id), with CVAT's rules: a shape stays until it changes."""
    task = root.find("meta/task")
    step = int(task.findtext("frame_filter").partition("=")[2] or 1)
    grid = range(int(task.findtext("start_frame")), int(task.findtext("stop_frame")) + 1, step)
    found = {}
    for track in root.iter("track"):
        keyframes = {int(shape.get("frame")): shape for shape in track}
        assert len(keyframes) == len(track), "two keyframes on one frame"
        assert len({shape.tag for shape in track}) == 1
        assert all(shape.get("keyframe") == "1" for shape in track)
        assert set(keyframes) <= set(grid), "a frame outside the task or off its step"
        assert track[0].get("outside") == "0", "CVAT shows an outside first keyframe of a mask"
        last = None
        for frame in grid:
            last = keyframes.get(frame, last)
            if last is not None and last.get("outside") == "0":
                found.setdefault((frame, int(track.get("group_id"))), []).append(last)
    return found


@settings(max_examples=25, deadline=None)
@given(annotated())
def test_masks_are_tracks_of_one_frame_that_cvat_decodes(write_masks, given_masks):
    shape, masks = given_masks
    folder, report = write_masks("cvat-video", shape, masks)
    root = parse(folder)
    found = {}
    for track in root.iter("track"):
        frame, oid = int(track[0].get("frame")), int(track.get("group_id"))
        assert (frame, oid) not in found
        found[frame, oid] = mask_of(track[0], shape)
        assert [s.get("outside") for s in track] == ["0", "1"][: len(track)]
        assert all(mask_of(s, shape).any() for s in track)
        if len(track) == 2:
            assert int(track[1].get("frame")) == frame + 1
        stop = int(root.findtext("meta/task/stop_frame"))
        assert (len(track) == 2) == (frame + 1 < stop)
    present = {key: array for key, array in masks.items() if array.any()}
    assert found.keys() == present.keys()
    assert all(np.array_equal(found[key], present[key]) for key in present)
    assert any("no mask tracks" in text for text in report.warnings)


@settings(max_examples=25, deadline=None)
@given(annotated())
def test_run_lengths_are_those_of_cvats_own_encoder(write_masks, given_masks):
    shape, masks = given_masks
    folder, _ = write_masks("cvat-images", shape, masks)
    root = ET.parse(folder / "annotations.xml").getroot()
    for image in root.iter("image"):
        for element in image:
            array = masks[int(image.get("id")), int(element.get("group_id"))]
            *runs, left, top, right, bottom = encode_mask(array)
            assert [int(v) for v in element.get("rle").split(",")] == runs
            assert (int(element.get("left")), int(element.get("top"))) == (left, top)
            assert int(element.get("width")) == right - left + 1
            assert int(element.get("height")) == bottom - top + 1


@settings(max_examples=25, deadline=None)
@given(annotated())
def test_polygon_tracks_show_the_masks_without_holes(write_masks, given_masks):
    shape, masks = given_masks
    options = {"cvat-video": {"shape": "polygon"}}
    folder, report = write_masks("cvat-video", shape, masks, format_options=options)
    found = simulate(parse(folder))
    present = {key: array for key, array in masks.items() if array.any()}
    assert found.keys() == present.keys()
    for key, elements in found.items():
        assert all(len(element.get("points").split(";")) >= 3 for element in elements)
        assert not any(element.get("points").endswith(";") for element in elements)
        painted = polygon_mask(elements, shape)
        assert painted[present[key]].all()
        assert not (painted & ~present[key]).any() or any("holes" in w for w in report.warnings)


@settings(max_examples=25, deadline=None)
@given(annotated())
def test_box_tracks_show_the_tight_boxes_and_nothing_else(write_masks, given_masks):
    shape, masks = given_masks
    options = {"cvat-video": {"shape": "box"}}
    folder, _ = write_masks("cvat-video", shape, masks, format_options=options)
    found = simulate(parse(folder))
    present = {key: array for key, array in masks.items() if array.any()}
    assert found.keys() == present.keys()
    for key, (element,) in found.items():
        ys, xs = np.nonzero(present[key])
        edges = [float(element.get(name)) for name in ("xtl", "ytl", "xbr", "ybr")]
        assert edges == [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]


@pytest.mark.parametrize("shape", SHAPES)
def test_steps_ranges_and_gaps_stay_on_the_grid(write_masks, hard_masks, shape):
    masks = {(frame, 1): hard_masks["parts"] for frame in (0, 3, 5, 9, 11, 13, 20)}
    folder, report = write_masks(
        "cvat-video",
        (12, 16),
        masks,
        first=3,
        last=15,
        every=2,
        format_options={"cvat-video": {"shape": shape}},
    )
    root = parse(folder)
    assert {frame for frame, _ in simulate(root)} >= {3, 5, 9, 11, 13}
    if shape != "mask":
        assert {frame for frame, _ in simulate(root)} == {3, 5, 9, 11, 13}
    task = root.find("meta/task")
    assert [task.findtext(k) for k in ("start_frame", "stop_frame", "frame_filter", "size")] == [
        "3",
        "15",
        "step=2",
        "7",
    ]
    assert task.findtext("mode") == "interpolation"
    assert task.findtext("original_size/width") == "16"
    assert report.frames == 5


def test_a_track_seen_at_the_end_needs_no_end_and_a_longer_task_is_told_of(write_masks, hard_masks):
    masks = {(frame, 1): hard_masks["full"] for frame in range(10)}
    options = {"format_options": {"cvat-video": {"shape": "box"}}}
    folder, report = write_masks("cvat-video", (12, 16), masks, **options)
    assert [s.get("outside") for s in parse(folder).iter("box")] == ["0"] * 10
    assert report.warnings == ()
    folder, report = write_masks("cvat-video", (12, 16), masks, last=4, **options)
    assert [s.get("frame") for s in parse(folder).iter("box")] == list("01234")
    assert any("go on to its end" in text for text in report.warnings)


def test_absent_at_the_stop_frame_is_outside(write_masks, hard_masks):
    masks = {(0, 1): hard_masks["full"], (1, 1): np.zeros((12, 16), bool)}
    options = {"cvat-video": {"shape": "box"}}
    folder, _ = write_masks("cvat-video", (12, 16), masks, format_options=options)
    assert [(s.get("frame"), s.get("outside")) for s in parse(folder).iter("box")] == [
        ("0", "0"),
        ("1", "1"),
    ]


def test_every_part_is_a_track_of_its_object_and_holes_are_told(write_masks, hard_masks):
    masks = {(0, 7): hard_masks["parts"], (1, 7): hard_masks["hole"]}
    options = {"cvat-video": {"shape": "polygon"}}
    folder, report = write_masks("cvat-video", (12, 16), masks, format_options=options)
    tracks = list(parse(folder).iter("track"))
    assert [track.get("group_id") for track in tracks] == ["7", "7"]
    assert [track.get("id") for track in tracks] == ["0", "1"]
    assert {a.text for a in parse(folder).iter("attribute") if a.get("name") == "object_id"} == {
        "7"
    }
    assert any("holes" in text for text in report.warnings)
    assert any("several parts" in text for text in report.warnings)


def test_attributes_are_declared_and_absolute_frames_written(
    tmp_path, run_export, memory_source, make_project, hard_masks
):
    source = memory_source(30)
    attributes = (("plate", 'A&B "1"'), ("object_id", "mine"))
    objects = {3: AnnotatedObject(3, "c<a>r", (255, 0, 16), attributes=attributes)}
    project = make_project(source, {(20, 3): hard_masks["hole"]}, objects=objects)
    report = run_export(project, source, "cvat-video", tmp_path / "out", first=10)
    root = ET.parse(report.written[0].main).getroot()
    declared = [a.findtext("name") for a in root.findall(".//label/attributes/attribute")]
    assert declared == ["object_id", "plate"]
    shape = root.find("track/mask")
    assert {a.get("name"): a.text for a in shape} == {"object_id": "3", "plate": 'A&B "1"'}
    assert shape.get("frame") == "20"
    assert root.find("track").get("label") == "c<a>r"
    assert root.findtext(".//label/color") == "#ff0010"
    assert any("object 3" in text for text in report.warnings)


@pytest.mark.parametrize("shape", ["polygon", "box"])  # datumaro fails on any mask in a track
def test_datumaro_reads_the_tracks(write_masks, read_with_datumaro, hard_masks, shape):
    masks = {(frame, 2): hard_masks[name] for frame, name in enumerate(("full", "border", "full"))}
    options = {"cvat-video": {"shape": shape}}
    folder, _ = write_masks("cvat-video", (12, 16), masks, format_options=options)
    answer = read_with_datumaro("cvat", folder / "annotations.xml")
    found = {}
    for item in answer["items"]:
        for annotation in item["annotations"]:
            if not annotation["attributes"].get("outside"):
                found[int(item["index"])] = annotation
    assert set(found) == {0, 1, 2}
    for annotation in found.values():
        assert annotation["label"] == "car"
        assert str(annotation["attributes"]["object_id"]) == "2"
        assert annotation["bbox"] == [0, 0, 16, 12]


def test_unlabelled_frames_of_all_frames_are_outside(write_masks, hard_masks):
    masks = {(frame, 1): hard_masks["full"] for frame in (0, 4)}
    folder, _ = write_masks(
        "cvat-video",
        (12, 16),
        masks,
        frames=FrameChoice.ALL,
        format_options={"cvat-video": {"shape": "box"}},
    )
    assert {frame for frame, _ in simulate(parse(folder))} == {0, 4}
