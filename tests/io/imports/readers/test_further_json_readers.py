"""Result lists, BURST, SA-1B, Label Studio, Supervisely and VIA: frames, objects, pixels, labels."""

from __future__ import annotations

import base64
import io
import json
import zlib

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask

from vostool.errors import LabelsError
from vostool.io.imports.importers import detect_format, read_labels
from vostool.masks.box import Box

PIXELS = np.zeros((12, 16), bool)
PIXELS[2:6, 3:9] = True
COUNTS = coco_mask.encode(np.asfortranarray(PIXELS.astype(np.uint8)))["counts"].decode()
RLE = {"size": [12, 16], "counts": COUNTS}


@pytest.fixture
def write(tmp_path):
    def run(value, name="a.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value))
        return path

    return run


def seen(found):
    """(frame, label, pixels) of every shape."""
    return [
        (s.frame, s.label, None if s.mask is None else int(s.mask.to_array().sum()))
        for s in found.shapes
        if not s.absent
    ]


def test_coco_results(write, make_target) -> None:
    entries = [
        {"image_id": f, "category_id": c, "segmentation": RLE, "score": s}
        for f, c, s in ((0, 1, 0.9), (0, 2, 0.2), (4, 1, 0.8))
    ]
    path = write(entries)
    assert detect_format(path).name == "coco-results"
    found = read_labels(path, make_target())
    assert seen(found) == [(0, "category 1", 24), (0, "category 2", 24), (4, "category 1", 24)]
    assert "A list of results has no names of classes" in found.warnings[0]
    sure = read_labels(path, make_target(), options={"min_score": 0.5})
    assert len(sure.shapes) == 2
    from_one = write([{**entries[0], "image_id": n} for n in range(1, 11)])
    assert [s.frame for s in read_labels(from_one, make_target()).shapes] == list(range(10))


def test_youtube_vis_results(write, make_target) -> None:
    rows = [RLE if f % 2 == 0 else None for f in range(10)]
    entry = {"video_id": 1, "category_id": 3, "score": 0.9, "segmentations": rows}
    path = write([entry, entry])
    assert detect_format(path).name == "youtube-vis-results"
    found = read_labels(path, make_target())
    assert [s.frame for s in found.shapes if not s.absent] == [0, 2, 4, 6, 8] * 2
    assert [o.label for o in found.objects] == ["category 3", "category 3"]
    assert sum(s.absent for s in found.shapes) == 10
    longer = {**entry, "video_id": 2, "segmentations": rows * 2}
    both = read_labels(write([entry, longer]), make_target())
    assert len(both.objects) == 1
    with pytest.raises(LabelsError, match="results of 2 videos"):
        read_labels(write([longer, {**longer, "video_id": 3}]), make_target())


def burst(**more):
    return {
        "split": "val",
        "categories": [{"id": 805, "name": "person"}],
        "sequences": [
            {
                "seq_name": "clip", "width": 16, "height": 12, "fps": 1,
                "all_image_paths": [f"frame{n:04d}.jpg" for n in range(3, 13)],
                "annotated_image_paths": ["frame0003.jpg", "frame0008.jpg"],
                "track_category_ids": {"7": 805},
                "segmentations": [{"7": {"rle": COUNTS}}, {"7": {"rle": COUNTS, "score": 1.0}}],
                **more,
            }
        ],
    }  # fmt: skip


def test_burst(write, make_target) -> None:
    path = write(burst())
    assert detect_format(path).name == "burst"
    found = read_labels(path, make_target())
    assert seen(found) == [(0, "person", 24), (5, "person", 24)]
    assert [o.proposed_id for o in found.objects] == [7]
    assert found.examples == (("frame0003.jpg", 0), ("frame0008.jpg", 5))
    # The person's own pictures have these names: then they count, not the position.
    own = [f"frame{n:04d}" for n in range(1, 13)]
    assert [s.frame for s in read_labels(path, make_target(names=own)).shapes] == [2, 7]
    with pytest.raises(LabelsError, match="its video is 32x12"):
        read_labels(write(burst(width=32)), make_target())
    two = burst()
    two["sequences"] *= 2
    two["sequences"][1] = {**two["sequences"][1], "seq_name": "other"}
    with pytest.raises(LabelsError, match=r"holds 2 sequences \(clip, other\)"):
        read_labels(write(two), make_target())
    assert len(read_labels(write(two), make_target(), options={"video": "other"}).shapes) == 2


def test_sa_1b(write, make_target) -> None:
    for n in (1, 2):
        image = {"image_id": n, "width": 16, "height": 12, "file_name": f"frame_{n:06d}.jpg"}
        entry = {"id": 1, "segmentation": RLE, "bbox": [3, 2, 6, 4], "predicted_iou": 0.9}
        path = write({"image": image, "annotations": [entry, entry]}, f"d/sa_{n + 40}.json")
    assert detect_format(path).name == "sa-1b"
    found = read_labels(path.parent, make_target())
    assert seen(found) == [(1, "object", 24)] * 2 + [(2, "object", 24)] * 2


def pack(values: np.ndarray) -> list[int]:
    """rle-pack of bytes, in blocks of runs only: its specification, written the other way."""
    bits = f"{values.size:032b}{7:05b}" + "".join(f"{size - 1:04b}" for size in (3, 4, 8, 16))
    place = 0
    while place < values.size:
        end = place
        while end < values.size and values[end] == values[place] and end - place < 1 << 16:
            end += 1
        length = end - place
        if length == 1 and end + 1 < values.size:
            bits += f"000{1:03b}{values[place]:08b}{values[place + 1]:08b}"  # two that differ
            place += 2
            continue
        bits += f"1{3:02b}{length - 1:016b}{values[place]:08b}"
        place = end
    bits += "0" * (-len(bits) % 8)
    return [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]


def region(kind, value, **more):
    return {
        "id": kind, "type": kind, "from_name": "label", "to_name": "image",
        "original_width": 16, "original_height": 12, "value": value, **more,
    }  # fmt: skip


def task(*results, media="/data/upload/3/0a1b2c3d-frame_000004.png", number=1):
    entry = {"id": 7, "result": list(results), "was_cancelled": False}
    return {"id": number, "data": {"image": media}, "annotations": [entry]}


def test_label_studio_pictures(write, make_target) -> None:
    rgba = np.repeat(np.where(PIXELS, 255, 0).astype(np.uint8)[..., None], 4, axis=2)
    brush = {"format": "rle", "rle": pack(rgba.ravel()), "brushlabels": ["car"]}
    square = [[25, 25], [75, 25], [75, 75], [25, 75]]
    value = task(
        region("brushlabels", brush),
        region("polygonlabels", {"points": square, "polygonlabels": ["dog"]}),
        region("rectanglelabels", {"x": 25, "y": 50, "width": 50, "height": 25,
                                   "rotation": 0, "rectanglelabels": ["cat"]}),
        region("ellipselabels", {"x": 50, "y": 50, "radiusX": 25, "radiusY": 25,
                                 "rotation": 0, "ellipselabels": ["sun"]}),
        region("choices", {"choices": ["red", "fast"]}, id="brushlabels", from_name="look"),
        region("keypointlabels", {"x": 1, "y": 1, "keypointlabels": ["eye"]}),
    )  # fmt: skip
    path = write([{"id": 2, "data": {"image": "b.png"}, "annotations": []}, value])
    assert detect_format(path).name == "label-studio"
    found = read_labels(path, make_target())
    shapes = {shape.label: shape for shape in found.shapes}
    assert {shape.frame for shape in found.shapes} == {4}
    assert np.array_equal(shapes["car"].mask.to_array(), PIXELS)
    assert shapes["car"].attributes == (("look", "red, fast"),)
    assert shapes["dog"].mask.to_array()[3:9, 4:12].all()
    assert shapes["dog"].mask.to_array().sum() == 48
    assert shapes["cat"].box == Box(4, 6, 12, 9)
    assert 30 <= shapes["sun"].mask.to_array().sum() <= 44
    assert shapes.keys() == {"car", "dog", "cat", "sun"}


@pytest.mark.parametrize(
    "media",
    ["s3://bucket/frames/frame_000004.jpg", "/data/local-files/?d=frames/frame_000004.jpg",
     "https://host/a%20b/frame_000004.jpg?X-Amz-Signature=12ab", "frame_000004.jpg"],
)  # fmt: skip
def test_label_studio_knows_a_picture_by_its_url(write, make_target, media) -> None:
    box = region("rectanglelabels", {"x": 0, "y": 0, "width": 50, "height": 50})
    (shape,) = read_labels(write([task(box, media=media)]), make_target()).shapes
    assert shape.frame == 4


def test_label_studio_short_json(write, make_target) -> None:
    box = {"x": 0, "y": 0, "width": 50, "height": 50, "rectanglelabels": ["car"],
           "original_width": 16, "original_height": 12}  # fmt: skip
    path = write([{"image": "frame_000003.png", "label": [box], "annotator": 1, "id": 5}])
    assert detect_format(path).name == "label-studio"
    assert [(s.frame, s.label) for s in read_labels(path, make_target()).shapes] == [(3, "car")]


def test_label_studio_video(write, make_target) -> None:
    keys = [
        {"frame": 1, "enabled": True, "x": 0, "y": 0, "width": 50, "height": 50, "rotation": 0},
        {"frame": 5, "enabled": False, "x": 50, "y": 0, "width": 50, "height": 50},
        {"frame": 8, "enabled": True, "x": 0, "y": 50, "width": 25, "height": 50},
    ]
    value = {"framesCount": 10, "sequence": keys, "labels": ["car"]}
    path = write([task(region("videorectangle", value), media="/data/clip.mp4")])
    found = read_labels(path, make_target())
    assert [(o.label, o.proposed_id) for o in found.objects] == [("car", 1)]
    boxes = {s.frame: (s.box, s.keyframe) for s in found.shapes if s.box is not None}
    assert boxes[0] == (Box(0, 0, 8, 6), True)
    assert boxes[2] == (Box(4, 0, 12, 6), False)
    assert boxes[4] == (Box(8, 0, 16, 6), True)
    assert [s.frame for s in found.shapes if s.absent] == [5]
    assert sorted(boxes) == [0, 1, 2, 3, 4, 7, 8, 9]
    assert boxes[9] == (Box(0, 6, 4, 12), False)
    short = read_labels(path, make_target(count=12))
    assert any("Label Studio counted 10 frames" in text for text in short.warnings)
    two = [task(region("videorectangle", value), media=f"/data/{n}.mp4", number=n) for n in (1, 2)]
    with pytest.raises(LabelsError, match="holds 2 videos"):
        read_labels(write(two), make_target())
    assert read_labels(write(two), make_target(), options={"task": "2"}).objects


@pytest.mark.parametrize("damage", [[1, 2, 3], [300], "text", []])
def test_a_damaged_brush_is_named(write, make_target, damage) -> None:
    brush = region("brushlabels", {"format": "rle", "rle": damage, "brushlabels": ["car"]})
    good = region("rectanglelabels", {"x": 0, "y": 0, "width": 50, "height": 50})
    found = read_labels(write([task(brush, good)]), make_target())
    assert len(found.shapes) == 1
    assert "task 1, region brushlabels: the brush" in found.skipped[0]


def bitmap(pixels: np.ndarray) -> str:
    stream = io.BytesIO()
    alpha = np.where(pixels, 255, 0).astype(np.uint8)
    Image.merge("RGBA", [Image.fromarray(alpha)] * 4).save(stream, "PNG")
    return base64.b64encode(zlib.compress(stream.getvalue())).decode()


def figures():
    square = [[3, 2], [8, 2], [8, 5], [3, 5]]
    hole = [[5, 3], [6, 3], [6, 4], [5, 4]]
    return [
        ("bitmap", {"bitmap": {"data": bitmap(PIXELS[2:6, 3:9]), "origin": [3, 2]}}, 24),
        ("polygon", {"points": {"exterior": square, "interior": []}}, 24),
        ("polygon", {"points": {"exterior": square, "interior": [hole]}}, 20),
        ("rectangle", {"points": {"exterior": [[8, 5], [3, 2]], "interior": []}}, None),
    ]


def test_supervisely_video(write, make_target) -> None:
    tags = [{"name": "colour", "value": "red"}, {"name": "parked", "value": None}]
    value = {
        "size": {"height": 12, "width": 16}, "framesCount": 10, "description": "", "tags": [],
        "objects": [{"key": "a", "classTitle": "car", "tags": tags},
                    {"key": "b", "classTitle": "dog", "tags": []}],
        "frames": [
            {"index": 2 * i, "figures": [{"key": f"f{i}", "objectKey": "ab"[i % 2],
                                          "geometryType": kind, "geometry": geometry}]}
            for i, (kind, geometry, _) in enumerate(figures())
        ],
    }  # fmt: skip
    path = write(value, "ds0/ann/clip.mp4.json")
    write({"classes": [{"title": "car", "shape": "any", "color": "#0A141E"}]}, "meta.json")
    assert detect_format(path).name == "supervisely"
    found = read_labels(path.parents[2], make_target())
    labels = ("car", "dog", "car", "dog")
    assert seen(found) == [(2 * i, labels[i], figures()[i][2]) for i in range(4)]
    assert found.shapes[3].box == Box(3, 2, 9, 6)
    assert [o.proposed_id for o in found.objects] == [1, 2]
    assert found.objects[0].attributes == (("colour", "red"), ("parked", "true"))
    assert [(label.name, label.colour) for label in found.labels] == [("car", (10, 20, 30))]
    with pytest.raises(LabelsError, match="of a video of 32x12"):
        read_labels(write({**value, "size": {"height": 12, "width": 32}}), make_target())


def test_supervisely_pictures(write, make_target) -> None:
    for n in range(1, 11):
        objects = [
            {"classTitle": "car", "geometryType": kind, "tags": [], **geometry}
            for kind, geometry, _ in figures()
        ]
        value = {"size": {"height": 12, "width": 16}, "tags": [], "objects": objects}
        path = write(value, f"ann/{n:04d}.jpg.json")
    found = read_labels(path.parent, make_target())
    assert found.skipped == ()
    assert [s[0] for s in seen(found)] == [f for f in range(10) for _ in range(4)]
    assert [s[2] for s in seen(found)][:4] == [24, 24, 20, None]


@pytest.mark.parametrize("data", ["eJwBgQB+", "no base64 !", "", 5])
def test_a_damaged_bitmap_is_named(write, make_target, data) -> None:
    geometry = {"bitmap": {"data": data, "origin": [3, 2]}}
    good = {"points": {"exterior": [[3, 2], [8, 5]], "interior": []}}
    parts = [{"key": "f", "objectKey": "a", "geometryType": "bitmap", "geometry": geometry},
             {"key": "g", "objectKey": "a", "geometryType": "rectangle", "geometry": good}]  # fmt: skip
    value = {
        "objects": [{"key": "a", "classTitle": "car"}],
        "frames": [{"index": 0, "figures": parts}],
    }
    found = read_labels(write(value), make_target())
    assert len(found.shapes) == 1
    assert "figure f on frame 0: the bitmap" in found.skipped[0]


def test_via(write, make_target) -> None:
    shapes = [
        {"name": "polygon", "all_points_x": [3, 9, 9, 3], "all_points_y": [2, 2, 6, 6]},
        {"name": "rect", "x": 3, "y": 2, "width": 6, "height": 4},
        {"name": "circle", "cx": 8, "cy": 6, "r": 3},
        {"name": "ellipse", "cx": 8, "cy": 6, "rx": 3, "ry": 3, "theta": 0.5},
        {"name": "point", "cx": 1, "cy": 1},
    ]
    said = {"class": "car", "colour": "red", "track_id": "4", "look": {"shiny": True, "old": False}}
    regions = [{"shape_attributes": s, "region_attributes": said} for s in shapes]
    entry = {
        "filename": "frame_000002.jpg",
        "size": 12345,
        "regions": regions,
        "file_attributes": {},
    }
    project = {"_via_settings": {}, "_via_img_metadata": {"frame_000002.jpg12345": entry}}
    old = {"a": {**entry, "regions": dict(enumerate(regions))}}
    for value in ({"frame_000002.jpg12345": entry}, project, old):
        path = write(value)
        assert detect_format(path).name == "via"
        found = read_labels(path, make_target())
        assert {(s.frame, s.label) for s in found.shapes} == {(2, "car")}
        assert np.array_equal(found.shapes[0].mask.to_array(), PIXELS)
        assert found.shapes[1].box == Box(3, 2, 9, 6)
        assert all(22 <= s.mask.to_array().sum() <= 34 for s in found.shapes[2:])
        (obj,) = found.objects
        assert (obj.proposed_id, obj.attributes) == (4, (("colour", "red"), ("look", "shiny")))
        assert "a point has no area" in found.skipped[0]


JUNK = [None, True, -1, 1.5, float("nan"), 10**30, "", "x", [], {}, [1], [None], {"a": 1}]


def _places(value, path=()):
    """The path of every value inside a JSON value."""
    if isinstance(value, dict):
        items = value.items()
    else:
        items = enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _places(inner, (*path, key))


def _with(value, path, junk):
    copy = json.loads(json.dumps(value))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = junk
    return copy


def _seeds():
    polygon = region("polygonlabels", {"points": [[9, 9], [60, 9], [60, 60]], "labels": ["a"]})
    keys = [{"frame": 1, "enabled": True, "x": 1, "y": 1, "width": 9, "height": 9}]
    video = region("videorectangle", {"framesCount": 10, "sequence": keys, "labels": ["c"]})
    frames = [
        {"index": i, "figures": [{"objectKey": "a", "geometryType": k, "geometry": g}]}
        for i, (k, g, _) in enumerate(figures())
    ]
    shape = {"name": "polygon", "all_points_x": [3, 9, 9], "all_points_y": [2, 2, 6]}
    regions = [{"shape_attributes": shape, "region_attributes": {"class": "car"}}]
    size = {"width": 16, "height": 12}
    return {
        "burst": burst(),
        "coco-results": [{"image_id": 1, "category_id": 1, "segmentation": RLE, "score": 0.5}],
        "youtube-vis-results": [{"video_id": 1, "category_id": 1, "segmentations": [RLE] * 10}],
        "sa-1b": {"image": size, "annotations": [{"segmentation": RLE}]},
        "label-studio": [task(polygon), task(video)],
        "supervisely": {
            "size": size, "objects": [{"key": "a", "classTitle": "c"}], "frames": frames,
        },
        "via": {"a": {"filename": "frame_000002.jpg", "regions": regions}},
    }  # fmt: skip


@pytest.mark.parametrize("name", _seeds())
def test_any_value_in_any_place_is_read_or_refused(write, make_target, name) -> None:
    """Whatever stands in a file, a sentence or labels come of it, never a traceback."""
    seed = _seeds()[name]
    outcomes = set()
    for path in _places(seed):
        for junk in JUNK:
            file = write(_with(seed, path, junk), "frame_000001.json")
            try:
                outcomes.add(bool(read_labels(file, make_target(), name).shapes))
            except LabelsError as error:
                outcomes.add(str(error)[-1] in ".)")
    assert outcomes == {True}
