"""What CVAT's own tool kit reads out of our exports, pixel by pixel (in its own environment)."""

from __future__ import annotations

import numpy as np
import pytest

from vostool.io.exports.exporters import ImageFiles
from vostool.project.objects import AnnotatedObject

COCO_MAIN = "annotations/instances_default.json"
FORMATS = {"cvat-images": ("cvat", "annotations.xml"), "coco": ("coco_instances", COCO_MAIN)}


@pytest.fixture
def exported(tmp_path, run_export, memory_source, make_project, hard_masks):
    """Two objects on seven frames, each frame with another hard mask; overlaps on the way."""
    source = memory_source()
    shapes = list(hard_masks.values())[:7]
    masks = {(frame, 1): shape for frame, shape in enumerate(shapes)}
    masks |= {(frame, 2): np.flip(shape, 1) for frame, shape in enumerate(shapes)}
    objects = {1: AnnotatedObject.new(1, "car"), 2: AnnotatedObject.new(2, "café & <bar>")}
    project = make_project(source, masks, objects=objects)
    run_export(project, source, list(FORMATS), tmp_path / "out", images=ImageFiles.PNG)
    return tmp_path / "out", masks, objects


@pytest.mark.parametrize("name", FORMATS)
def test_datumaro_reads_every_mask_back(exported, read_with_datumaro, name):
    folder, masks, objects = exported
    reader, main = FORMATS[name]
    answer = read_with_datumaro(reader, folder / name / main)
    assert {oid.label for oid in objects.values()} <= set(answer["labels"])
    found = {}
    for item in answer["items"]:
        frame = int(item["name"].split("_")[-1])
        for annotation in item["annotations"]:
            if annotation["type"] == "bbox":
                continue  # datumaro gives COCO's box beside its mask
            identity = annotation["attributes"].get("object_id")
            identity = identity or annotation["attributes"].get("track_id")
            found[frame, int(identity)] = annotation
    assert found.keys() == masks.keys()
    for key, annotation in found.items():
        assert np.array_equal(annotation["mask"], masks[key]), key
        assert annotation["label"] == objects[key[1]].label
