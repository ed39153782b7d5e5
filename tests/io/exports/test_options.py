"""What is chosen for an export, and what the registry says of each format."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from vostool.errors import ExportError, UsageError
from vostool.io.exports.exporters import (
    FORMATS,
    ExportOptions,
    FrameChoice,
    ImageFiles,
    OptionSpec,
    find_formats,
)
from vostool.project.objects import AnnotatedObject


@pytest.fixture
def frames_of(tmp_path, run_export):
    """Export COCO; returns frames, object ids on each and the report."""

    def run(project, source, **options):
        report = run_export(project, source, "coco", tmp_path / "out", overwrite=True, **options)
        raw = json.loads(report.written[0].main.read_text())
        frame_of = {image["id"]: image["frame_id"] for image in raw["images"]}
        found = {frame: [] for frame in frame_of.values()}
        for annotation in raw["annotations"]:
            found[frame_of[annotation["image_id"]]].append(annotation["attributes"]["track_id"])
        return found, report

    return run


@pytest.fixture
def project(memory_source, make_project, hard_masks):
    """Objects 1 and 2 on frames 0..8 of 10; 2 is absent on the odd ones."""
    masks = {(f, 1): hard_masks["hole"] for f in range(9)}
    masks |= {(f, 2): None if f % 2 else hard_masks["corner"] for f in range(9)}
    return make_project(
        memory_source(), masks, prompted=((2, 1), (7, 2)), confirmed=((4, 1), (4, 2), (6, 1))
    )


def test_all_labelled_frames_by_default(frames_of, project, memory_source):
    found, report = frames_of(project, memory_source())
    assert found == {f: [1] if f % 2 else [1, 2] for f in range(9)}
    assert (report.frames, report.objects, report.masks) == (9, 2, 14)


def test_range_and_step(frames_of, project, memory_source):
    found, _ = frames_of(project, memory_source(), first=1, last=8, every=3)
    assert list(found) == [1, 4, 7]


def test_chosen_objects(frames_of, project, memory_source):
    found, report = frames_of(project, memory_source(), object_ids=[2])
    assert {f for f, ids in found.items() if ids} == {0, 2, 4, 6, 8}
    assert report.objects == 1


def test_prompted_and_confirmed_frames(frames_of, project, memory_source):
    found, _ = frames_of(project, memory_source(), frames=FrameChoice.PROMPTED)
    assert list(found) == [2, 7]
    found, _ = frames_of(project, memory_source(), frames=FrameChoice.PROMPTED, object_ids=[1])
    assert list(found) == [2]
    found, _ = frames_of(project, memory_source(), frames=FrameChoice.CONFIRMED)
    assert list(found) == [4]
    found, _ = frames_of(project, memory_source(), frames=FrameChoice.CONFIRMED, object_ids=[1])
    assert list(found) == [4, 6]


def test_all_frames(frames_of, project, memory_source):
    found, _ = frames_of(project, memory_source(), frames=FrameChoice.ALL)
    assert list(found) == list(range(10))
    assert found[9] == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"first": -1}, "Frames -1 to 9"),
        ({"last": 10}, "Frames 0 to 10"),
        ({"first": 5, "last": 4}, "Frames 5 to 4"),
        ({"object_ids": [3]}, "no object 3"),
        ({"every": 0}, "Every 0-th"),
        ({"jpeg_quality": 0}, "JPEG quality"),
        ({"format_options": {"cocoa": {}}}, "no format 'cocoa'"),
    ],
)
def test_wrong_choices_are_refused(frames_of, project, memory_source, tmp_path, options, words):
    with pytest.raises(UsageError, match=words):
        frames_of(project, memory_source(), **options)
    assert not (tmp_path / "out").exists()


def test_nothing_to_export_is_told(frames_of, project, memory_source, tmp_path):
    with pytest.raises(ExportError, match="nothing to export"):
        frames_of(project, memory_source(), first=9)
    assert not (tmp_path / "out").exists()


def test_an_object_without_a_label_gets_one(frames_of, memory_source, make_project, hard_masks):
    source = memory_source()
    unnamed = {1: AnnotatedObject(1, "  ")}
    project = make_project(source, {(0, 1): hard_masks["hole"]}, objects=unnamed)
    _, report = frames_of(project, source)
    raw = json.loads(report.written[0].main.read_text())
    assert [c["name"] for c in raw["categories"]] == ["object"]
    assert any("Object 1 has no label" in text for text in report.warnings)


def test_masks_beyond_a_shortened_source_are_left_out(frames_of, project, memory_source):
    found, report = frames_of(project, memory_source(6))
    assert list(found) == list(range(6))
    assert any("3 labelled frames lie beyond" in text for text in report.warnings)


def test_png_pictures_are_exact_and_no_frame_is_read_without_them(
    project, memory_source, run_export, tmp_path
):
    source = memory_source()
    labels = [name for name, entry in FORMATS.items() if not entry.needs_pictures]
    run_export(project, source, labels, tmp_path / "labels")
    assert source.asked == []
    run_export(project, source, list(FORMATS), tmp_path / "all", images=ImageFiles.PNG)
    assert source.asked == list(range(9))  # once for all formats
    for path in ("coco/images/frame_000004.png", "masks/JPEGImages/clip/00004.png"):
        with Image.open(tmp_path / "all" / path) as picture:
            assert (np.array(picture) == source.frame(4)).all()


def test_jpeg_quality_counts(project, memory_source, run_export, tmp_path):
    source = memory_source(10, 16, 12)
    source.frame = lambda index: np.random.default_rng(index).integers(
        0, 256, (12, 16, 3), np.uint8
    )
    sizes = []
    for quality in (10, 95):
        out = tmp_path / str(quality)
        images = {"images": ImageFiles.JPEG, "jpeg_quality": quality}
        run_export(project, source, "coco", out, **images)
        sizes.append((out / "coco/images/frame_000000.jpg").stat().st_size)
    assert sizes[0] < sizes[1]


def test_a_frame_that_cannot_be_decoded_is_left_out_and_told(frames_of, project, memory_source):
    found, report = frames_of(project, memory_source(broken=(3,)), images=ImageFiles.JPEG)
    assert list(found) == [0, 1, 2, 4, 5, 6, 7, 8]
    assert any("Frame 3 was left out" in text for text in report.warnings)


def test_the_registry_describes_each_format():
    assert {"cvat-images", "coco", "masks", "masks-binary"} <= set(FORMATS)
    for name, entry in FORMATS.items():
        assert entry.name == name
        assert entry.title
        assert entry.keeps
        assert entry.loses
        assert entry.suffix.startswith(".")
        assert entry.values({}).keys() == {option.name for option in entry.options}


def test_formats_are_found_by_name_once_each():
    assert [f.name for f in find_formats(["coco", "masks", "coco"])] == ["coco", "masks"]
    with pytest.raises(UsageError, match="no format 'yolo'"):
        find_formats(["yolo"])
    with pytest.raises(UsageError, match="No format"):
        find_formats([])


@pytest.mark.parametrize(
    ("default", "text", "value"), [(0.0, "1.5", 1.5), (3, "7", 7), (False, "yes", True)]
)
def test_options_given_as_text_are_converted(default, text, value):
    spec = OptionSpec("thing", "Thing", default)
    assert spec.check(text) == value
    assert type(spec.check(text)) is type(default)


@pytest.mark.parametrize(("default", "text"), [(0.0, "wide"), (0.0, -1), (False, "perhaps")])
def test_options_of_another_type_or_too_small_are_refused(default, text):
    with pytest.raises(UsageError, match="thing"):
        OptionSpec("thing", "Thing", default).check(text)


def test_options_are_plain_values():
    assert ExportOptions() == ExportOptions(first=0, every=1, frames=FrameChoice.LABELLED)
