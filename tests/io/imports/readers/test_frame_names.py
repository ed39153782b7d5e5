"""Which frames names mean: one table a kind, read by the resolver and through every reader."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from vostool.errors import UsageError
from vostool.io.imports.importers import read_labels
from vostool.io.imports.readers.frame_names import Picture, place

HASH = "3fd42b7e9a1c4d5e8f60718293a4b512"

NAMES = [
    # counting from one over the whole clip of ten frames
    ([f"{n:05d}.png" for n in range(1, 11)], range(10), "numbers count from 1"),
    ([f"{n:04d}.jpg" for n in range(1, 11)], range(10), "numbers count from 1"),
    ([f"frame_{n:06d}.jpg" for n in range(1, 11)], range(10), "numbers count from 1"),
    ([f"img{n}.jpg" for n in range(1, 11)], range(10), "numbers count from 1"),
    ([f"clip/{n:08d}.jpg" for n in range(1, 11)], range(10), "numbers count from 1"),
    # a part of it with the last frame, which from zero is none
    (["0004.png", "0010.png"], [3, 9], "numbers count from 1"),
    (["frame_000010"], [9], "numbers count from 1"),
    # from where the clip was cut out
    ([f"{n:05d}.png" for n in range(1001, 1011)], range(10), "numbers count from 1001"),
    # from zero
    ([f"{n:05d}.png" for n in range(10)], range(10), ""),
    (["00000.png", "00005.png"], [0, 5], ""),
    (["frame_000004.PNG", "frame_000007.PNG"], [4, 7], ""),
    # digits that are no frame
    ([f"clip_mp4-000{n}_jpg.rf.{n}{HASH}.jpg" for n in (0, 7)], [0, 7], ""),
    ([f"clip_mp4-000{n}_jpg.rf.{n}{HASH}.txt" for n in (0, 7)], [0, 7], ""),
    ([f"frame_000{n}_png.rf.Ab{n}cDeFgHiJkLmNoPq12.png" for n in (0, 3)], [0, 3], ""),
    ([f"frame000{n}_v2.png" for n in (0, 4, 5)], [0, 4, 5], ""),
    (["frame0004_v2.png"], [4], None),
    (["GH010123_0004.png"], [4], None),
    (["0007_mask_1.png"], [7], None),
    ([f"a1b2c3d{n}-frame_000{n}.png" for n in (0, 8)], [0, 8], ""),
    ([f"0{n}_1080p_30fps.png" for n in (0, 6)], [0, 6], ""),
    ([f"cam2_000{n}.png" for n in (0, 3)], [0, 3], ""),
    ([f"000{n}.jpg.json" for n in (0, 3)], [0, 3], ""),
    ([f"000{n}_640x480.png" for n in (0, 3)], [0, 3], ""),
    ([f"{n:04d} (2).png" for n in (0, 3)], [0, 3], ""),
    ([f"shot3_f{n}_obj1.png" for n in (0, 9)], [0, 9], ""),
    # steps
    (["00000.png", "00003.png", "00006.png", "00009.png"], [0, 3, 6, 9], "every 3rd frame"),
    (["frame0001.jpg", "frame0004.jpg", "frame0007.jpg"], [0, 3, 6], "numbers count from 1 (1, 4"),
    # no such frame
    (["frame_000099"], [None], ""),
    (["holiday"], [None], ""),
]


@pytest.mark.parametrize(("names", "frames", "note"), NAMES, ids=lambda v: str(v)[:40])
def test_names_of_a_videos_frames(make_target, names, frames, note) -> None:
    found = place(make_target(), [Picture(name) for name in names])
    assert found.frames == tuple(frames)
    if note is not None:
        assert found.doubts == ()
        assert note in "; ".join(found.notes)


@pytest.mark.parametrize("names", [["0003.png"], ["1.png", "2.png"], ["img5.jpg", "img7.jpg"]])
def test_what_the_numbers_leave_open_is_asked(make_target, names) -> None:
    pictures = [Picture(name) for name in names]
    open_question = place(make_target(), pictures)
    (doubt,) = open_question.doubts
    assert "--first-number 1" in doubt.sentence
    assert (doubt.option, doubt.choices) == ("first_number", ("0", "1"))
    said = place(make_target(), pictures, {"first_number": "1"})
    assert said.doubts == ()
    assert [f - 1 for f in open_question.frames] == list(said.frames)


def test_a_first_number_is_a_number(make_target) -> None:
    with pytest.raises(UsageError, match="must be auto or a whole number"):
        place(make_target(), [Picture("1")], {"first_number": "one"})


@pytest.mark.parametrize(
    ("own", "names", "frames"),
    [
        (["a", "b"], ["b.png", "a.png"], (1, 0)),
        (["0005", "0007"], ["7.png", "0005.png"], (1, 0)),
        (["0005", "0007"], ["frame_000001"], (1,)),
        (["x1_v2", "x2_v2"], ["x2_v2.json", "x1_v2.json"], (1, 0)),
        # one further, and one less, than the pictures' own numbers
        (["0000", "0001", "0002"], ["0001", "0002", "0003"], (0, 1, 2)),
        (["0001", "0002", "0003"], ["0000", "0001", "0002"], (0, 1, 2)),
        (["0000", "0001", "0002"], ["0001", "0003"], (0, 2)),
        # pictures that the folder lacks are left out, the others stay where they are
        (["0000", "0001", "0002"], ["0000", "0002", "0009"], (0, 2, None)),
    ],
)
def test_names_of_an_image_folder_come_first(make_target, own, names, frames) -> None:
    target = make_target(names=own)
    assert place(target, [Picture(name) for name in names]).frames == frames


@pytest.mark.parametrize(
    ("stated", "frames"),
    [([0, 6], (0, 6)), ([1, 10], (0, 9)), ([4, 5], (4, 5)), (range(1, 11), tuple(range(10)))],
)
def test_a_stated_number_comes_before_digits(make_target, stated, frames) -> None:
    pictures = [Picture(f"frame{9 - n % 9:04d}.jpg", n) for n in stated]
    assert place(make_target(), pictures).frames == frames


FIELDS = [
    {"frame_index": 6},  # TAO, BURST
    {"frame_id": 6},  # CocoVID
    {"frame": 6},
    {"frame_number": 6},
    {"frameIndex": "6"},
    {"attributes": {"frame": 6}},
    {"extra": {"name": "clip_mp4-0006.jpg"}},  # Roboflow
]


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_coco_takes_a_frame_from_every_field(tmp_path, make_target, field) -> None:
    path = tmp_path / "a.json"
    image = {"id": 1, "file_name": "frame0002.jpg", "width": 16, "height": 12, **field}
    entry = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4]}
    data = {"images": [image], "annotations": [entry], "categories": [{"id": 1, "name": "car"}]}
    path.write_text(json.dumps(data))
    found = read_labels(path, make_target())
    assert [shape.frame for shape in found.shapes] == [6]
    assert found.examples == (("frame0002.jpg", 6),)


def _masks(folder, names):
    for name in names:
        array = np.zeros((12, 16), np.uint8)
        array[2:6, 3:9] = 1
        Image.fromarray(array).save(folder / f"{name}.png")


def _labelme(folder, names):
    shape = {"label": "car", "points": [[1, 1], [9, 1], [9, 9]], "shape_type": "polygon"}
    for name in names:
        value = {"shapes": [shape], "imagePath": f"{name}.jpg", "imageWidth": 16, "imageHeight": 12}
        (folder / f"{name}.json").write_text(json.dumps(value))


def _isat(folder, names):
    entry = {"category": "car", "group": 1, "segmentation": [[1, 1], [9, 1], [9, 9]], "layer": 1.0}
    for name in names:
        info = {"description": "ISAT", "name": f"{name}.jpg", "width": 16, "height": 12}
        (folder / f"{name}.json").write_text(json.dumps({"info": info, "objects": [entry]}))


def _yolo(folder, names):
    for name in names:
        (folder / f"{name}.txt").write_text("0 0.5 0.5 0.25 0.25\n")


def _datumaro(folder, names):
    items = [
        {"id": name, "annotations": [{"type": "bbox", "bbox": [1, 1, 5, 5], "label_id": 0}]}
        for name in names
    ]
    labels = {"label": {"labels": [{"name": "car"}]}}
    (folder / "a.json").write_text(json.dumps({"items": items, "categories": labels}))


def _coco(folder, names):
    images = [{"id": i, "file_name": f"{n}.jpg"} for i, n in enumerate(names)]
    entries = [
        {"id": i, "image_id": i, "category_id": 1, "bbox": [1, 1, 4, 4]} for i in range(len(names))
    ]
    (folder / "a.json").write_text(json.dumps({"images": images, "annotations": entries}))


def _youtube_vis(folder, names):
    video = {"id": 1, "file_names": [f"{n}.jpg" for n in names]}
    track = {"id": 1, "video_id": 1, "category_id": 1, "bboxes": [[1, 1, 4, 4]] * len(names)}
    data = {"videos": [video], "annotations": [track], "categories": [{"id": 1, "name": "car"}]}
    (folder / "a.json").write_text(json.dumps(data))


def _cvat(folder, names):
    box = '<box label="car" xtl="1" ytl="1" xbr="5" ybr="5"/>'
    body = "".join(f'<image id="{i}" name="{n}.jpg">{box}</image>' for i, n in enumerate(names))
    (folder / "a.xml").write_text(f"<annotations><version>1.1</version>{body}</annotations>")


WRITERS = {
    "masks": _masks,
    "labelme": _labelme,
    "isat": _isat,
    "yolo": _yolo,
    "datumaro": _datumaro,
    "coco": _coco,
    "youtube-vis": _youtube_vis,
    "cvat": _cvat,
}
FROM_ONE = ["{:05d}", "frame_{:06d}", "img{}", "clip_mp4-{:04d}_jpg.rf." + HASH, "f{:03d}_v2"]


@pytest.mark.parametrize("pattern", FROM_ONE)
@pytest.mark.parametrize("name", WRITERS)
def test_every_reader_recognises_names_from_one(tmp_path, make_target, name, pattern) -> None:
    WRITERS[name](tmp_path, [pattern.format(n) for n in range(1, 11)])
    found = read_labels(tmp_path, make_target(), name)
    assert sorted(shape.frame for shape in found.shapes) == list(range(10))
    assert found.skipped == ()
    assert [frame for _, frame in found.examples] == [0, 5, 9]


@pytest.mark.parametrize("name", [n for n in WRITERS if n not in ("youtube-vis", "cvat")])
def test_every_reader_takes_a_first_number(tmp_path, make_target, name) -> None:
    WRITERS[name](tmp_path, ["clip0104", "clip0107"])
    found = read_labels(tmp_path, make_target(), name, {"first_number": "100"})
    assert sorted({shape.frame for shape in found.shapes}) == [4, 7]


@pytest.mark.parametrize(
    ("names", "frames"),
    [
        (["00000.png", "00001.png", "00003.png"], (0, 30, 90)),
        (["frame_000001.png", "frame_000004.png"], (0, 90)),  # number 4 of 4 counts from one
        (["00002.png", "00009.png"], (60, None)),
    ],
)
def test_names_that_count_only_every_30th_frame(make_target, names, frames) -> None:
    """What a person says by the option, or the file by its rate beside the video's."""
    pictures = [Picture(name) for name in names]
    target = make_target(count=100)
    said = place(target, pictures, {"frame_step": 30})
    assert said.frames == frames
    assert said.notes[0] == "numbers count every 30th frame"
    known = type(target)(16, 12, 100, target.names, "clip", 30.0)
    if None not in frames:
        assert place(known, pictures, rate=1.0).frames == frames
    # Numbers beyond the taken frames are those of the clip itself.
    assert place(known, [Picture("00000.png"), Picture("00060.png")], rate=1.0).frames == (0, 60)


def test_a_coco_file_that_states_its_rate(tmp_path, make_target) -> None:
    images = [{"id": n, "video_id": 1, "file_name": f"{n:05d}.jpg"} for n in range(4)]
    entries = [{"id": n, "image_id": n, "category_id": 1, "bbox": [1, 1, 4, 4]} for n in range(4)]
    data = {"videos": [{"id": 1, "fps": 1}], "images": images, "annotations": entries}
    (tmp_path / "a.json").write_text(json.dumps(data))
    target = make_target(count=100)
    known = type(target)(16, 12, 100, target.names, "clip", 29.97)
    found = read_labels(tmp_path, known)
    assert [shape.frame for shape in found.shapes] == [0, 30, 60, 90]
    assert found.counting == ("numbers count every 30th frame",)
    own = make_target(names=["00000", "00001", "00002", "00003"])
    assert [shape.frame for shape in read_labels(tmp_path, own).shapes] == [0, 1, 2, 3]


def test_the_position_in_a_list_beats_names_that_the_program_made(tmp_path, make_target) -> None:
    _youtube_vis(tmp_path, [f"frame_{n:06d}" for n in (5, 0, 9, 3, 2, 1, 4, 6, 7, 8)])
    found = read_labels(tmp_path, make_target())
    assert found.examples == (
        ("frame_000005.jpg", 0),
        ("frame_000001.jpg", 5),
        ("frame_000008.jpg", 9),
    )


def test_cvat_ids_that_are_places_in_a_list_are_no_frames(tmp_path, make_target) -> None:
    """datumaro numbers the images of its CVAT files through; CVAT's own ids are frames."""
    _cvat(tmp_path, ["00000", "00004", "00008"])
    found = read_labels(tmp_path, make_target())
    assert [shape.frame for shape in found.shapes] == [0, 4, 8]
    _cvat(tmp_path, ["00002", "00003", "00004"])
    found = read_labels(tmp_path, make_target())
    assert [shape.frame for shape in found.shapes] == [0, 1, 2]
