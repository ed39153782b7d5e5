"""Every annotation file of the sample data: what docs/imports.md says of it is what comes out."""

from __future__ import annotations

import json

import imports_doc
import pytest

from vostool.io.imports.importers import IMPORT_FORMATS, read_labels

ROWS = imports_doc.file_rows()
NO_LABELS = ("LICENSE", ".md", ".py", ".jpg", ".mp4", ".pcd")
PICTURES = {"images", "image_2", "IMAGE_00"}


@pytest.fixture(scope="session")
def exports(shared_data):
    folder = shared_data / "exports"
    if not folder.is_dir():
        pytest.skip(f"no folder {folder} with files of other programs")
    return folder


def test_the_table_of_formats_is_the_registrys():
    text = imports_doc.DOCUMENT.read_text(encoding="utf-8")
    again = "run python tests/support/imports_doc.py to write the table anew"
    assert imports_doc.between(text, imports_doc.BEGIN, imports_doc.END) == imports_doc.table(), (
        again
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.pattern}-{row.frames}"[:90])
def test_a_file_gives_what_the_table_says(exports, row):
    paths = sorted(exports.glob(row.pattern))
    assert paths
    for path in paths:
        assert imports_doc.outcome(path, row.target) == row.result


def test_every_annotation_file_is_in_the_table(exports):
    listed = [path for row in ROWS for path in exports.glob(row.pattern)]
    covered = {path for path in listed if path.is_file()}
    folders = {path for path in listed if path.is_dir()}
    missing = [
        str(path.relative_to(exports))
        for path in exports.rglob("*")
        if path.is_file()
        and not path.name.endswith(NO_LABELS)
        and not PICTURES & set(path.parts)
        and path.name != "img1.png"  # the picture of a LabelMe XML
        and path not in covered
        and not folders & set(path.parents)
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("row", "count"),
    [
        ("isat_coco_tiny/coco_tiny.json", 19),
        ("mmtracking_cocovid/ann.json", 10),
        ("coco_duplicate_ids/*.json", 58),
        ("datumaro_written_composite/coco_instances", 58),
    ],
)
def test_every_coco_annotation_of_the_video_comes_in(exports, row, count):
    (found,) = [entry for entry in ROWS if entry.pattern == row]
    (path,) = exports.glob(row)
    imported = read_labels(path, found.target)
    file = path if path.is_file() else next(path.rglob("*.json"))
    data = json.loads(file.read_text())
    names = {found.target.names(i) for i in range(found.target.frame_count)}
    if not found.frames.endswith("frames"):
        images = {i["id"] for i in data["images"] if i["file_name"].split(".")[0] in names}
        data["annotations"] = [a for a in data["annotations"] if a["image_id"] in images]
    assert len(imported.shapes) == len(data["annotations"]) == count


def test_one_sequence_by_four_formats_is_the_same(exports, shared_data):
    """datumaro wrote the exact composite as COCO, MOTS, VOC and its own JSON."""
    base = exports / "datumaro_written_composite"
    (row,) = [r for r in ROWS if r.pattern == "datumaro_written_composite/coco_instances"]
    exact = read_labels(shared_data / "gt/composite_exact", row.target, "masks")
    masks = {(s.frame, s.track): s.mask for s in exact.shapes if s.mask is not None}
    for name in (
        "coco_instances",
        "datumaro",
        "mots_png/train/instances",
        "voc_segmentation/SegmentationObject",
    ):
        imported = read_labels(base / name, row.target)
        ids = {entry.track: entry.proposed_id for entry in imported.objects}
        found = {(s.frame, ids[s.track]): s.mask for s in imported.shapes if not s.absent}
        assert found.keys() == {key for key in masks if key[0] % 4 == 0}
        assert all(masks[key] == mask for key, mask in found.items())


def test_every_format_states_what_it_keeps_and_loses():
    for name, entry in IMPORT_FORMATS.items():
        assert entry.name == name
        assert entry.keeps
        assert entry.loses
        assert entry.values({}) == {spec.name: spec.default for spec in entry.options}
