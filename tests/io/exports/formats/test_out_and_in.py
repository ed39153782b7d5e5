"""What one format writes, the importer reads back: masks, identities, boxes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from mask_strategies import annotated, filled, parts

from vostool.io.exports.exporters import FORMATS
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.importers import read_labels

LOSSLESS = [
    name
    for name, entry in FORMATS.items()
    if entry.family == "labels" and entry.lossless and name != "cvat-masks"  # it has no identities
]
CHOICES = [
    *((name, {}) for name in LOSSLESS),
    ("labelme", {"shape": "mask"}),
    ("youtube-vis", {"rle": "compressed"}),
]
BOXES = [("cvat-images", {"shape": "box"}), ("cvat-video", {"shape": "box"}), ("mot", {})]


def read(folder, shape, masks):
    frames = 1 + max(frame for frame, _ in masks)
    return read_labels(folder, ImportTarget(shape[1], shape[0], frames, "frame_{:06d}".format))


def without_overlaps(masks, order):
    left, taken = {}, {}
    for (frame, oid), array in sorted(masks.items(), key=lambda item: order[item[0][1]]):
        before = taken.setdefault(frame, np.zeros_like(array))
        left[frame, oid] = array & ~before
        taken[frame] = before | array
    return left


@pytest.mark.parametrize(("name", "options"), CHOICES)
@settings(max_examples=12, deadline=None)
@given(given_masks=annotated())
def test_masks_and_identities_come_back(write_masks, name, options, given_masks):
    shape, masks = given_masks
    folder, _ = write_masks(name, shape, masks, format_options={name: options})
    if not FORMATS[name].overlaps:
        own = {oid: oid for _, oid in masks}
        masks = without_overlaps(masks, own)
    expected, found = {}, {}
    for (frame, oid), array in masks.items():
        if array.any():
            expected.setdefault(oid, []).append((frame, array.tobytes()))
    for entry in read(folder, shape, masks).shapes:
        if entry.mask is not None and not entry.mask.is_empty:
            array = entry.mask.to_array()
            found.setdefault(entry.track, []).append((entry.frame, array.tobytes()))
    assert sorted(map(sorted, found.values())) == sorted(map(sorted, expected.values()))


@pytest.mark.parametrize(("name", "options"), BOXES)
@settings(max_examples=10, deadline=None)
@given(given_masks=annotated())
def test_boxes_come_back(write_masks, name, options, given_masks):
    shape, masks = given_masks
    folder, _ = write_masks(name, shape, masks, format_options={name: options})
    found = sorted(
        (e.frame, e.box.x0, e.box.y0, e.box.x1, e.box.y1)
        for e in read(folder, shape, masks).shapes
        if e.box is not None
    )
    expected = []
    for (frame, _), array in masks.items():
        if array.any():
            ys, xs = np.nonzero(array)
            expected.append((frame, xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))
    assert found == sorted(expected)


@settings(max_examples=15, deadline=None)
@given(annotated())
def test_yolos_parts_come_back_with_their_holes_filled(write_masks, given_masks):
    shape, masks = given_masks
    folder, _ = write_masks("yolo-seg", shape, masks)
    entries = read(folder, shape, masks).shapes
    assert sorted((e.frame, e.mask.to_array().tobytes()) for e in entries if e.mask) == sorted(
        (frame, filled(part).tobytes())
        for (frame, _), array in masks.items()
        for part in parts(array)
    )
