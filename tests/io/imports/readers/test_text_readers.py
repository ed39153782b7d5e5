"""YOLO, MOT and MOTS text, good and bad."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco_mask

from vostool.errors import LabelsError
from vostool.io.imports.importers import detect_format, read_labels
from vostool.masks.box import Box


def rle(array):
    return coco_mask.encode(np.asfortranarray(array.astype(np.uint8)))["counts"].decode()


@pytest.fixture
def write(tmp_path):
    """Write a text file below the test's folder."""

    def run(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return run


@pytest.mark.parametrize(("first", "expected"), [(0, [0, 2]), (1, [0, 2])])
def test_mots_counts_from_0_where_a_frame_0_is_there(
    write, make_target, hard_masks, first, expected
):
    code = rle(hard_masks["hole"])
    path = write("mots.txt", "".join(f"{first + n} 1002 1 12 16 {code}\n" for n in (0, 2)))
    assert detect_format(path).name == "mots"
    found = read_labels(path, make_target())
    assert [shape.frame for shape in found.shapes] == expected
    assert np.array_equal(found.shapes[0].mask.to_array(), hard_masks["hole"])
    assert [(e.label, e.proposed_id) for e in found.objects] == [("car", 2)]


def test_bad_mots_rows_are_named(write, make_target, hard_masks):
    code = rle(hard_masks["hole"])
    lines = [
        f"1 1001 1 12 16 {code}",
        f"1 1001 1 12 16 {code}",
        f"99 1001 1 12 16 {code}",
        f"2 1001 1 24 32 {code}",
        "3 1001 1 12 16 ab`",
        "4 1001 1 12",
        f"5 10000 10 12 16 {code}",
        f"x 1001 1 12 16 {code}",
    ]
    found = read_labels(write("mots.txt", "\n".join(lines)), make_target(), "mots")
    assert len(found.shapes) == 1
    reasons = dict(text.split(": ", 1) for text in found.skipped if text.startswith("line"))
    assert "stands on frame 1 already, in line 1" in reasons["line 2"]
    assert "frame 99 is outside the video of 10 frames" in reasons["line 3"]
    assert "the mask is 32x24" in reasons["line 4"]
    assert "damaged" in reasons["line 5"]
    assert "no row of five numbers" in reasons["line 6"]
    assert "no row of five numbers" in reasons["line 8"]
    assert found.skipped[-1] == "1 region to ignore (class 10): left out (line 7)."


def test_mot_boxes_labels_and_origin(write, make_target):
    write("gt/labels.txt", "person\ncar\n")
    path = write("gt/gt.txt", "# a comment\n1,5,3,4,6,5,1,2,1\n3,-1,2,2,4,4,1,1,1\n")
    for place in (path, path.parent.parent):
        assert detect_format(place).name == "mot"
        found = read_labels(place, make_target())
        assert [(s.frame, s.track, s.label, s.box) for s in found.shapes] == [
            (0, 5, "car", Box(2, 3, 8, 8)),
            (2, None, "person", Box(1, 1, 5, 5)),
        ]
    zero = read_labels(path, make_target(), options={"origin": 0})
    assert zero.shapes[0].box == Box(3, 4, 9, 9)


def test_bad_mot_rows_are_named(write, make_target):
    lines = [
        "1,5,3,4,6,5,1,1,1",
        "1,5,3,4,6,5,1,1,1",
        "0,5,3,4,6,5,1,1,1",
        "11,5,3,4,6,5,1,1,1",
        "2,5,3,4,nan,5,1,1,1",
        "2,5,3,4,0,5,1,1,1",
        "2,5,30,4,6,5,1,1,1",
        "2,5,3,4,6,5,0,1,1",
        "2.5,5,3,4,6,5,1,1,1",
        "2,5,3",
    ]
    found = read_labels(write("gt.txt", "\n".join(lines)), make_target(), "mot")
    assert [shape.label for shape in found.shapes] == ["pedestrian"]
    reasons = dict(text.split(": ", 1) for text in found.skipped if text.startswith("line"))
    assert sorted(reasons) == sorted(f"line {n}" for n in (2, 3, 4, 5, 6, 7, 9, 10))
    assert "outside the video of 10 frames (the first is 1)" in reasons["line 3"]
    assert "no area" in reasons["line 6"]
    assert "no area" in reasons["line 7"]
    assert "no whole number" in reasons["line 9"]
    assert found.skipped[-1].startswith("1 row marked to be ignored (confidence 0)")


def test_seqinfo_of_another_size_is_refused(write, make_target, tmp_path):
    write("clip/gt/gt.txt", "1,5,3,4,6,5,1,1,1\n")
    write("clip/seqinfo.ini", "[Sequence]\nimWidth=640\nimHeight=480\n")
    with pytest.raises(LabelsError, match="says 640x480, but this video is 16x12"):
        read_labels(tmp_path, make_target())


def test_yolo_polygons_are_painted_as_ultralytics_does(write, make_target, tmp_path):
    corners = np.array([[20.5, 10.5], [70.5, 15.5], [60.5, 50.5], [25.5, 40.5]])
    values = " ".join(f"{v:.6f}" for v in (corners / [100, 60]).ravel())
    write("labels/train/frame_000003.txt", f"1 {values}\n")
    write("data.yaml", "names:\n  0: car\n  1: dog\n")
    for place in (tmp_path, tmp_path / "data.yaml", tmp_path / "labels/train/frame_000003.txt"):
        assert detect_format(place).name == "yolo"
        (shape,) = read_labels(place, make_target(100, 60)).shapes
        expected = np.zeros((60, 100), np.uint8)
        cv2.fillPoly(expected, [corners.astype(np.int32)], 1)
        assert np.array_equal(shape.mask.to_array(), expected.astype(bool))
        assert (shape.frame, shape.label, shape.track) == (3, "dog", None)


def test_yolo_boxes_with_confidences_and_key_points(write, make_target, tmp_path):
    write("data.yaml", "names: [car]\nkpt_shape: [2, 3]\n")
    rows = ["0 0.5 0.5 0.5 0.5", "0 0.5 0.5 0.25 0.5 0.9", "0 0.5 0.5 0.5 0.5 .1 .1 2 .2 .2 0"]
    write("labels/frame_000000.txt", "\n".join(rows))
    found = read_labels(tmp_path, make_target())
    assert [shape.box for shape in found.shapes] == [
        Box(4, 3, 12, 9),
        Box(6, 3, 10, 9),
        Box(4, 3, 12, 9),
    ]
    assert found.warnings == ("1 row with key points: only boxes were read.",)


@pytest.mark.parametrize("name", ["classes.txt", "obj.names", "labels.txt"])
def test_yolo_classes_from_a_plain_list(write, make_target, tmp_path, name):
    write(name, "car\nred dog\n")
    write("frame_000000.txt", "1 0.5 0.5 0.5 0.5\n7 0.5 0.5 0.5 0.5\n")
    found = read_labels(tmp_path, make_target())
    assert [shape.label for shape in found.shapes] == ["red dog", "class 7"]
    assert [label.name for label in found.labels] == ["car", "red dog"]


def test_bad_yolo_rows_are_named(write, make_target, tmp_path):
    rows = [
        "0 0.5 0.5 0.5 0.5",
        "0 40 50 10 10",
        "0 0.5 0.5 0.5",
        "0 0.5 nan 0.5 0.5",
        "-1 0.5 0.5 0.5 0.5",
        "0 0.5 0.5 0 0.5",
        "0 0.1 0.1 0.2 0.2 0.3 0.3 -0.4",
        "car 0.5 0.5 0.5 0.5",
    ]
    path = write("labels/frame_000000.txt", "\n".join(rows))
    write("labels/frame_000050.txt", "0 0.5 0.5 0.5 0.5\n")
    found = read_labels(tmp_path, make_target(), "yolo")
    assert len(found.shapes) == 1
    named = [text.split(":")[0] for text in found.skipped]
    assert named == [
        *(f"{path.name}, line {n}" for n in range(2, 9)),
        "labels/frame_000050.txt",
    ]


def test_a_frame_with_two_label_files_takes_the_first(write, make_target, tmp_path):
    write("labels/a/frame_000000.txt", "0 0.5 0.5 0.5 0.5\n")
    write("labels/b/frame_000000.txt", "0 0.5 0.5 0.5 0.5\n")
    found = read_labels(tmp_path, make_target())
    assert len(found.shapes) == 1
    assert "frame 0 is labels/a/frame_000000.txt already" in found.skipped[0]
    chosen = read_labels(tmp_path, make_target(), options={"folder": "labels/b"})
    assert chosen.shapes[0].where == "frame_000000.txt, line 1"
    assert chosen.skipped == ()


def test_damaged_yaml_is_refused(write, make_target):
    path = write("data.yaml", "names: [car\n")
    write("labels/frame_000000.txt", "0 0.5 0.5 0.5 0.5\n")
    with pytest.raises(LabelsError, match=r"'data.yaml' is no valid YAML"):
        read_labels(path, make_target(), "yolo")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.txt", "", "'a.txt' is empty"),
        ("a.txt", "Car 0.0 0 -1 1 2 3 4 -1 -1 -1 -1 -1 -1 -1\n", "KITTI detection text"),
        ("train.txt", "images/1.jpg\nimages/2.jpg\n", "a list of pictures"),
        ("labels.txt", "car\ndog\n", "a list of names"),
        ("a.csv", "1,2\n", "a table"),
        ("a.json", "{", "no valid JSON at line 1"),
        ("a.json", '[{"data": {}, "annotations": []}]', "Label Studio JSON"),
        ("a.json", '{"version": "2", "item": {}, "annotations": []}', "Darwin"),
        ("a.xml", "<annotation><object><bndbox/></object></annotation>", "Pascal VOC XML"),
    ],
)
def test_what_no_format_reads_is_said_with_what_it_is(write, name, text, reason):
    with pytest.raises(LabelsError, match=reason) as caught:
        detect_format(write(name, text))
    assert "Formats that are read: cvat, coco" in str(caught.value)
