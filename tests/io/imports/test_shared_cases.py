"""The label files of the sample data that stand for kinds of faults: each has its right value."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vostool.errors import LabelsError
from vostool.io.imports.edit import import_edit
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.importers import read_labels

CASES = (
    "coco_ids_as_text", "coco_names_from_one", "coco_polygon_as_pairs", "coco_results_list",
    "coco_rle_in_a_list", "coco_roboflow_names", "coco_short_polygon_part",
    "cvat_segmentation_mask", "masks_from_one", "tao_frame_index",
    "ultralytics_segments_with_confidence", "ultralytics_track_boxes",
    "ultralytics_track_segments", "ytvis_results_list",
)  # fmt: skip
TARGET = ImportTarget(64, 48, 20, "frame_{:06d}".format, "clip")
TOLD = ImportTarget(160, 96, 20, "frame_{:06d}".format, "v20")


def rectangle(frame, number):
    pixels = np.zeros((48, 64), bool)
    top, left = 10 + 20 * (number - 1), 4 + 2 * frame
    pixels[top : top + 8, left : left + 10] = True
    return pixels


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_read_as_expected(shared_data, make_project, memory_source, name) -> None:
    folder = shared_data / "cases" / name
    if not folder.is_dir():
        pytest.skip(f"no folder {folder} with label files of other programs")
    want = json.loads((folder / "expected.json").read_text())
    files = [path for path in folder.iterdir() if path.name != "expected.json"]
    found = read_labels(files[0] if len(files) == 1 else folder, TARGET)
    assert sorted({shape.frame for shape in found.shapes if not shape.absent}) == want["frames"]
    _, summary = import_edit(make_project(memory_source(20, 64, 48), {}), found)
    assert len(summary.new_objects) == want["objects"]
    for shape in found.shapes:
        if shape.mask is not None:
            pixels = shape.mask.to_array()
            shares = [
                (pixels & right).sum() / (pixels | right).sum()
                for right in (rectangle(shape.frame, 1), rectangle(shape.frame, 2))
            ]
            assert max(shares) > 0.9


# What RIGHT.txt beside each file says: frames, objects, and a piece of a warning or refusal.
RIGHT = [
    ("coco_object_id/dm_coco", range(20), 3, ""),
    ("cvat_mutable_in_track/mut_track.xml", None, 1, ""),
    ("cvat_mutable_in_track/mut_img.xml", [0, 5], 1, ""),
    ("first_frame_1_labelme/lm1", range(20), 1, ""),
    ("loose_attributes/loose_attr.json", [0], 1, ""),
    ("version_suffix/sz", [4, 5], 1, ""),
    ("voc_instances/dm_voc", range(20), None, "numbers its instances anew in each picture"),
    ("youtube_vis_names_from_1/yt_frame1.json", [0, 19], 1, ""),
    ("youtube_vis_names_from_1/yt_plain1.json", [0, 19], 1, ""),
    ("z_order/z.xml", [2], 2, ""),
    ("refused_without_a_word/burst.json", [0, 6], 1, ""),
    ("refused_without_a_word/frame_000002.json", [2], 1, ""),
    ("refused_without_a_word/coco_instances_results.json", [3], 1, "no names of classes"),
    ("refused_without_a_word/results.json", [0], 1, "no names of classes"),
    ("refused_without_a_word/via.json", [2], 1, ""),
    ("refused_without_a_word/ls.json", None, 1, ""),
    ("refused_without_a_word/mots.txt", [0, 1, 2], 1, ""),
    ("refused_without_a_word/la", [0, 1], 1, ""),
]
REFUSED = [
    ("clip.mp4.json", "the bitmap's data are"),
    ("valid.json", "YouTube-VIS JSON of a split without annotations"),
    ("rgba", "partly see-through, so it is a cut-out or a matte"),
]


@pytest.mark.parametrize(("name", "frames", "objects", "said"), RIGHT, ids=lambda v: str(v)[:40])
def test_a_told_case_is_right(
    shared_data, make_project, memory_source, name, frames, objects, said
) -> None:
    path = shared_data / "cases_told" / name
    if not path.exists():
        pytest.skip(f"there is no {path}")
    found = read_labels(path, TOLD)
    if frames is not None:
        assert sorted({s.frame for s in found.shapes if not s.absent}) == list(frames)
    _, summary = import_edit(make_project(memory_source(20, 160, 96), {}), found)
    assert objects is None or len(summary.new_objects) == objects
    assert said in " ".join(summary.warnings)
    assert summary.skipped == ()


@pytest.mark.parametrize(("name", "said"), REFUSED)
def test_a_told_refusal_says_what_it_is(shared_data, name, said) -> None:
    path = shared_data / "cases_told" / "refused_without_a_word" / name
    if not path.exists():
        pytest.skip(f"there is no {path}")
    with pytest.raises(LabelsError, match=said):
        read_labels(path, TOLD)
