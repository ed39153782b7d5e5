"""What our exporters write comes back the same through the readers, recognised without a name."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from mask_strategies import annotated, filled

from vostool.io.imports.importers import detect_format, read_labels

LOSSLESS = {
    "coco": ("coco", {}),
    "masks-binary": ("masks", {}),
    "youtube-vis": ("youtube-vis", {"rle": "uncompressed"}),
    "labelme": ("labelme", {"shape": "mask"}),
}
FLAT = {"youtube-vos": "masks", "mots": "mots", "masks": "masks"}


def without_overlaps(masks):
    """The lower id wins, as in the exports that cannot hold overlaps."""
    kept = {}
    for (frame, oid), array in sorted(masks.items()):
        above = [m for (f, o), m in masks.items() if f == frame and o < oid]
        kept[frame, oid] = array & ~np.any([*above, np.zeros_like(array)], axis=0)
    return kept


def present(masks):
    return {key: array for key, array in masks.items() if array.any()}


def same(found, expected):
    return found.keys() == expected.keys() and all(
        np.array_equal(found[key], expected[key]) for key in expected
    )


@pytest.mark.parametrize("name", LOSSLESS)
@settings(max_examples=10, deadline=None)
@given(given_masks=annotated())
def test_masks_ids_and_labels_come_back_identical(
    exported, make_target, masks_of, name, given_masks
):
    shape, masks = given_masks
    reader, options = LOSSLESS[name]
    folder = exported(name, shape, masks, **options)
    target = make_target(shape[1], shape[0], 4)
    assert detect_format(folder).name == reader
    imported = read_labels(folder, target)
    assert same(masks_of(imported), present(masks))
    ids = sorted({oid for _, oid in masks})
    labels = {oid: ("car", "dog", "cat")[place] for place, oid in enumerate(ids)}
    assert all(labels[entry.proposed_id] == entry.label for entry in imported.objects)
    assert imported.skipped == ()


@pytest.mark.parametrize("name", FLAT)
@settings(max_examples=10, deadline=None)
@given(given_masks=annotated())
def test_formats_without_overlaps_keep_the_lower_id(
    exported, make_target, masks_of, name, given_masks
):
    shape, masks = given_masks
    if name == "masks":
        # DAVIS ids follow first appearance, so one object keeps its own.
        masks = {(frame, oid): m for (frame, oid), m in masks.items() if oid == 1} or {
            (0, 1): np.ones(shape, bool)
        }
        if not present(masks):
            masks[0, 1] = np.ones(shape, bool)
    folder = exported(name, shape, masks)
    imported = read_labels(folder, make_target(shape[1], shape[0], 4), FLAT[name])
    assert same(masks_of(imported), present(without_overlaps(masks)))
    assert imported.skipped == ()


@settings(max_examples=15, deadline=None)
@given(given_masks=annotated())
@pytest.mark.parametrize("name", ["yolo-seg", "labelme"])
def test_polygons_through_pixel_centres_give_the_mask_without_holes(
    exported, make_target, masks_of, name, given_masks
):
    shape, masks = given_masks
    masks = {(frame, 1): array for (frame, oid), array in masks.items() if oid == 1}
    if not present(masks):
        masks[0, 1] = np.ones(shape, bool)
    folder = exported(name, shape, masks)
    imported = read_labels(folder, make_target(shape[1], shape[0], 4))
    found = {frame: array for (frame, _), array in masks_of(imported).items()}
    expected = {frame: filled(array) for (frame, _), array in present(masks).items()}
    assert same(found, expected)
    assert {shape.label for shape in imported.shapes} == {"car"}


def test_coco_polygons_along_the_pixels_come_back(exported, make_target, masks_of, hard_masks):
    masks = {(frame, 1): array for frame, array in enumerate(hard_masks.values())}
    folder = exported("coco", (12, 16), masks, segmentation="polygon")
    found = masks_of(read_labels(folder, make_target(count=len(masks))))
    assert found.keys() == masks.keys()
    assert all((found[key] >= masks[key]).all() for key in masks)


def test_compressed_and_uncompressed_tracks_are_the_same(
    exported, make_target, masks_of, hard_masks
):
    masks = {(frame, 3): array for frame, array in enumerate(hard_masks.values())}
    found = [
        masks_of(read_labels(exported("youtube-vis", (12, 16), masks, rle=rle), make_target()))
        for rle in ("compressed", "uncompressed")
    ]
    assert same(found[0], masks)
    assert same(found[0], found[1])


def test_boxes_come_back_through_mot_and_yolo(exported, make_target, hard_masks):
    masks = {(frame, 5): array for frame, array in enumerate(hard_masks.values())}
    for name in ("mot", "yolo-detect"):
        imported = read_labels(exported(name, (12, 16), masks), make_target(count=len(masks)))
        assert len(imported.shapes) == len(masks)
        for shape in imported.shapes:
            ys, xs = np.nonzero(masks[shape.frame, 5])
            box = shape.box
            expected = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
            assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx(expected, abs=1e-3)
            assert shape.label == "car"


def test_a_zip_gives_what_the_folder_gives(exported, make_target, masks_of, hard_masks, tmp_path):
    masks = {(0, 1): hard_masks["hole"], (2, 2): hard_masks["parts"]}
    for name in ("coco", "masks", "masks-binary", "youtube-vos", "yolo-seg", "labelme", "mots"):
        folder = exported(name, (12, 16), masks)
        packed = shutil.make_archive(str(tmp_path / name), "zip", folder)
        entry = detect_format(folder)
        archive = tmp_path / f"{name}.zip"
        assert packed == str(archive)
        assert detect_format(archive) is entry
        plain = read_labels(folder, make_target())
        zipped = read_labels(archive, make_target())
        assert plain.objects == zipped.objects
        assert plain.shapes == zipped.shapes


def test_davis_ids_become_the_projects_again(exported, make_target, hard_masks):
    masks = {(0, 7): hard_masks["hole"], (3, 4): hard_masks["corner"]}
    folder = exported("masks", (12, 16), masks)
    written = json.loads((folder / "objects.json").read_text())["objects"]
    assert {key: entry["object_id"] for key, entry in written.items()} == {"1": 7, "2": 4}
    for place in (folder, folder / "Annotations", folder / "Annotations" / "clip"):
        imported = read_labels(place, make_target())
        assert {(e.proposed_id, e.label) for e in imported.objects} == {(7, "dog"), (4, "car")}
        assert all(entry.colour is not None for entry in imported.objects)
