"""Several videos as one data set: ids, names, parts, and what is tidied on the way out."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from vostool.errors import ExportError, UsageError
from vostool.io.exports.dataset import apportioned, make_dataset
from vostool.io.exports.exporters import (
    ExportItem,
    ExportOptions,
    FrameChoice,
    ImageFiles,
    Split,
    SplitBy,
    export_dataset,
)
from vostool.masks.box_rle import BoxPixels
from vostool.masks.cleaning import Cleaning, cleaned
from vostool.masks.mask import Mask
from vostool.progress import silent
from vostool.project.objects import AnnotatedObject


@pytest.fixture
def items(memory_source, make_project, hard_masks):
    """Videos of 10, 4 and 6 labelled frames, two of them under one name."""
    cars = {1: AnnotatedObject(1, "car", (1, 2, 3)), 7: AnnotatedObject(7, "dog")}
    found = []
    for count, objects, name in (
        (10, cars, "street"),
        (4, {3: AnnotatedObject(3, "dog")}, "Street"),
        (6, cars, ""),
    ):
        source = memory_source(count)
        masks = {(f, oid): hard_masks["hole"] for f in range(count) for oid in objects}
        found.append(ExportItem(make_project(source, masks, objects=objects), source, name))
    return found


@pytest.fixture
def merged(items, tmp_path):
    """Write the three as one; returns the folder and the report."""

    def run(formats, **options):
        names = [formats] if isinstance(formats, str) else formats
        report = export_dataset(items, names, tmp_path / "out", ExportOptions(**options), silent)
        return tmp_path / "out", report

    return run


def coco(folder, subset="default"):
    return json.loads((folder / f"coco/annotations/instances_{subset}.json").read_text())


def test_ids_are_unique_and_the_same_whatever_is_chosen(items):
    whole = make_dataset(items, ExportOptions(), merged=True)
    assert [plan.video for plan in whole.videos] == ["street", "Street_2", "clip"]
    assert [plan.number for plan in whole.videos] == [1, 2, 3]
    ids = [dict(plan.object_ids) for plan in whole.videos]
    assert ids == [{1: 1, 7: 7}, {3: 10}, {1: 11, 7: 17}]
    assert whole.classes == {"car": 1, "dog": 2}
    assert whole.labels[0].colour == (1, 2, 3)
    dogs = make_dataset(items, ExportOptions(labels=["dog"], every=2), merged=True)
    assert [dict(plan.object_ids) for plan in dogs.videos] == ids
    assert [[o.id for o in plan.objects] for plan in dogs.videos] == [[7], [3], [7]]


def test_a_video_without_anything_chosen_is_left_out_and_keeps_the_ids(items):
    cars = make_dataset(items, ExportOptions(labels=["car"]), merged=True)
    assert [(p.video, p.number, p.object_ids[1]) for p in cars.videos] == [
        ("street", 1, 1), ("clip", 2, 11),
    ]  # fmt: skip
    assert any("Street_2 was left out" in text for text in cars.warnings)
    with pytest.raises(ExportError, match="nothing to export"):
        make_dataset(items, ExportOptions(frames=FrameChoice.CONFIRMED), merged=True)


def test_merged_coco_counts_through_and_tells_the_videos(merged):
    folder, report = merged("coco", images=ImageFiles.PNG)
    raw = coco(folder)
    assert (report.frames, report.objects, report.masks) == (20, 5, 36)
    assert [i["id"] for i in raw["images"]] == list(range(1, 21))
    assert [a["id"] for a in raw["annotations"]] == list(range(1, 37))
    assert raw["videos"] == [
        {"id": n, "name": v} for n, v in ((1, "street"), (2, "Street_2"), (3, "clip"))
    ]
    frames = [(i["video_id"], i["frame_id"]) for i in raw["images"]]
    assert frames == [(v, f) for v, n in ((1, 10), (2, 4), (3, 6)) for f in range(n)]
    assert {a["attributes"]["track_id"] for a in raw["annotations"]} == {1, 7, 10, 11, 17}
    for image in raw["images"]:
        assert (folder / "coco/images" / image["file_name"]).is_file()


def test_merged_cvat_is_a_project_of_tasks(merged):
    folder, _ = merged("cvat-images", split=Split(SplitBy.VIDEO, 1, 1, 1), every=2)
    root = ET.parse(folder / "cvat-images/annotations.xml").getroot()
    tasks = root.findall("meta/project/tasks/task")
    assert [(t.findtext("name"), t.findtext("subset"), t.findtext("size")) for t in tasks] == [
        ("street", "train", "5"), ("Street_2", "val", "2"), ("clip", "test", "3"),
    ]  # fmt: skip
    assert root.findtext("meta/project/subsets").split() == ["train", "val", "test"]
    assert [e.text for e in root.findall("meta/project/labels/label/name")] == ["car", "dog"]
    images = root.findall("image")
    frames = (*range(10, 20, 2), *range(20, 24, 2), *range(30, 36, 2))
    assert [i.get("id") for i in images] == [str(n) for n in frames]
    assert images[5].get("name") == "Street_2/frame_000000.jpg"
    assert (images[5].get("subset"), images[5].get("task_id")) == ("val", "2")
    assert {m.get("group_id") for m in root.iter("mask")} == {"1", "7", "10", "11", "17"}


def test_merged_masks_lie_below_their_videos(merged):
    folder, report = merged(["masks", "masks-binary"], split=Split(SplitBy.VIDEO, 1, 1, 0))
    assert sorted(p.name for p in (folder / "masks/Annotations").iterdir()) == [
        "Street_2", "clip", "street",
    ]  # fmt: skip
    told = json.loads((folder / "masks/objects.json").read_text())["videos"]
    assert {n: o["object_id"] for n, o in told["clip"]["objects"].items()} == {"1": 11, "2": 17}
    with Image.open(folder / "masks/Annotations/Street_2/00000.png") as picture:
        assert set(np.unique(np.array(picture))) == {0, 1}
    assert sorted(p.name for p in (folder / "masks-binary/clip").iterdir()) == ["011", "017"]
    lists = {p.stem: p.read_text().split() for p in (folder / "masks/ImageSets/2017").iterdir()}
    assert lists == {"train": ["street", "Street_2"], "val": ["clip"]}
    assert report.written[0].main == folder / "masks/Annotations"
    assert report.written[1].main == folder / "masks-binary"


def test_a_split_by_time_cuts_each_video(merged):
    folder, report = merged(["coco", "masks"], split=Split(SplitBy.TIME, 0.5, 0.25, 0.25))
    parts = {name: coco(folder, name) for name in ("train", "val", "test")}
    counts = {n: Counter(i["video_id"] for i in raw["images"]) for n, raw in parts.items()}
    assert counts["train"] == {1: 5, 2: 2, 3: 3}
    assert sum(counts["val"].values()) + sum(counts["test"].values()) == 10
    for video in (1, 2, 3):
        spans = [
            [i["frame_id"] for i in parts[n]["images"] if i["video_id"] == video] for n in parts
        ]
        in_order = [frame for span in spans for frame in span]
        assert in_order == sorted(in_order)
    ids = [i["id"] for raw in parts.values() for i in raw["images"]]
    assert sorted(ids) == list(range(1, 21))
    for raw in parts.values():
        assert {c["name"] for c in raw["categories"]} == {"car", "dog"}
        assert {a["image_id"] for a in raw["annotations"]} == {i["id"] for i in raw["images"]}
    listed = (folder / "masks/ImageSets/train.txt").read_text().split()
    assert listed[:6] == [f"street/{f:05d}" for f in range(5)] + ["Street_2/00000"]
    assert report.written[0].main == folder / "coco/annotations"


def test_one_video_can_be_split_by_time_only(items, run_export, tmp_path):
    project, source = items[0].project, items[0].source
    run_export(project, source, ["coco", "cvat-images"], tmp_path, split=Split(SplitBy.TIME))
    assert [len(coco(tmp_path, n)["images"]) for n in ("train", "val", "test")] == [8, 1, 1]
    assert coco(tmp_path, "val")["images"][0]["file_name"] == "frame_000008.jpg"
    root = ET.parse(tmp_path / "cvat-images/annotations.xml").getroot()
    tasks = root.findall("meta/project/tasks/task")
    spans = [
        (t.findtext("name"), t.findtext("start_frame"), t.findtext("stop_frame")) for t in tasks
    ]
    assert spans == [("clip_train", "0", "7"), ("clip_val", "8", "8"), ("clip_test", "9", "9")]
    assert [i.get("id") for i in root.iter("image")] == [str(f) for f in range(10)]
    assert [i.get("subset") for i in root.iter("image")] == ["train"] * 8 + ["val", "test"]
    with pytest.raises(UsageError, match="leaves parts empty; split by time"):
        run_export(project, source, "coco", tmp_path / "x", split=Split(SplitBy.VIDEO))


def test_datumaro_reads_every_part_of_a_merge(merged, items, read_with_datumaro):
    names = {"coco": "coco_instances", "cvat-images": "cvat"}
    folder, _ = merged(list(names), images=ImageFiles.JPEG, split=Split(SplitBy.TIME))
    expected = {
        f"{video}/frame_{f:06d}": item.project.masks.get(f, 1 if video != "Street_2" else 3)
        for item, video in zip(items, ("street", "Street_2", "clip"), strict=True)
        for f in range(len(item.source))
    }
    for name, reader in names.items():
        found = read_with_datumaro(reader, folder / name)
        assert found["labels"] == ["car", "dog"]
        assert {item["name"] for item in found["items"]} == expected.keys()
        for item in found["items"]:
            masks = [a["mask"] for a in item["annotations"] if "mask" in a]
            if name == "coco":
                assert len(masks) == (1 if item["name"].startswith("Street_2") else 2)
            for mask in masks:
                assert (mask == expected[item["name"]].mask.to_array()).all()


@settings(max_examples=60)
@given(
    count=st.integers(0, 200),
    shares=st.lists(st.floats(0.01, 1), min_size=1, max_size=3),
)
@example(count=10, shares=[0.7, 0.2, 0.1])
@example(count=3, shares=[0.98, 0.01, 0.01])
def test_shares_are_kept_and_no_part_is_empty(count, shares):
    total = sum(shares)
    wanted = {str(n): share / total for n, share in enumerate(shares)}
    given_out = apportioned(count, wanted)
    assert sum(given_out.values()) == count
    if count >= len(shares):
        assert min(given_out.values()) >= 1
    for name, number in given_out.items():
        assert abs(number - count * wanted[name]) <= len(shares)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"train": 1, "val": 0, "test": 0}, "at least two parts"),
        ({"train": -1}, "0 or more"),
        ({"train": float("nan")}, "0 or more"),
    ],
)
def test_splits_that_make_no_sense(wrong, words):
    with pytest.raises(UsageError, match=words):
        Split(SplitBy.TIME, **wrong)


def test_a_pattern_names_frames_and_pictures(merged):
    folder, _ = merged(
        ["coco", "masks"], pattern="{video}-{frame:03d}", images=ImageFiles.JPEG, every=5
    )
    names = [i["file_name"] for i in coco(folder)["images"]]
    assert names[:3] == [
        "street/street-000.jpg",
        "street/street-005.jpg",
        "Street_2/Street_2-000.jpg",
    ]
    assert all((folder / "coco/images" / name).is_file() for name in names)
    assert (folder / "masks/Annotations/street/street-005.png").is_file()
    assert (folder / "masks/JPEGImages/street/street-005.jpg").is_file()


def test_mask_files_are_numbered_where_the_pattern_does_not_sort(merged):
    folder, report = merged("masks", pattern="{frame}", first=0)
    assert sorted(p.name for p in (folder / "masks/Annotations/street").iterdir())[:2] == [
        "0.png", "1.png",
    ]  # fmt: skip
    assert report.warnings


@pytest.mark.parametrize(
    "pattern",
    ["x", "{video}", "{clip}", "{frame", "{0}", "{frame:zz}", "a/{frame}", "{frame.x}", "{frame}?"],
)
def test_patterns_that_make_no_sense(pattern):
    with pytest.raises(UsageError, match="file name pattern"):
        ExportOptions(pattern=pattern)


def test_a_pattern_that_repeats_names_of_images_is_refused(
    memory_source, make_project, hard_masks, run_export, tmp_path
):
    source = memory_source(2, names=["picture 1", "picture 2"], path=tmp_path)
    project = make_project(source, {(f, 1): hard_masks["hole"] for f in range(2)})
    with pytest.raises(UsageError, match="several frames one name"):
        run_export(project, source, "coco", tmp_path / "out", pattern="{name:.7}")


def test_labels_are_chosen_and_unknown_ones_named(items, run_export, tmp_path):
    project, source = items[0].project, items[0].source
    report = run_export(project, source, "coco", tmp_path, labels=["dog"])
    assert (report.objects, report.masks) == (1, 10)
    assert [c["name"] for c in coco(tmp_path)["categories"]] == ["dog"]
    with pytest.raises(UsageError, match=r"no label 'cat' in the project; there are car, dog"):
        run_export(project, source, "coco", tmp_path / "x", labels=["cat"])
    with pytest.raises(UsageError, match=r"no object 2 in the project; it has 1, 7"):
        run_export(project, source, "coco", tmp_path / "x", object_ids=[2])


def test_masks_are_tidied_for_every_format_alike(
    memory_source, make_project, hard_masks, run_export, tmp_path
):
    source = memory_source()
    mask = hard_masks["hole"].copy()
    mask[11, 15] = True
    masks = {(0, 1): mask, (0, 2): hard_masks["one pixel"], (1, 2): hard_masks["one pixel"]}
    project = make_project(source, masks)
    options = {"fill_holes": 6, "drop_specks": 2, "min_area": 2}
    names = ["coco", "masks", "masks-binary", "cvat-images"]
    report = run_export(project, source, names, tmp_path, **options)
    assert (report.frames, report.objects, report.masks) == (2, 1, 1)
    expected = np.zeros((12, 16), bool)
    expected[2:9, 3:12] = True
    (found,) = coco(tmp_path)["annotations"]
    assert (found["area"], found["bbox"]) == (63, [3, 2, 9, 7])
    assert (Mask(12, 16, found["segmentation"]["counts"].encode()).to_array() == expected).all()
    with Image.open(tmp_path / "masks/Annotations/clip/00000.png") as picture:
        assert (np.array(picture) == expected).all()
    with Image.open(tmp_path / "masks-binary/clip/001/00000.png") as picture:
        assert (np.array(picture) == expected * 255).all()
    root = ET.parse(tmp_path / "cvat-images/annotations.xml").getroot()
    assert [m.get("rle") for m in root.iter("mask")] == ["0, 63"]
    assert project.masks.get(0, 1).mask == Mask.from_array(mask)


@pytest.mark.parametrize(
    "wrong",
    [{"min_area": -1}, {"fill_holes": -2}, {"drop_specks": -1}, {"polygon_tolerance": -0.5}],
)
def test_tidying_by_less_than_nothing_is_refused(wrong):
    with pytest.raises(UsageError, match="must be 0 or more"):
        ExportOptions(**wrong)


MASKS = arrays.arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9)))


@settings(max_examples=60)
@given(array=MASKS, holes=st.integers(0, 9), specks=st.integers(0, 9), area=st.integers(0, 20))
def test_tidying_does_what_it_says(array, holes, specks, area):
    mask = Mask.from_array(array)
    if not array.any():
        return
    box = cleaned(BoxPixels.of(mask), Cleaning(holes, specks, area))
    result = np.zeros_like(array)
    result[box.window] = box.pixels
    parts = components(array, diagonal=True)
    kept = sum((p for p in parts if p.sum() >= specks), np.zeros_like(array, int)) > 0
    inside = [h for h in components(~kept) if not touches_border(h) and h.sum() <= holes]
    expected = kept | (sum(inside, np.zeros_like(array, int)) > 0)
    if expected.sum() < area:
        expected = np.zeros_like(array)
    assert (result == expected).all()
    if expected.any():
        assert box.encoded(*array.shape) == Mask.from_array(expected)


def components(array, diagonal=False):
    """Connected parts by flooding, pixel by pixel."""
    left, found = {tuple(p) for p in np.argwhere(array)}, []
    steps = [(0, 1), (1, 0), (0, -1), (-1, 0)]
    steps += [(1, 1), (1, -1), (-1, 1), (-1, -1)] if diagonal else []
    while left:
        front, part = [left.pop()], np.zeros(array.shape, bool)
        while front:
            y, x = front.pop()
            part[y, x] = True
            near = {(y + dy, x + dx) for dy, dx in steps} & left
            left -= near
            front += near
        found.append(part)
    return found


def touches_border(part):
    return part[0].any() or part[-1].any() or part[:, 0].any() or part[:, -1].any()
