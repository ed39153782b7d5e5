"""What a task of CVAT has after an upload of our exports, by the rules of CVAT's own importers."""

from __future__ import annotations

import numpy as np
import pytest
from cvat_task import CvatTask, RefusedError, declared_labels
from hypothesis import given, settings
from mask_strategies import annotated

from vostool.io.exports.exporters import ExportItem, ExportOptions, ImageFiles, export_dataset
from vostool.progress import silent
from vostool.project.changes import Cell, Table
from vostool.project.labels import AttributeKind, AttributeSpec, LabelSpec, labels_json
from vostool.project.mask_notes import OCCLUDED, note_cell
from vostool.project.objects import AnnotatedObject
from vostool.project.project_labels import LABELS_SETTING

XML = "annotations.xml"
FRAMES = 12
HIDDEN = {(1, 5), (2, 1)}
SPECS = (
    AttributeSpec("parked", AttributeKind.CHECKBOX, (), "false"),
    AttributeSpec("colour", AttributeKind.SELECT, ("light red", "blue"), "blue"),
    AttributeSpec("speed", AttributeKind.TEXT, (), "", mutable=True),
)
OWN = {"parked": "true", "colour": "light red", "speed": "9", "plate": "A<b>"}
ATTRIBUTES = {
    1: {**OWN, "object_id": "1"},
    5: {"parked": "false", "colour": "blue", "speed": "", "object_id": "5"},
    7: {"object_id": "7"},
}
LABELS = {1: "car", 5: "car", 7: "dog"}
FRONT = (7, 1, 5)
VIDEO_TASK, PICTURE_TASK = None, [f"day/frame_{frame:06d}.png" for frame in range(FRAMES)]
TASKS = pytest.mark.parametrize("names", [VIDEO_TASK, PICTURE_TASK], ids=["video", "pictures"])


@pytest.fixture(scope="module")
def given_project(memory_source, make_project, hard_masks):
    """Two cars and a dog, with gaps, marks, an order, and every kind of attribute."""
    masks = {(frame, 1): mask for frame, mask in enumerate(list(hard_masks.values())[:7])}
    masks |= {(frame, 5): hard_masks["hole"] for frame in (0, 1, 4, FRAMES - 1)}
    masks |= {(frame, 7): hard_masks["parts"] for frame in (3, 9)}
    objects = {
        oid: AnnotatedObject(oid, label, attributes=tuple(OWN.items()) if oid == 1 else ())
        for oid, label in LABELS.items()
    }
    source = memory_source(FRAMES)
    project = make_project(source, masks, objects=objects)
    labels = labels_json([LabelSpec("car", None, SPECS), LabelSpec("dog")])
    project.load(
        [
            (Cell(Table.SETTINGS, LABELS_SETTING), labels),
            (Cell(Table.SETTINGS, "front_to_back"), list(FRONT)),
            *((note_cell(OCCLUDED, *key), True) for key in HIDDEN),
        ]
    )
    return project, source, masks


@pytest.fixture
def uploaded(given_project, run_export, tmp_path):
    """A task with the labels that the file declares, after its upload, and the masks."""

    def upload(name, shape, names=VIDEO_TASK, **options):
        project, source, masks = given_project
        values = {name: {"shape": shape}}
        run_export(project, source, name, tmp_path / "out", format_options=values, **options)
        path = tmp_path / "out" / name / XML
        task = CvatTask(declared_labels(path), FRAMES, names=names)
        task.upload(path)
        return task, masks

    return upload


def identity(attributes) -> int:
    return int(attributes["object_id"])


def in_order(shown: dict[int, int]) -> bool:
    """True where z orders put the objects as the project does; CVAT shows the highest in front."""
    return sorted(shown, key=lambda oid: -shown[oid]) == [oid for oid in FRONT if oid in shown]


@TASKS
@pytest.mark.parametrize("name", ["cvat-video", "cvat-images"])
def test_exact_masks_are_single_shapes(uploaded, name, names) -> None:
    task, masks = uploaded(name, "mask", names)
    assert not task.tracks
    found = {(shape.frame, identity(shape.attributes)): shape for shape in task.shapes}
    assert found.keys() == masks.keys() and len(task.shapes) == len(masks)
    for (frame, oid), shape in found.items():
        assert np.array_equal(shape.mask(12, 16), masks[frame, oid])
        assert shape.label == LABELS[oid]
        assert shape.attributes == ATTRIBUTES[oid]
        assert shape.occluded == ((frame, oid) in HIDDEN)
        # CVAT drops the group of a track of masks: only the attribute says which object it is.
        assert shape.group == (0 if name == "cvat-video" else oid)
    assert in_order({oid: shape.z_order for (_, oid), shape in found.items()})


@TASKS
@pytest.mark.parametrize("shape", ["polygon", "box"])
def test_tracks_keep_identity_and_show_exactly_the_labelled_frames(uploaded, shape, names) -> None:
    task, masks = uploaded("cvat-video", shape, names)
    assert not task.shapes
    shown = {}
    for frame, track, keyframe in task.visible():
        shown.setdefault((frame, identity(track.attributes)), []).append((track, keyframe))
    assert shown.keys() == masks.keys()
    for (frame, oid), parts in shown.items():
        for track, keyframe in parts:
            assert keyframe.frame == frame, "interpolated"
            assert (track.label, track.group) == (LABELS[oid], oid)
            assert {**track.attributes, **keyframe.attributes} == ATTRIBUTES[oid]
            assert keyframe.occluded == ((frame, oid) in HIDDEN)
    if shape == "box":
        assert len(task.tracks) == len(LABELS)
        for (frame, oid), ((_, keyframe),) in shown.items():
            ys, xs = np.nonzero(masks[frame, oid])
            assert keyframe.points == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    orders = {oid: keyframe.z_order for (_, oid), ((_, keyframe), *_) in shown.items()}
    assert in_order(orders)


@pytest.mark.parametrize("shape", ["polygon", "box"])
def test_single_shapes_of_pictures_keep_their_group(uploaded, shape) -> None:
    task, masks = uploaded("cvat-images", shape)
    found = {(s.frame, identity(s.attributes)) for s in task.shapes}
    assert found == masks.keys()
    assert all(s.group == identity(s.attributes) for s in task.shapes)
    assert all(s.attributes == ATTRIBUTES[s.group] for s in task.shapes)


@pytest.mark.parametrize("name", ["cvat-video", "cvat-images"])
def test_a_range_lands_on_its_frames(uploaded, name) -> None:
    task, masks = uploaded(name, "mask", first=2, last=9, every=1)
    found = {(shape.frame, identity(shape.attributes)) for shape in task.shapes}
    assert found == {key for key in masks if 2 <= key[0] <= 9}


def test_a_pattern_of_names_does_not_move_frames(uploaded) -> None:
    task, masks = uploaded("cvat-images", "mask", pattern="picture {frame}", first=2)
    found = {(shape.frame, identity(shape.attributes)) for shape in task.shapes}
    assert found == {key for key in masks if key[0] >= 2}


def test_a_file_of_several_videos_labels_no_frame_of_a_single_task(given_project, tmp_path) -> None:
    project, source, _ = given_project
    items = [ExportItem(project.snapshot(), source, name) for name in ("one", "two")]
    export_dataset(items, ["cvat-images"], tmp_path / "out", ExportOptions(), silent)
    path = tmp_path / "out" / "cvat-images" / XML
    task = CvatTask(declared_labels(path), FRAMES)
    with pytest.raises(RefusedError, match="one/frame_000000"):
        task.upload(path)
    assert not task.shapes
    named = [f"{video}/frame_{f:06d}.png" for video in ("one", "two") for f in range(FRAMES)]
    both = CvatTask(declared_labels(path), 2 * FRAMES, names=named)
    both.upload(path)
    assert {shape.frame // FRAMES for shape in both.shapes} == {0, 1}


@settings(max_examples=20, deadline=None)
@given(annotated())
def test_any_mask_is_a_shape_of_its_frame(write_masks, given_masks) -> None:
    shape, masks = given_masks
    seen = {key: mask for key, mask in masks.items() if mask.any()}
    for name in ("cvat-images", "cvat-video"):
        folder, _ = write_masks(name, shape, masks)
        size = 1 + max(frame for frame, _ in masks)
        task = CvatTask(declared_labels(folder / XML), size)
        task.upload(folder / XML)
        found = {(s.frame, identity(s.attributes)): s.mask(*shape) for s in task.shapes}
        assert found.keys() == seen.keys()
        assert all(np.array_equal(found[key], seen[key]) for key in seen)


@TASKS
@pytest.mark.parametrize("segmentation", ["rle", "polygon"])
def test_coco(given_project, run_export, read_with_datumaro, tmp_path, names, segmentation) -> None:
    """CVAT's own datumaro gives no box beside a mask, the 1.13 of the tests does: left out."""
    project, source, masks = given_project
    values = {"coco": {"segmentation": segmentation}}
    run_export(project, source, "coco", tmp_path / "out", format_options=values)
    answer = read_with_datumaro("coco_instances", tmp_path / "out/coco")
    declared = {"car": dict.fromkeys(("track_id", *OWN), False), "dog": {"track_id": False}}
    task = CvatTask(declared, FRAMES, names=names)
    task.add_items(answer["items"], ("mask", "polygon"))
    found = {(s.frame, int(s.attributes["track_id"])): s for s in task.shapes}
    assert found.keys() == masks.keys()
    for (frame, oid), shape in found.items():
        assert shape.label == LABELS[oid]
        assert shape.occluded == ((frame, oid) in HIDDEN)
        own = {name: value for name, value in shape.attributes.items() if name != "track_id"}
        wanted = {name: value for name, value in ATTRIBUTES[oid].items() if name != "object_id"}
        assert {name: value.lower() for name, value in own.items()} == {
            name: value.lower() for name, value in wanted.items()
        }
        if segmentation == "rle":
            assert np.array_equal(shape.mask(12, 16), masks[frame, oid])


@TASKS
def test_segmentation_masks(given_project, run_export, read_with_datumaro, tmp_path, names) -> None:
    project, source, masks = given_project
    run_export(project, source, "cvat-masks", tmp_path / "out", images=ImageFiles.PNG)
    answer = read_with_datumaro("voc_segmentation", tmp_path / "out/cvat-masks")
    task = CvatTask({"car": {}, "dog": {}}, FRAMES, names=names)
    task.add_items(answer["items"], ("mask",))
    wanted = []
    for frame, oid in masks:
        front = [masks[frame, o] for o in FRONT[: FRONT.index(oid)] if (frame, o) in masks]
        left = masks[frame, oid] & ~np.any([np.zeros((12, 16), bool), *front], axis=0)
        wanted += [(frame, LABELS[oid], left.tobytes())] if left.any() else []
    found = [(s.frame, s.label, s.mask(12, 16).tobytes()) for s in task.shapes]
    assert sorted(found) == sorted(wanted)
