"""CVAT's segmentation masks: the pictures themselves, and what datumaro makes of them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from vostool.io.exports.dataset import Label
from vostool.io.exports.exporters import ImageFiles
from vostool.io.exports.formats.cvat.segmentation_mask import class_colours
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.importers import read_labels
from vostool.project.objects import AnnotatedObject

OBJECTS = {
    1: AnnotatedObject.new(1, "car"),
    4: AnnotatedObject.new(4, "car"),
    7: AnnotatedObject.new(7, "dog"),
}


@pytest.fixture
def exported(tmp_path, run_export, memory_source, make_project):
    """Two cars and a dog on three frames; the dog lies behind the first car on frame 1."""
    source = memory_source()
    masks = {}
    for frame in range(3):
        for oid, left in ((1, 0), (4, 5), (7, 10)):
            mask = np.zeros((12, 16), bool)
            mask[2 + frame : 6 + frame, left : left + 4] = True
            masks[frame, oid] = mask
    masks[1, 7] = masks[1, 1].copy()
    masks[1, 7][9:11, 12:15] = True
    project = make_project(source, masks, objects=OBJECTS)
    report = run_export(project, source, ["cvat-masks"], tmp_path / "out", images=ImageFiles.PNG)
    return tmp_path / "out" / "cvat-masks", masks, report


def test_classes_and_objects_have_the_colours_of_the_map(exported) -> None:
    folder, masks, report = exported
    lines = (folder / "labelmap.txt").read_text().splitlines()
    colours = {
        line.split(":")[0]: tuple(map(int, line.split(":")[1].split(","))) for line in lines[1:]
    }
    assert list(colours) == ["background", "car", "dog"]
    assert colours["car"] == OBJECTS[1].colour
    names = (folder / "ImageSets/Segmentation/default.txt").read_text().split()
    assert names == [f"frame_{frame:06d}" for frame in range(3)]
    seen: dict[int, set[tuple[int, ...]]] = {oid: set() for oid in OBJECTS}
    for frame, name in enumerate(names):
        classes, objects = (
            np.asarray(Image.open(folder / kind / f"{name}.png"))
            for kind in ("SegmentationClass", "SegmentationObject")
        )
        for oid, shown in OBJECTS.items():
            mask = masks[frame, oid] & ~(masks[frame, 1] if oid == 7 else np.zeros((12, 16), bool))
            assert (classes[mask] == colours[shown.label]).all()
            seen[oid] |= set(map(tuple, objects[mask].tolist()))
        nothing = ~np.any([masks[frame, oid] for oid in OBJECTS], axis=0)
        assert not classes[nothing].any() and not objects[nothing].any()
    assert all(len(found) == 1 for found in seen.values()), "an object keeps its colour"
    assert len(set.union(*seen.values())) == 3
    assert any("overlap on 1 frame" in text for text in report.warnings)


def test_datumaro_reads_every_object_back(exported, read_with_datumaro) -> None:
    folder, masks, _ = exported
    answer = read_with_datumaro("voc_segmentation", folder)
    assert {"car", "dog"} <= set(answer["labels"])
    for item in answer["items"]:
        frame = int(item["id"].split("_")[-1]) if "id" in item else int(item["name"].split("_")[-1])
        found = [(a["label"], a["mask"]) for a in item["annotations"] if a["type"] == "mask"]
        assert len(found) == 3
        for oid, shown in OBJECTS.items():
            hidden = masks[frame, 1] if oid == 7 else np.zeros((12, 16), bool)
            wanted = masks[frame, oid] & ~hidden
            assert any(label == shown.label and np.array_equal(m, wanted) for label, m in found)


def test_every_mask_comes_back_with_its_class(exported) -> None:
    folder, masks, _ = exported
    target = ImportTarget(16, 12, 3, "frame_{:06d}".format)
    found = sorted(
        (s.frame, s.label, s.mask.to_array().tobytes())
        for s in read_labels(folder, target, "voc-masks").shapes
    )
    wanted = []
    for (frame, oid), mask in masks.items():
        hidden = masks[frame, 1] if oid == 7 else np.zeros((12, 16), bool)
        wanted.append((frame, OBJECTS[oid].label, (mask & ~hidden).tobytes()))
    assert found == sorted(wanted)


def test_classes_of_one_colour_or_black_get_another() -> None:
    labels = (Label("a", (9, 9, 9)), Label("b", (9, 9, 9)), Label("c", (0, 0, 0)))
    colours = class_colours(labels)
    assert colours["a"] == (9, 9, 9)
    assert len({*colours.values(), (0, 0, 0)}) == 4
