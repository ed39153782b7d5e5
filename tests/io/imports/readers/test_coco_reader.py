"""COCO, CocoVID and YouTube-VIS written by pycocotools and by hand, good and bad."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from vostool.errors import Cancelled, LabelsError
from vostool.io.imports.importers import detect_format, read_labels
from vostool.masks.box import Box

SQUARE = [2.0, 2.0, 6.0, 2.0, 6.0, 6.0, 2.0, 6.0]


def coco(annotations, images=None, **more):
    names = [{"id": 1, "file_name": "frame_000000.jpg", "width": 16, "height": 12}]
    return {
        "images": names if images is None else images,
        "categories": [{"id": 1, "name": "car"}],
        "annotations": annotations,
        **more,
    }


def annotation(number=1, image=1, **fields):
    return {"id": number, "image_id": image, "category_id": 1, "iscrowd": 0, **fields}


@pytest.fixture
def read(tmp_path, make_target):
    """Read a value as a JSON file."""

    def run(value, target=None, options=None, name="labels.json"):
        path = tmp_path / name
        text = value if isinstance(value, bytes) else json.dumps(value).encode()
        path.write_bytes(text)
        return read_labels(path, target or make_target(), options=options)

    return run


@pytest.mark.parametrize("crowd", [0, 1])
@pytest.mark.parametrize("form", ["compressed", "uncompressed", "polygon"])
def test_each_form_of_a_segmentation_is_pycocotools_mask(read, hard_masks, form, crowd):
    code = coco_mask.encode(np.asfortranarray(hard_masks["hole"].astype(np.uint8)))
    expected = hard_masks["hole"]
    if form == "compressed":
        segmentation = {"size": [12, 16], "counts": code["counts"].decode()}
    elif form == "uncompressed":
        flat = hard_masks["hole"].ravel(order="F")
        edges = np.flatnonzero(np.diff(flat.astype(int))) + 1
        segmentation = {"size": [12, 16], "counts": np.diff([0, *edges, flat.size]).tolist()}
    else:
        segmentation = [SQUARE, [8.5, 1.0, 14.0, 3.0, 9.0, 9.0]]
        expected = coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(segmentation, 12, 16)))
    fields = annotation(segmentation=segmentation, iscrowd=crowd, attributes={"track_id": 4})
    found = read(coco([fields]))
    (shape,) = found.shapes
    assert np.array_equal(shape.mask.to_array(), expected.astype(bool))
    assert (shape.frame, shape.label, found.objects[0].proposed_id) == (0, "car", 4)


@settings(max_examples=30, deadline=None)
@given(runs=st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_runs_of_length_zero_change_nothing(make_target, tmp_path_factory, runs):
    runs = [*runs, 0, 192 - sum(runs)] if sum(runs) <= 192 else [0, 192]
    pixels = np.repeat(np.arange(len(runs)) % 2, runs).reshape(16, 12).T
    path = tmp_path_factory.mktemp("runs") / "labels.json"
    code = {"size": [12, 16], "counts": runs}
    whole = annotation(2, segmentation={"size": [12, 16], "counts": [0, 192]})
    path.write_text(json.dumps(coco([annotation(segmentation=code, track_id=1), whole])))
    found = read_labels(path, make_target()).shapes
    masks = [shape.mask.to_array() for shape in found if shape.track is not None and shape.mask]
    assert len(masks) == bool(pixels.any())
    assert all(np.array_equal(mask, pixels.astype(bool)) for mask in masks)


def test_a_box_alone_is_a_box_and_attributes_are_kept(read):
    fields = annotation(bbox=[2, 3, 4, 5], attributes={"track_id": 9, "colour": "red"})
    found = read(coco([fields]))
    assert found.shapes[0].box == Box(2, 3, 6, 8)
    assert found.objects[0].attributes == (("colour", "red"),)
    assert [label.name for label in found.labels] == ["car"]


def test_cocovid_frames_and_instances(read, make_target):
    images = [
        {"id": n + 10, "file_name": f"image_{n + 1}.jpg", "frame_id": n, "video_id": 1}
        for n in range(3)
    ]
    rows = [
        annotation(n, n + 10, instance_id=7, video_id=1, segmentation=[SQUARE]) for n in range(3)
    ]
    found = read(coco(rows, images, videos=[{"id": 1, "name": "a"}]))
    assert [shape.frame for shape in found.shapes] == [0, 1, 2]
    assert [entry.proposed_id for entry in found.objects] == [7]


def test_of_several_videos_one_is_chosen(read):
    images = [
        {"id": n, "file_name": f"{name}/{frame:05d}.jpg", "frame_id": frame, "video_id": video}
        for n, (video, name, frame) in enumerate([(1, "a", 0), (1, "a", 1), (2, "b", 0)])
    ]
    rows = [annotation(n, n, instance_id=1, segmentation=[SQUARE]) for n in range(3)]
    value = coco(rows, images, videos=[{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])
    with pytest.raises(LabelsError, match=r"2 videos \(a, b\); choose one with the option 'video'"):
        read(value)
    assert len(read(value, options={"video": "a"}).shapes) == 2
    assert len(read(value, options={"video": "b"}).shapes) == 1
    with pytest.raises(LabelsError, match="no video 'c'"):
        read(value, options={"video": "c"})


GOOD = annotation(1, segmentation=[SQUARE], attributes={"track_id": 1})
BAD = {
    "two points": ({"segmentation": [[1, 1, 5, 5]]}, "has 2 points"),
    "odd": ({"segmentation": [[1, 1, 5, 5, 3, 3, 1]]}, "odd number of values"),
    "NaN": ({"segmentation": [[1, 1, 5, float("nan"), 3, 3]]}, "no list of finite numbers"),
    "infinite": ({"segmentation": [[1, 1, 5, float("inf"), 3, 3]]}, "no list of finite numbers"),
    "text": ({"segmentation": [["1", 1, 5, 5, 3, 3]]}, "no list of finite numbers"),
    "far": ({"segmentation": [[1, 1, 1e9, 5, 3, 3]]}, "far outside"),
    "outside": ({"segmentation": [[20, 1, 30, 5, 20, 9]]}, "covers no pixel"),
    "sum": ({"segmentation": {"size": [12, 16], "counts": [3, 4]}}, "add up to 7"),
    "long": ({"segmentation": {"size": [12, 16], "counts": [3, 400]}}, "add up to 403"),
    "negative": ({"segmentation": {"size": [12, 16], "counts": [200, -8]}}, "add up to 192"),
    "size": ({"segmentation": {"size": [16, 12], "counts": [192]}}, "the mask is 12x16"),
    "cut": ({"segmentation": {"size": [12, 16], "counts": "ab`"}}, "string is damaged"),
    "no text": ({"segmentation": {"size": [12, 16], "counts": "ä"}}, "string is damaged"),
    "bools": ({"segmentation": {"size": [12, 16], "counts": [True, 191]}}, "whole numbers"),
    "no size": ({"segmentation": {"counts": [192]}}, "no size"),
    "nothing": ({}, "neither a segmentation nor a box"),
    "flat box": ({"bbox": [1, 1, 0, 4]}, "0 wide and 4 high"),
    "NaN box": ({"bbox": [1, 1, float("nan"), 4]}, "neither a segmentation nor a box"),
    "box outside": ({"bbox": [50, 50, 4, 4]}, "lies outside"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_annotation_is_named_and_the_good_ones_come_in(read, case):
    fields, reason = BAD[case]
    found = read(coco([GOOD, annotation(77, **fields)]))
    assert len(found.shapes) == 1
    (sentence,) = found.skipped
    assert sentence.startswith("annotation 77 on frame 0: ")
    assert reason in sentence
    with pytest.raises(LabelsError, match=r"Nothing in 'labels.json' could be imported"):
        read(coco([annotation(77, **fields)]))


def test_a_repeated_image_id_leaves_its_annotations_out(read):
    images = [
        {"id": 1, "file_name": "frame_000000.jpg"},
        {"id": 2, "file_name": "frame_000001.jpg"},
        {"id": 1, "file_name": "frame_000002.jpg"},
    ]
    rows = [annotation(1, 1, segmentation=[SQUARE]), annotation(2, 2, segmentation=[SQUARE])]
    found = read(coco(rows, images))
    assert [shape.frame for shape in found.shapes] == [1]
    assert "image 1 ('frame_000002.jpg')" in found.skipped[0]


def test_repeated_annotation_ids_are_told_and_read(read):
    rows = [GOOD, {**GOOD, "attributes": {"track_id": 2}}]
    found = read(coco(rows))
    assert len(found.shapes) == 2
    assert "annotation ids 1 stand more than once" in found.warnings[0]


def test_an_undeclared_image_category_or_frame_is_named(read):
    images = [
        {"id": 1, "file_name": "frame_000000.jpg"},
        {"id": 5, "file_name": "frame_000099.jpg"},
    ]
    rows = [
        {**GOOD, "category_id": 8},
        annotation(2, 5, segmentation=[SQUARE]),
        annotation(3, 6, segmentation=[SQUARE]),
    ]
    found = read(coco(rows, images))
    assert [shape.label for shape in found.shapes] == ["category 8"]
    assert any("frame_000099.jpg: this video has no such frame" in text for text in found.skipped)
    assert any("image ids 6: they are not declared" in text for text in found.skipped)
    assert any("categories 8 are not declared" in text for text in found.warnings)


def test_two_pictures_for_one_frame_and_another_size_are_named(read):
    images = [
        {"id": 1, "file_name": "a/frame_000000.jpg", "width": 16, "height": 12},
        {"id": 2, "file_name": "b/frame_000000.jpg", "width": 16, "height": 12},
        {"id": 3, "file_name": "frame_000001.jpg", "width": 32, "height": 24},
    ]
    rows = [annotation(n, n, segmentation=[SQUARE]) for n in (1, 2, 3)]
    found = read(coco(rows, images))
    assert [shape.frame for shape in found.shapes] == [0]
    assert "image 2 ('b/frame_000000.jpg'): frame 0 is image 1 already" in found.skipped[0]
    assert "image 3 ('frame_000001.jpg'): it is 32x24, but the video is 16x12" in found.skipped[1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"images": [', "no valid JSON at line 1, column 13"),
        (b"\xff\xfe\xff", "no text at byte"),
        (b"[" * 100_000, "nested too deeply"),
        (b"", "is empty"),
        (b"7", "holds no labels"),
        (b'{"images": 3, "annotations": [{"id": 1}]}', "'images' must be a list"),
        (b'{"images": [1], "annotations": []}', "'images' must be a list of objects"),
        (b'{"images": [], "annotations": []}', "holds no labelled object"),
    ],
)
def test_a_file_that_is_no_coco_is_refused_with_a_sentence(read, text, reason):
    with pytest.raises(LabelsError, match=reason):
        read(text)


def test_a_number_with_two_labels_is_two_objects(read):
    value = coco([GOOD, {**GOOD, "id": 2, "category_id": 2}])
    value["categories"].append({"id": 2, "name": "dog"})
    found = read(value)
    assert [(entry.label, entry.proposed_id) for entry in found.objects] == [
        ("car", 1),
        ("dog", None),
    ]
    assert "Id 1 stands with the labels car, dog" in found.warnings[0]


def test_several_files_of_a_folder_want_a_choice(tmp_path, make_target):
    for name in ("train", "val"):
        (tmp_path / f"instances_{name}.json").write_text(json.dumps(coco([GOOD])))
    with pytest.raises(LabelsError, match="option 'file'"):
        read_labels(tmp_path, make_target())
    found = read_labels(tmp_path, make_target(), options={"file": "instances_val.json"})
    assert len(found.shapes) == 1


def test_a_large_file_is_recognised_by_its_ends(tmp_path, make_target):
    path = tmp_path / "large.json"
    note = "x" * (17 << 20)
    path.write_text(json.dumps({"info": {"note": note}, **coco([GOOD])}))
    assert detect_format(path).name == "coco"


def test_a_cancel_goes_through(tmp_path, make_target):
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(coco([GOOD])))

    def stop(done, total, what=""):
        raise Cancelled

    with pytest.raises(Cancelled):
        read_labels(path, make_target(), progress=stop)


def tracks(rows, **video):
    entry = {"id": 1, "width": 16, "height": 12, "length": 3}
    names = [f"clip/{n:05d}.jpg" for n in range(3)]
    return {
        "videos": [{**entry, "file_names": names, **video}],
        "categories": [{"id": 1, "name": "car"}],
        "annotations": rows,
    }


def track(number=1, **fields):
    return {"id": number, "video_id": 1, "category_id": 1, **fields}


def test_youtube_vis_null_is_absent_unless_told_otherwise(read):
    value = tracks([track(5, segmentations=[[SQUARE], None, [SQUARE]])])
    found = read(value)
    assert [(s.frame, s.absent) for s in found.shapes] == [(0, False), (1, True), (2, False)]
    assert [s.frame for s in read(value, options={"absent": False}).shapes] == [0, 2]


def test_a_youtube_vis_track_of_boxes_comes_in_as_boxes(read):
    found = read(tracks([track(bboxes=[[1, 1, 3, 3], None, [2, 2, 3, 3]])]))
    assert [shape.box for shape in found.shapes] == [Box(1, 1, 4, 4), None, Box(2, 2, 5, 5)]


def test_bad_youtube_vis_tracks_are_named(read):
    good = track(1, segmentations=[[SQUARE], None, None])
    rows = [
        good,
        {**good, "id": 1},
        track(2, segmentations=[[SQUARE]]),
        track(3, segmentations=[None, [[1, 1, 2, 2]], None]),
    ]
    found = read(tracks(rows))
    assert [entry.proposed_id for entry in found.objects] == [1]
    assert [text.split(":")[0] for text in found.skipped] == [
        "track 1",
        "track 2",
        "track 3 on frame 1",
    ]
    assert "lists have 1 entries, but the video has 3 frames" in found.skipped[1]
    with pytest.raises(LabelsError, match="its video is 99x12, but this one is 16x12"):
        read(tracks([good], width=99))
    with pytest.raises(LabelsError, match="declares no video"):
        read({**tracks([good]), "videos": []})
