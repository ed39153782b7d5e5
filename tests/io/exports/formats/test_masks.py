"""Mask PNGs, read back with Pillow."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from vostool.errors import ExportError
from vostool.io.exports.exporters import FrameChoice, ImageFiles
from vostool.masks.colours import voc_palette
from vostool.project.objects import AnnotatedObject
from vostool.project.stacking import bring_to_front


@pytest.fixture
def exported(tmp_path, run_export):
    """Export one format; returns its folder and the report."""

    def run(project, source, name="masks", **options):
        report = run_export(project, source, name, tmp_path / "out", **options)
        return tmp_path / "out" / name, report

    return run


def read(path):
    with Image.open(path) as image:
        return np.array(image)


def test_a_palette_picture_holds_ids_and_the_voc_colours(
    exported, memory_source, make_project, hard_masks
):
    source = memory_source()
    masks = {(0, 1): hard_masks["hole"], (0, 2): hard_masks["border"]}
    folder, _ = exported(make_project(source, masks), source)
    path = folder / "Annotations" / "clip" / "00000.png"
    with Image.open(path) as image:
        assert image.mode == "P"
        assert image.size == (16, 12)
        assert bytes(image.getpalette())[:12] == bytes([0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0])
    expected = np.where(hard_masks["hole"], 1, np.where(hard_masks["border"], 2, 0))
    assert (read(path) == expected).all()


def test_the_palette_is_vocs():
    palette = np.frombuffer(voc_palette(), np.uint8).reshape(256, 3)
    assert palette[15].tolist() == [192, 128, 128]  # person
    assert palette[20].tolist() == [0, 64, 128]  # tv monitor
    assert palette[255].tolist() == [224, 224, 192]  # void
    assert len(np.unique(palette, axis=0)) == 256


def test_every_hard_mask_comes_back(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    masks = {(frame, 1): array for frame, array in enumerate(hard_masks.values())}
    folder, report = exported(make_project(source, masks), source)
    for (frame, _), array in masks.items():
        assert (read(folder / f"Annotations/clip/{frame:05d}.png") == array).all()
    assert report.warnings == ()
    assert report.written[0].main == folder / "Annotations" / "clip"


def test_the_lower_id_wins_and_it_is_told(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    masks = {(0, 1): hard_masks["one pixel"], (0, 2): hard_masks["full"]}
    folder, report = exported(make_project(source, masks), source)
    picture = read(folder / "Annotations/clip/00000.png")
    assert (picture == np.where(hard_masks["one pixel"], 1, 2)).all()
    assert any("overlap on 1 frame:" in text for text in report.warnings)


def test_an_object_brought_to_the_front_keeps_its_pixels(
    exported, memory_source, make_project, hard_masks
):
    source = memory_source()
    masks = {(0, 1): hard_masks["full"], (0, 2): hard_masks["one pixel"]}
    project = make_project(source, masks)
    project.apply(bring_to_front(project, 2))
    folder, _ = exported(project, source)
    picture = read(folder / "Annotations/clip/00000.png")
    assert (picture == np.where(hard_masks["one pixel"], 2, 1)).all()


def test_ids_are_contiguous_by_first_appearance(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    objects = {4: AnnotatedObject(4, "late"), 7: AnnotatedObject(7, "first")}
    masks = {
        (0, 4): None,
        (0, 7): hard_masks["corner"],
        (2, 4): hard_masks["hole"],
        (2, 7): hard_masks["corner"],
    }
    folder, report = exported(make_project(source, masks, objects=objects), source)
    assert (read(folder / "Annotations/clip/00000.png") == hard_masks["corner"]).all()
    second = read(folder / "Annotations/clip/00002.png")
    assert (second == np.where(hard_masks["corner"], 1, np.where(hard_masks["hole"], 2, 0))).all()
    told = json.loads((folder / "objects.json").read_text())["objects"]
    assert {n: (o["object_id"], o["label"]) for n, o in told.items()} == {
        "1": (7, "first"),
        "2": (4, "late"),
    }
    assert any("7 as 1, 4 as 2" in text for text in report.warnings)
    assert any("Objects 4 appear after the first frame" in text for text in report.warnings)


def test_frames_without_objects_are_all_zero(exported, memory_source, make_project, hard_masks):
    source = memory_source(5)
    project = make_project(source, {(1, 1): hard_masks["hole"], (3, 1): None})
    folder, _ = exported(project, source)
    names = sorted(p.name for p in (folder / "Annotations/clip").iterdir())
    assert names == ["00001.png", "00003.png"]
    assert not read(folder / "Annotations/clip/00003.png").any()
    folder, report = exported(project, source, frames=FrameChoice.ALL, overwrite=True)
    names = sorted(p.name for p in (folder / "Annotations/clip").iterdir())
    assert names == [f"{f:05d}.png" for f in range(5)]
    assert not read(folder / "Annotations/clip/00000.png").any()
    assert report.frames == 5


def test_more_objects_than_a_picture_holds_are_refused(
    exported, memory_source, make_project, tmp_path
):
    source = memory_source(1)
    one = np.ones((12, 16), bool)
    project = make_project(source, {(0, oid): one for oid in range(1, 256)})
    with pytest.raises(ExportError, match=r"255 objects.*holds 254.*masks-binary"):
        exported(project, source)
    assert not (tmp_path / "out").exists()
    folder, _ = exported(project, source, object_ids=range(2, 256))
    assert read(folder / "Annotations/clip/00000.png").max() == 1  # the lowest id covers all


def test_large_ids_fit_when_the_objects_are_few(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    project = make_project(source, {(0, 70000): hard_masks["hole"]})
    folder, _ = exported(project, source)
    assert (read(folder / "Annotations/clip/00000.png") == hard_masks["hole"]).all()


def test_binary_pictures_keep_overlaps_and_ids(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    masks = {(0, 3): hard_masks["hole"], (0, 12): hard_masks["full"], (1, 3): None}
    folder, report = exported(make_project(source, masks), source, "masks-binary")
    for key in ((0, 3), (0, 12)):
        picture = read(folder / f"clip/{key[1]:03d}/{key[0]:05d}.png")
        assert picture.dtype == np.uint8
        assert (picture == np.where(masks[key], 255, 0)).all()
    for oid in (3, 12):
        assert not read(folder / f"clip/{oid:03d}/00001.png").any()
    assert report.warnings == ()


def test_pictures_bear_the_names_of_the_masks(exported, memory_source, make_project, hard_masks):
    source = memory_source()
    project = make_project(source, {(f, 1): hard_masks["hole"] for f in (0, 8)})
    for name in ("masks", "masks-binary"):
        folder, report = exported(project, source, name, images=ImageFiles.JPEG)
        pictures = sorted(p.name for p in (folder / "JPEGImages/clip").iterdir())
        assert pictures == ["00000.jpg", "00008.jpg"]
        assert report.warnings == ()
    _, report = exported(project, source, images=ImageFiles.PNG, overwrite=True)
    assert any(".jpg frames" in text for text in report.warnings)


def test_image_folders_keep_their_names_where_they_sort(
    exported, memory_source, make_project, hard_masks, tmp_path
):
    (tmp_path / "shots").mkdir()
    source = memory_source(3, names=["a", "b", "c"], path=tmp_path / "shots")
    masks = {(f, 1): hard_masks["hole"] for f in range(3)}
    folder, _ = exported(make_project(source, masks), source)
    names = sorted(p.name for p in (folder / "Annotations/shots").iterdir())
    assert names == ["a.png", "b.png", "c.png"]


def test_image_names_that_would_mix_the_order_are_numbered(
    exported, memory_source, make_project, hard_masks, tmp_path
):
    (tmp_path / "shots").mkdir()
    source = memory_source(3, names=["s8", "s9", "s10"], path=tmp_path / "shots")
    masks = {(f, 1): hard_masks["hole"] for f in range(3)}
    folder, report = exported(make_project(source, masks), source)
    names = sorted(p.name for p in (folder / "Annotations/shots").iterdir())
    assert names == ["00000.png", "00001.png", "00002.png"]
    assert any("do not sort" in text for text in report.warnings)
