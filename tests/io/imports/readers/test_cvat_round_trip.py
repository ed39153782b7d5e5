"""Everything that goes out as CVAT comes back: masks identical, boxes and polygons as stated."""

from __future__ import annotations

import itertools
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from mask_strategies import annotated

from vostool.errors import LabelsError
from vostool.io.exports.dataset import ExportItem
from vostool.io.exports.exporters import export_dataset
from vostool.io.exports.options import ExportOptions, Split, SplitBy
from vostool.io.imports.edit import import_edit
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.importers import detect_format, read_labels
from vostool.masks.mask import Mask, Provenance
from vostool.progress import silent
from vostool.project.objects import AnnotatedObject
from vostool.project.project import Project

quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_numbers = itertools.count()
OBJECTS = {
    1: AnnotatedObject(1, "car & <co>", (1, 2, 3), attributes=(("make", 'a "b"'), ("é", " x "))),
    2: AnnotatedObject(2, "dog", (250, 0, 9)),
    3: AnnotatedObject(3, "dog", (250, 0, 9), attributes=(("make", ""),)),
}


@pytest.fixture(scope="session")
def there_and_back(tmp_path_factory, memory_source, make_project, run_export):
    """Export masks by (frame, object id) and import the file into a fresh project."""
    base = tmp_path_factory.mktemp("cvat")

    def go(name, shape, masks, *, count=6, **options):
        source = memory_source(count, shape[1], shape[0])
        objects = {oid: OBJECTS[oid] for oid in {oid for _, oid in masks}}
        project = make_project(source, masks, objects=objects)
        folder = base / str(next(_numbers))
        run_export(project, source, name, folder, **options)
        (path,) = folder.rglob("*.xml")
        assert detect_format(path).name == "cvat"
        fresh = Project(project.source)
        imported = read_labels(path, ImportTarget.of(source))
        edit, summary = import_edit(fresh, imported)
        fresh.apply(edit)
        assert summary.skipped == ()
        return fresh, summary, path

    return go


def seen(masks):
    return {key: array for key, array in masks.items() if array.any()}


@quick
@given(annotated())
def test_masks_of_the_images_flavour_are_identical(there_and_back, given_masks) -> None:
    shape, masks = given_masks
    project, summary, _ = there_and_back("cvat-images", shape, masks)
    assert set(project.prompts) == set(seen(masks))
    for key, array in seen(masks).items():
        assert project.masks.get(*key).mask == project.prompts[key].mask == Mask.from_array(array)
        assert project.masks.get(*key).provenance is Provenance.IMPORTED
    for oid in {oid for _, oid in seen(masks)}:
        came, was = project.objects[oid], OBJECTS[oid]
        assert (came.label, came.attributes) == (was.label, was.attributes)
        # A label has one colour in CVAT; the first of its objects keeps it, others are told apart.
        first = min(other for _, other in seen(masks) if OBJECTS[other].label == was.label)
        assert (came.colour == was.colour) == (oid == first)
    assert summary.masks == len(seen(masks))


@quick
@given(annotated())
def test_masks_of_the_video_flavour_are_identical(there_and_back, given_masks) -> None:
    shape, masks = given_masks
    project, summary, _ = there_and_back("cvat-video", shape, masks)
    for key, array in seen(masks).items():
        assert project.masks.get(*key).mask == Mask.from_array(array)
    assert {(f, oid) for f, oid, _ in project.masks.items()} == set(seen(masks))
    assert summary.absent == 0
    assert set(project.objects) == {oid for _, oid in seen(masks)}


@quick
@given(annotated())
def test_boxes_of_both_flavours(there_and_back, given_masks) -> None:
    shape, masks = given_masks
    for name in ("cvat-images", "cvat-video"):
        project, _, _ = there_and_back(name, shape, masks, format_options={name: {"shape": "box"}})
        assert set(project.prompts) == set(seen(masks))
        for key, array in seen(masks).items():
            ys, xs = np.nonzero(array)
            box = project.prompts[key].box
            edges = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
            assert (box.x0, box.y0, box.x1, box.y1) == edges


@pytest.mark.parametrize("name", ["cvat-images", "cvat-video"])
def test_polygons_are_exact_without_holes(there_and_back, hard_masks, name) -> None:
    solid = {what: array for what, array in hard_masks.items() if what != "hole"}
    for array in solid.values():
        options = {name: {"shape": "polygon"}}
        masks = {(0, 1): array, (2, 1): array, (3, 2): array}
        project, _, _ = there_and_back(
            name, array.shape, masks, format_options=options, polygon_tolerance=0.0
        )
        for key in masks:
            assert project.masks.get(*key).mask == Mask.from_array(array)


def test_an_object_that_goes_away_is_absent(there_and_back) -> None:
    full = np.ones((4, 6), bool)
    masks = {(0, 1): full, (1, 1): full, (4, 1): full}
    project, summary, _ = there_and_back(
        "cvat-video", (4, 6), masks, format_options={"cvat-video": {"shape": "box"}}
    )
    absent = {f for f, _, record in project.masks.items() if record.mask.is_empty}
    assert absent == {2, 3, 5}
    assert {f for f, _ in project.prompts} == {0, 1, 4}
    assert summary.absent == 3


@pytest.mark.parametrize("name", ["cvat-images", "cvat-video"])
def test_frames_stay_absolute_with_start_and_step(there_and_back, name) -> None:
    full = np.ones((4, 6), bool)
    masks = {(frame, 1): full for frame in range(9)}
    project, _, _ = there_and_back(name, (4, 6), masks, count=9, first=2, every=3)
    assert project.masks.frames() == [2, 5, 8]


def test_a_zip_and_a_folder_are_read_as_the_file_is(
    there_and_back, memory_source, tmp_path
) -> None:
    masks = {(1, 2): np.eye(4, 6, dtype=bool)}
    project, _, path = there_and_back("cvat-images", (4, 6), masks)
    with zipfile.ZipFile(tmp_path / "task.zip", "w") as archive:
        archive.write(path, "annotations.xml")
        archive.writestr("images/frame_000001.png", b"no picture is looked at")
    target = ImportTarget.of(memory_source(6, 6, 4))
    for place in (path.parent, tmp_path / "task.zip"):
        assert detect_format(place).name == "cvat"
        (shape,) = read_labels(place, target).shapes
        assert (shape.frame, shape.mask) == (1, project.masks.get(1, 2).mask)


@pytest.fixture
def merged(memory_source, make_project, tmp_path):
    """Two videos in one file, and each one's masks."""
    full, left = np.ones((4, 6), bool), np.eye(4, 6, dtype=bool)
    masks = ({(0, 1): full, (1, 1): left}, {(2, 1): left, (5, 2): full})
    items = []
    for name, content in zip("ab", masks, strict=True):
        source = memory_source(6, 6, 4, path=Path(f"/videos/{name}.mp4"))
        project = make_project(source, content, objects={oid: OBJECTS[oid] for _, oid in content})
        items.append(ExportItem(project, source))
    export_dataset(items, ["cvat-images"], tmp_path / "out", ExportOptions(), silent)
    (path,) = (tmp_path / "out").rglob("*.xml")
    return path, masks, ImportTarget.of(items[0].source)


def test_each_video_of_a_merged_file_comes_back(merged) -> None:
    path, masks, target = merged
    with pytest.raises(LabelsError, match=r"images of several tasks \(1 'a', 2 'b'\)"):
        read_labels(path, target)
    for task, content in zip("ab", masks, strict=True):
        found = read_labels(path, target, options={"task": task})
        assert {s.frame: s.mask for s in found.shapes} == {
            frame: Mask.from_array(array) for (frame, _), array in content.items()
        }


def test_a_video_that_was_split_by_time_comes_back_whole(there_and_back) -> None:
    full = np.ones((4, 6), bool)
    masks = {(frame, 1): full for frame in range(6)}
    split = Split(SplitBy.TIME, train=0.5, val=0.5, test=0.0)
    project, _, _ = there_and_back("cvat-images", (4, 6), masks, split=split)
    assert project.masks.frames() == list(range(6))
