"""LabelMe files, read with LabelMe itself."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from mask_strategies import annotated, filled, parts

from vostool.io.exports.exporters import ImageFiles
from vostool.project.objects import AnnotatedObject

MASKS = {"labelme": {"shape": "mask"}}


def seen(entries):
    return sorted(
        (int(e["name"][-6:]), e["group"], e["label"], e["mask"].tobytes())
        for e in entries
        if "mask" in e
    )


def labels(masks):
    return dict(zip(sorted({oid for _, oid in masks}), ("car", "dog", "cat"), strict=False))


@settings(max_examples=15, deadline=None)
@given(annotated())
def test_labelme_paints_every_part_exactly_with_its_holes_filled(tools, write_masks, given_masks):
    shape, masks = given_masks
    folder, report = write_masks("labelme", shape, masks, images=ImageFiles.PNG)
    assert seen(tools("labelme", folder)) == sorted(
        (frame, oid, labels(masks)[oid], filled(part).tobytes())
        for (frame, oid), array in masks.items()
        for part in parts(array)
    )
    holes = any((filled(p) != p).any() for m in masks.values() for p in parts(m))
    assert any("holes" in text for text in report.warnings) == holes


@settings(max_examples=15, deadline=None)
@given(annotated())
def test_mask_shapes_come_back_with_their_holes(tools, write_masks, given_masks):
    shape, masks = given_masks
    folder, report = write_masks(
        "labelme", shape, masks, images=ImageFiles.PNG, format_options=MASKS
    )
    assert seen(tools("labelme", folder)) == sorted(
        (frame, oid, labels(masks)[oid], array.tobytes())
        for (frame, oid), array in masks.items()
        if array.any()
    )
    assert report.warnings == ()


@settings(max_examples=10, deadline=None)
@given(annotated())
def test_supervision_joins_the_parts_of_an_object(tools, write_masks, given_masks):
    shape, masks = given_masks
    folder, _ = write_masks("labelme", shape, masks, images=ImageFiles.PNG)
    found = tools("labelme with supervision", folder)
    assert sorted((int(e["name"][-6:]), e["label"], e["mask"].tobytes()) for e in found) == sorted(
        (frame, labels(masks)[oid], np.any([filled(p) for p in parts(array)], axis=0).tobytes())
        for (frame, oid), array in masks.items()
        if array.any()
    )


def test_frames_without_shapes_have_a_file(tools, write_masks, hard_masks):
    masks = {(0, 1): hard_masks["full"], (3, 1): np.zeros((12, 16), bool)}
    folder, _ = write_masks("labelme", (12, 16), masks, images=ImageFiles.JPEG)
    names = [entry["name"] for entry in tools("labelme", folder)]
    assert names == ["frame_000000", "frame_000003"]


def test_what_x_anylabeling_reads_is_there(
    tools, tmp_path, memory_source, make_project, run_export, hard_masks
):
    source = memory_source()
    objects = {5: AnnotatedObject(5, 'Łódź "車"', attributes=(("plate", "A1"),))}
    project = make_project(source, {(0, 5): hard_masks["parts"]}, objects=objects)
    run_export(project, source, "labelme", tmp_path / "out", images=ImageFiles.JPEG)
    folder = tmp_path / "out/labelme"
    content = json.loads((folder / "frame_000000.json").read_text("utf-8"))
    assert (folder / content["imagePath"]).is_file()
    assert content["imageData"] is None
    assert (content["imageHeight"], content["imageWidth"]) == (12, 16)
    first, second = content["shapes"]
    for shape in (first, second):
        assert shape["label"] == 'Łódź "車"'
        assert shape["group_id"] == 5
        assert shape["attributes"] == {"plate": "A1"}
        assert (shape["shape_type"], shape["flags"], shape["description"]) == ("polygon", {}, "")
        assert len(shape["points"]) >= 3
    assert [entry["extra"]["attributes"] for entry in tools("labelme", folder)] == [
        {"plate": "A1"},
        {"plate": "A1"},
    ]


@pytest.mark.parametrize("images", [ImageFiles.NONE, ImageFiles.JPEG])
def test_files_without_pictures_are_told_of(write_masks, hard_masks, images):
    _, report = write_masks("labelme", (12, 16), {(0, 1): hard_masks["full"]}, images=images)
    assert any("beside its picture" in w for w in report.warnings) == (images is ImageFiles.NONE)
