"""YouTube-VIS by TrackEval and pycocotools, YouTube-VOS by Pillow and a loader's rules."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from mask_strategies import annotated
from PIL import Image
from pycocotools import mask as coco_mask

from vostool.errors import ExportError
from vostool.io.exports.exporters import (
    ExportItem,
    ExportOptions,
    ImageFiles,
    Split,
    SplitBy,
    export_dataset,
)
from vostool.progress import silent
from vostool.project.objects import AnnotatedObject


def frames_of(masks):
    return sorted({frame for frame, _ in masks})


def by_position(masks):
    """Masks with pixels by (position among the written frames, object id)."""
    place = {frame: number for number, frame in enumerate(frames_of(masks))}
    return {(place[f], oid): m for (f, oid), m in masks.items() if m.any()}


@settings(max_examples=12, deadline=None)
@given(annotated())
def test_trackeval_reads_every_track_of_youtube_vis(tools, write_masks, given_masks):
    shape, masks = given_masks
    folder, report = write_masks("youtube-vis", shape, masks)
    gt = folder.parent / "youtube_vis_train"
    gt.mkdir()
    (folder / "instances.json").rename(gt / "instances.json")
    found = {(e["frame"], e["id"]): e for e in tools("youtube-vis", folder.parent)}
    expected = by_position(masks)
    assert found.keys() == expected.keys()
    labels = dict(zip(sorted({oid for _, oid in masks}), ("car", "dog", "cat"), strict=False))
    for key, entry in found.items():
        assert np.array_equal(entry["mask"], expected[key])
        assert entry["label"] == labels[key[1]]
        areas = [array.sum() for (_, oid), array in expected.items() if oid == key[1]]
        assert entry["area"] == pytest.approx(np.mean(areas))
    assert report.warnings == ()


@pytest.mark.parametrize("rle", ["uncompressed", "compressed"])
@settings(max_examples=15, deadline=None)
@given(given_masks=annotated())
def test_lists_are_as_long_as_their_video(write_masks, rle, given_masks):
    shape, masks = given_masks
    options = {"youtube-vis": {"rle": rle}}
    folder, _ = write_masks("youtube-vis", shape, masks, format_options=options)
    content = json.loads((folder / "instances.json").read_text())
    (video,) = content["videos"]
    assert video["length"] == len(video["file_names"]) == len(frames_of(masks))
    assert video["file_names"] == [f"clip/frame_{f:06d}.jpg" for f in frames_of(masks)]
    expected = by_position(masks)
    found = {}
    for track in content["annotations"]:
        assert (track["height"], track["width"]) == shape
        assert (track["video_id"], track["iscrowd"]) == (video["id"], 0)
        lists = [track[name] for name in ("segmentations", "bboxes", "areas")]
        assert {len(values) for values in lists} == {video["length"]}
        for place, (code, box, area) in enumerate(zip(*lists, strict=True)):
            assert (code is None) == (box is None) == (area is None)
            if code is None:
                continue
            rles = coco_mask.frPyObjects(code, *shape) if rle == "uncompressed" else code
            found[place, track["id"]] = coco_mask.decode(rles).astype(bool)
            assert box == coco_mask.toBbox(rles).tolist()
            assert area == coco_mask.area(rles)
        seen = [area for area in track["areas"] if area is not None]
        assert track["avg_area"] == pytest.approx(np.mean(seen))
    assert found.keys() == expected.keys()
    assert all(np.array_equal(found[key], expected[key]) for key in found)
    assert len({track["id"] for track in content["annotations"]}) == len(content["annotations"])


def test_a_split_by_time_makes_clips_of_their_own(
    tmp_path, memory_source, make_project, hard_masks
):
    source = memory_source(10)
    masks = {(frame, 1): hard_masks["hole"] for frame in range(10)}
    masks |= {(frame, 2): hard_masks["full"] for frame in (0, 9)}
    items = [
        ExportItem(make_project(source, masks).snapshot(), source, name) for name in ("a", "b")
    ]
    split = Split(SplitBy.TIME, train=0.6, val=0.4, test=0)
    options = ExportOptions(split=split, images=ImageFiles.JPEG)
    formats = ["youtube-vis", "youtube-vos"]
    export_dataset(items, formats, tmp_path / "out", options, silent)
    for part, length in (("train", 6), ("val", 4)):
        content = json.loads((tmp_path / "out/youtube-vis" / part / "instances.json").read_text())
        assert [v["name"] for v in content["videos"]] == ["a", "b"]
        assert [v["length"] for v in content["videos"]] == [length, length]
        assert [a["id"] for a in content["annotations"]] == [1, 2, 3, 4]
        assert [a["video_id"] for a in content["annotations"]] == [1, 1, 2, 2]
        for video in content["videos"]:
            for name in video["file_names"]:
                assert (tmp_path / "out/youtube-vis" / part / "JPEGImages" / name).is_file()
        meta = json.loads((tmp_path / "out/youtube-vos" / part / "meta.json").read_text())
        assert list(meta["videos"]) == ["a", "b"]
        frames = meta["videos"]["b"]["objects"]["1"]["frames"]
        assert len(frames) == length
        for kind, ending in (("JPEGImages", "jpg"), ("Annotations", "png")):
            folder = tmp_path / "out/youtube-vos" / part / kind / "b"
            assert sorted(p.name for p in folder.iterdir()) == [f"{f}.{ending}" for f in frames]


@settings(max_examples=20, deadline=None)
@given(annotated())
def test_youtube_vos_shows_each_object_from_its_first_frame_on(write_masks, given_masks):
    shape, masks = given_masks
    folder, report = write_masks("youtube-vos", shape, masks)
    expected = {}
    for frame in frames_of(masks):
        canvas = np.zeros(shape, np.uint8)
        for (place, oid), array in sorted(masks.items(), reverse=True):
            if place == frame:
                canvas[array] = oid
        with Image.open(folder / f"Annotations/clip/{frame:05d}.png") as picture:
            assert picture.mode == "P"
            assert np.array_equal(np.array(picture), canvas)
        for oid in set(np.unique(canvas).tolist()) - {0}:
            expected.setdefault(str(oid), []).append(f"{frame:05d}")
    objects = json.loads((folder / "meta.json").read_text())["videos"]["clip"]["objects"]
    assert {oid: entry["frames"] for oid, entry in objects.items()} == expected
    overlap = any(
        (masks[a] & masks[b]).any() for a in masks for b in masks if a[0] == b[0] and a < b
    )
    assert any("overlap" in text for text in report.warnings) == overlap


def test_ids_above_a_picture_are_numbered_and_told(
    tmp_path, memory_source, make_project, run_export, hard_masks
):
    source = memory_source()
    objects = {300: AnnotatedObject(300, "car"), 2: AnnotatedObject(2, "dog")}
    masks = {(0, 300): hard_masks["corner"], (0, 2): hard_masks["hole"]}
    project = make_project(source, masks, objects=objects)
    report = run_export(project, source, "youtube-vos", tmp_path / "out")
    content = json.loads((tmp_path / "out/youtube-vos/meta.json").read_text())
    found = content["videos"]["clip"]["objects"]
    assert {k: (v["category"], v["object_id"]) for k, v in found.items()} == {
        "1": ("dog", 2),
        "2": ("car", 300),
    }
    assert any("above 254" in text for text in report.warnings)


def test_more_objects_than_a_picture_holds_are_refused(
    tmp_path, memory_source, make_project, run_export
):
    source = memory_source(1)
    project = make_project(source, {(0, oid): np.ones((12, 16)) for oid in range(1, 256)})
    with pytest.raises(ExportError, match="255 objects"):
        run_export(project, source, "youtube-vos", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    run_export(project, source, "youtube-vos", tmp_path / "out", object_ids=range(1, 255))
    assert (tmp_path / "out/youtube-vos/Annotations/clip/00000.png").is_file()
