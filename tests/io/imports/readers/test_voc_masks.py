"""VOC's layout, CVAT's "Segmentation mask 1.1": labels by colour, instances by picture."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from vostool.errors import LabelsError
from vostool.io.imports.edit import import_edit
from vostool.io.imports.importers import detect_format, read_labels
from vostool.masks.colours import voc_palette

CAR, DOG = (250, 50, 83), (52, 209, 183)
LABELMAP = (
    "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncar:250,50,83::\ndog:52,209,183::\n"
)
FIRST = np.zeros((12, 16), bool)
FIRST[1:5, 1:6] = True
SECOND = np.zeros((12, 16), bool)
SECOND[6:11, 7:14] = True


def picture(path, *painted, mode="RGB"):
    array = np.zeros((12, 16, 3), np.uint8)
    for where, colour in painted:
        array[where] = colour
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).convert(mode).save(path)


def layout(root, frames, *, instances=True, labelmap=LABELMAP):
    for frame in frames:
        name = f"frame_{frame:06d}.png"
        picture(root / "SegmentationClass" / name, (FIRST, CAR), (SECOND, DOG))
        if instances:
            colours = [(128, 0, 0), (0, 128, 0)]
            one, two = colours if frame % 2 else colours[::-1]
            picture(root / "SegmentationObject" / name, (FIRST, one), (SECOND, two))
    if labelmap:
        (root / "labelmap.txt").write_text(labelmap)


def masks(found):
    return {(s.frame, s.label): s.mask.to_array() for s in found.shapes}


@pytest.mark.parametrize("instances", [True, False])
def test_labels_and_instances(tmp_path, make_target, instances) -> None:
    layout(tmp_path, (0, 1, 2), instances=instances)
    assert detect_format(tmp_path).name == "voc-masks"
    found = read_labels(tmp_path, make_target())
    assert found.skipped == ()
    shown = masks(found)
    assert shown.keys() == {(f, label) for f in (0, 1, 2) for label in ("car", "dog")}
    assert all(np.array_equal(shown[f, "car"], FIRST) for f in (0, 1, 2))
    assert all(np.array_equal(shown[f, "dog"], SECOND) for f in (0, 1, 2))
    assert [(label.name, label.colour) for label in found.labels] == [("car", CAR), ("dog", DOG)]


def test_instances_numbered_anew_are_no_objects_through_time(
    tmp_path, make_target, make_project, memory_source
) -> None:
    """The colours of both instances change places from picture to picture; labels do not."""
    layout(tmp_path, range(4))
    found = read_labels(tmp_path, make_target())
    assert {shape.track for shape in found.shapes} == {None}
    assert any("numbers its instances anew in each picture" in text for text in found.warnings)
    project = make_project(memory_source(10, 16, 12), {})
    edit, _ = import_edit(project, found)
    project.apply(edit)
    assert [(o.label, o.colour) for o in project.objects.values()] == [("car", CAR), ("dog", DOG)]


def test_the_folder_of_instances_alone_warns(tmp_path, make_target) -> None:
    layout(tmp_path, range(2))
    found = read_labels(tmp_path / "SegmentationObject", make_target())
    assert any("may number its instances anew in each picture" in text for text in found.warnings)


def test_two_instances_of_a_class_are_two_shapes(tmp_path, make_target) -> None:
    name = "frame_000003.png"
    picture(tmp_path / "SegmentationClass" / name, (FIRST, CAR), (SECOND, CAR))
    picture(tmp_path / "SegmentationObject" / name, (FIRST, (128, 0, 0)), (SECOND, (0, 128, 0)))
    (tmp_path / "labelmap.txt").write_text(LABELMAP)
    found = read_labels(tmp_path, make_target())
    assert [(s.frame, s.label) for s in found.shapes] == [(3, "car"), (3, "car")]


def test_palette_of_voc_without_a_list(tmp_path, make_target) -> None:
    """VOC itself: palette pictures, class 7 is a car, 255 is the border between objects."""
    ids = np.where(FIRST, 7, 0).astype(np.uint8)
    ids[SECOND] = 255
    image = Image.fromarray(ids)
    image.putpalette(voc_palette())
    (tmp_path / "SegmentationClass").mkdir()
    image.save(tmp_path / "SegmentationClass" / "00002.png")
    found = read_labels(tmp_path, make_target())
    (shape,) = found.shapes
    assert (shape.frame, shape.label) == (2, "car")
    assert np.array_equal(shape.mask.to_array(), FIRST)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("background:::\nroad:::\n", "road"),  # datumaro, without colours: VOC's palette by place
        ('background:0,0,0::\n"a: b" & <c>:128,0,0::\n', '"a: b" & <c>'),
    ],
)
def test_forms_of_a_labelmap(tmp_path, make_target, text, label) -> None:
    picture(tmp_path / "SegmentationClass" / "frame_000001.png", (FIRST, (128, 0, 0)))
    (tmp_path / "labelmap.txt").write_text(text)
    (shape,) = read_labels(tmp_path, make_target()).shapes
    assert shape.label == label


def test_a_colour_of_no_class_is_told(tmp_path, make_target) -> None:
    layout(tmp_path, (0,), labelmap="background:0,0,0::\ncar:250,50,83::\n")
    found = read_labels(tmp_path, make_target())
    assert {shape.label for shape in found.shapes} == {"car", "#34d1b7"}
    assert any("No class has the colours #34d1b7" in text for text in found.warnings)


def test_names_from_one_and_bad_pictures(tmp_path, make_target) -> None:
    for n in range(1, 11):
        picture(tmp_path / "SegmentationClass" / f"{n:05d}.png", (FIRST, CAR))
    (tmp_path / "SegmentationClass" / "00004.png").write_bytes(b"no picture")
    (tmp_path / "labelmap.txt").write_text(LABELMAP)
    found = read_labels(tmp_path, make_target())
    assert [shape.frame for shape in found.shapes] == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert "00004.png: it is no PNG" in found.skipped[0]


def test_several_data_sets_are_chosen_from(tmp_path, make_target) -> None:
    layout(tmp_path / "a", (0,))
    layout(tmp_path / "b", (1,))
    with pytest.raises(LabelsError, match="holds 2 data sets"):
        read_labels(tmp_path, make_target())
    found = read_labels(tmp_path, make_target(), options={"folder": "b"})
    assert {shape.frame for shape in found.shapes} == {1}


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_pictures_with_alpha(tmp_path, make_target, mode) -> None:
    opaque = np.where(FIRST, 255, 0).astype(np.uint8)
    grey = Image.fromarray(opaque)
    layers = [grey] * (3 if mode == "RGBA" else 1)
    Image.merge(mode, [*layers, Image.fromarray(np.full((12, 16), 255, np.uint8))]).save(
        tmp_path / "00000.png"
    )
    (shape,) = read_labels(tmp_path, make_target()).shapes
    assert np.array_equal(shape.mask.to_array(), FIRST)
    half = Image.fromarray((opaque // 2).astype(np.uint8))
    Image.merge(mode, [*layers, half]).save(tmp_path / "00000.png")
    with pytest.raises(LabelsError, match=f"its pixels are {mode}, partly see-through"):
        detect_format(tmp_path)
