"""LabelMe, X-AnyLabeling, ISAT, datumaro and SA-V JSON, good and bad."""

from __future__ import annotations

import base64
import io
import json

import cv2
import numpy as np
import pytest
from label_files import SQUARE, entry, isat, labelme, sav, shape
from PIL import Image
from pycocotools import mask as coco_mask

from vostool.errors import LabelsError
from vostool.io.imports.importers import detect_format, read_labels
from vostool.masks.box import Box
from vostool.masks.colours import Colour


def painted(points):
    canvas = np.zeros((12, 16), np.uint8)
    cv2.fillPoly(canvas, [np.array(points, np.int32)], 1)
    return canvas.astype(bool)


def png(array):
    file = io.BytesIO()
    Image.fromarray(array.astype(np.uint8) * 255).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@pytest.fixture
def folder(tmp_path):
    """Write values as JSON files of a folder."""

    def run(values):
        for name, value in values.items():
            text = value if isinstance(value, str) else json.dumps(value)
            (tmp_path / name).write_text(text)
        return tmp_path

    return run


def test_labelme_shapes_of_every_kind(folder, make_target, hard_masks):
    crop = hard_masks["hole"][2:9, 3:12]
    shapes = [
        shape(),
        shape([[1, 1], [5, 4]], "rectangle", group_id=None),
        shape([[1, 1], [5, 1], [5, 4], [1, 4]], "rectangle", group_id=5),
        shape([[3, 2], [11, 8]], "mask", mask=png(crop), group_id=6),
        shape([[8, 6], [8, 3]], "circle", group_id=7),
        shape(kind="rotation", group_id=8, direction=0.0),
    ]
    place = folder({"frame_000000.json": labelme(*shapes)})
    assert detect_format(place).name == "labelme"
    found = read_labels(place, make_target())
    assert np.array_equal(found.shapes[0].mask.to_array(), painted(SQUARE))
    assert found.shapes[1].box == found.shapes[2].box == Box(1, 1, 5, 4)
    assert found.shapes[1].track is None
    assert np.array_equal(found.shapes[3].mask.to_array(), hard_masks["hole"])
    assert found.shapes[4].mask.area == pytest.approx(np.pi * 9, abs=12)
    assert [entry.proposed_id for entry in found.objects] == [4, 5, 6, 7, 8]
    alone = read_labels(place, make_target(), options={"groups": False})
    assert {entry.track for entry in alone.shapes} == {None}


def test_labelme_groups_go_through_the_frames(folder, make_target):
    place = folder(
        {
            "frame_000000.json": labelme(shape(), shape([[9, 2], [12, 2], [12, 6]])),
            "frame_000004.json": labelme(shape(), name="frame_000004.jpg"),
        }
    )
    found = read_labels(place, make_target())
    assert [entry.frame for entry in found.shapes] == [0, 0, 4]
    assert [entry.proposed_id for entry in found.objects] == [4]


BAD_SHAPES = {
    "two points": (shape([[1, 1], [5, 5]]), "has 2 points"),
    "NaN": (shape([[1, 1], [5, float("nan")], [3, 3]]), "no pair of finite numbers"),
    "a triple": (shape([[1, 1, 1], [5, 5], [3, 3], [4, 4]]), "no pair of finite numbers"),
    "point": (shape([[1, 1]], "point"), "a point has no area"),
    "line": (shape([[1, 1], [2, 2]], "line"), "a line has no area"),
    "no label": (shape(label=""), "it has no label"),
    "no PNG": (shape([[1, 1], [2, 2]], "mask"), "needs two points and a PNG"),
    "no base64": (shape([[1, 1], [2, 2]], "mask", mask="?"), "no base64"),
    "box": (shape([[1, 1], [2, 2]], "mask", mask=png(np.ones((4, 4)))), "is 4x4, but its box"),
    "leaves": (shape([[14, 1], [17, 4]], "mask", mask=png(np.ones((4, 4)))), "outside the"),
    "flat": (shape([[1, 1], [1, 5]], "rectangle"), "no area inside"),
    "circle": (shape([[1, 1]], "circle"), "circle has 1 points"),
    "text": ("car", "no object with a label"),
}


@pytest.mark.parametrize("case", BAD_SHAPES)
def test_a_bad_labelme_shape_is_named(folder, make_target, case):
    bad, reason = BAD_SHAPES[case]
    found = read_labels(folder({"frame_000000.json": labelme(shape(), bad)}), make_target())
    assert len(found.shapes) == 1
    (sentence,) = found.skipped
    assert sentence.startswith("frame_000000.json, shape 2: ")
    assert reason in sentence


def test_bad_files_of_a_folder_are_named(folder, make_target):
    place = folder(
        {
            "frame_000000.json": labelme(shape()),
            "frame_000001.json": labelme(shape(), name="frame_000001.jpg", size=(32, 24)),
            "frame_000002.json": '{"shapes": [',
            "frame_000003.json": {"something": "else"},
            "other.json": labelme(shape(), name="frame_000000.jpg"),
            "strange.json": labelme(shape(), name="strange.jpg"),
        }
    )
    found = read_labels(place, make_target(), "labelme")
    assert len(found.shapes) == 1
    said = " ".join(found.skipped)
    assert "frame_000001.json: its picture is 32x24, but the video is 16x12" in said
    assert "'frame_000002.json' is no valid JSON at line 1" in said
    assert "frame_000003.json: it is no labelme file" in said
    assert "other.json: frame 0 is frame_000000.json already" in said
    assert "strange.json: this video has no frame 'strange.jpg'" in said


def test_isat_groups_layers_and_colours(folder, make_target):
    inner = [[3, 3], [5, 3], [5, 5], [3, 5]]
    place = folder(
        {
            "frame_000000.json": isat(
                entry(inner, "__background__", layer=2.0),
                entry(),
                entry(inner, "dog", 3, 3.0, note="spot"),
            ),
            "isat.yaml": "label:\n- {color: '#ff0080', name: car}\n- {color: '#000000', name: "
            "__background__}\n",
        }
    )
    assert detect_format(place).name == "isat"
    found = read_labels(place, make_target())
    car, dog = found.shapes
    assert np.array_equal(car.mask.to_array(), painted(SQUARE) & ~painted(inner))
    assert np.array_equal(dog.mask.to_array(), painted(inner))
    assert [(e.label, e.proposed_id) for e in found.objects] == [("car", 1), ("dog", 3)]
    assert found.objects[1].attributes == (("note", "spot"),)
    colour: Colour = (255, 0, 128)
    assert [(label.name, label.colour) for label in found.labels] == [("car", colour)]


def test_a_bad_isat_object_is_named(folder, make_target):
    place = folder({"frame_000000.json": isat(entry(), entry([[1, 1], [2, 2]]), 7)})
    found = read_labels(place, make_target())
    assert len(found.shapes) == 1
    assert [text.split(":")[0] for text in found.skipped] == [
        "frame_000000.json, object 3",
        "frame_000000.json, object 2",
    ]


def test_datumaro_masks_polygons_and_boxes(folder, make_target, hard_masks):
    code = coco_mask.encode(np.asfortranarray(hard_masks["hole"].astype(np.uint8)))
    rle = {"size": [12, 16], "counts": code["counts"].decode()}
    rows = [
        {"type": "mask", "rle": rle, "label_id": 1, "attributes": {"track_id": 8, "x": "y"}},
        {"type": "polygon", "points": [1, 1, 5, 1, 5, 5], "label_id": 0},
        {"type": "bbox", "bbox": [1, 1, 3, 3], "label_id": 9},
        {"type": "caption", "caption": "hello"},
        {"type": "polygon", "points": [1, 1, 5, 1], "label_id": 0},
    ]
    value = {
        "categories": {"label": {"labels": [{"name": "car"}, {"name": "dog"}]}},
        "items": [
            {"id": "frame_000001", "annotations": rows},
            {"id": "z", "annotations": rows[:1], "image": {"path": "z.jpg"}},
        ],
    }
    place = folder({"default.json": value})
    assert detect_format(place).name == "datumaro"
    found = read_labels(place, make_target())
    mask, polygon, box = found.shapes
    assert np.array_equal(mask.mask.to_array(), hard_masks["hole"])
    assert (mask.frame, mask.label) == (1, "dog")
    assert found.objects[0].proposed_id == 8
    assert found.objects[0].attributes == (("x", "y"),)
    assert (polygon.label, polygon.track) == ("car", None)
    assert (box.box, box.label) == (Box(1, 1, 4, 4), "label 9")
    assert found.skipped == (
        "item frame_000001, annotation 5: the polygon has 2 points, but needs three.",
        "item z: this video has no such frame; 1 annotation left out.",
        "Annotations that are no masks, polygons or boxes: 1 caption.",
    )


def test_sav_masklets_stand_on_every_fourth_frame(folder, make_target, hard_masks):
    def code(array):
        found = coco_mask.encode(np.asfortranarray(array.astype(np.uint8)))
        return {"size": [12, 16], "counts": found["counts"].decode()}

    rows = [[code(hard_masks["hole"]), code(hard_masks["hole"] & False)], [{"size": [1, 1]}, None]]
    place = folder({"sav.json": sav([*rows, rows[0]], [0, 5], 12)})
    assert detect_format(place).name == "sa-v"
    found = read_labels(place, make_target(count=8))
    assert [(s.frame, s.track, s.absent) for s in found.shapes] == [(0, 0, False)]
    assert [entry.proposed_id for entry in found.objects] == [1]
    assert [text.split(":")[0] for text in found.skipped] == [
        "masklet 0 on frame 4",
        "masklet 5 on frame 4",
        "frames 8",
    ]
    dense = read_labels(place, make_target(count=8), options={"step": 1})
    assert [shape.frame for shape in dense.shapes] == [0, 2]
    with pytest.raises(LabelsError, match="its video is 16x12, but this one is 20x12"):
        read_labels(place, make_target(20, 12))
