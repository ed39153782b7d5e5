"""Overlay videos, read back with PyAV."""

from __future__ import annotations

import numpy as np
import pytest

from vostool.errors import UsageError
from vostool.io.exports.exporters import ExportItem, ExportOptions, FrameChoice, export_dataset
from vostool.io.exports.rendered.fonts import missing
from vostool.progress import silent
from vostool.project.objects import AnnotatedObject

PLAIN = {"caption": "none", "quality": "best", "sound": False}
RED, BLUE = (220, 30, 30), (30, 60, 220)


@pytest.fixture
def overlay(tmp_path, run_export, read_clip):
    """Export an overlay video; returns what is in it, and the report."""

    def run(project, source, look=PLAIN, **options):
        report = run_export(
            project,
            source,
            "overlay-video",
            tmp_path,
            format_options={"overlay-video": look},
            overwrite=True,
            **options,
        )
        return read_clip(report.written[0].main), report

    return run


def near(pixel, colour, tolerance=14):
    return np.abs(pixel.astype(int) - np.array(colour)).max() <= tolerance


def two_objects(source, make_project, square, frames):
    objects = {1: AnnotatedObject(1, "a", RED), 2: AnnotatedObject(2, "b", BLUE)}
    size = (source.info.width, source.info.height)
    masks = {(f, 1): square((8, 28), (8, 28), size) for f in frames}
    masks |= {(f, 2): square((16, 40), (20, 56), size) for f in frames}
    return make_project(source, masks, objects=objects)


def test_fill_and_outline_are_where_the_masks_are(overlay, memory_source, make_project, square):
    source = memory_source(6, 64, 48)
    project = two_objects(source, make_project, square, range(6))
    clip, report = overlay(project, source, {**PLAIN, "fill": 0.5, "outline": 4})
    assert clip.codec == "h264"
    assert len(clip.pictures) == 6
    assert report.warnings == ()
    for index, picture in enumerate(clip.pictures):
        assert picture.shape == (48, 64, 3)
        background = np.array((index * 7, 200, 30))
        assert near(picture[3, 3], background)
        assert near(picture[45, 60], background)
        assert near(picture[14, 14], (background + RED) / 2)
        assert near(picture[34, 46], (background + BLUE) / 2)
        assert near(picture[22, 24], RED)  # the outline of the lower id lies over the other object
        assert near(picture[9, 16], RED, 25)  # colours are halved in size beside an edge
        assert near(picture[38, 40], BLUE, 25)


def test_fill_alone_and_boxes(overlay, memory_source, make_project, square):
    source = memory_source(2, 64, 48)
    round_mask = square((10, 40), (10, 40))
    round_mask[10:25, 10:25] = False
    objects = {1: AnnotatedObject(1, "a", RED)}
    project = make_project(source, {(0, 1): round_mask}, objects=objects)
    clip, _ = overlay(project, source, {**PLAIN, "fill": 1.0, "outline": 0})
    assert near(clip.pictures[0][32, 32], RED)
    assert near(clip.pictures[0][14, 14], (0, 200, 30))
    clip, _ = overlay(project, source, {**PLAIN, "fill": 0, "outline": 0, "box": True})
    assert near(clip.pictures[0][32, 32], (0, 200, 30))
    drawn = np.abs(clip.pictures[0].astype(int) - (0, 200, 30)).max(axis=2) > 60
    rows, columns = np.nonzero(drawn)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (10, 39, 10, 39)


def test_side_by_side_keeps_the_original_on_the_left(overlay, memory_source, make_project, square):
    source = memory_source(3, 64, 48)
    project = two_objects(source, make_project, square, range(3))
    clip, _ = overlay(project, source, {**PLAIN, "fill": 1.0, "side-by-side": True})
    for index, picture in enumerate(clip.pictures):
        assert picture.shape == (48, 128, 3)
        assert near(picture[14, 14], (index * 7, 200, 30))
        assert near(picture[14, 64 + 14], RED)


def test_captions_stand_above_their_objects(overlay, memory_source, make_project, square):
    source = memory_source(1, 160, 120)
    size = (160, 120)
    objects = {1: AnnotatedObject(1, "犬 собака", (240, 228, 66))}
    masks = {(0, 1): square((60, 100), (50, 130), size)}
    project = make_project(source, masks, objects=objects)
    plain, _ = overlay(project, source)
    for caption in ("label", "id", "label-id"):
        clip, report = overlay(project, source, {**PLAIN, "caption": caption})
        changed = np.abs(clip.pictures[0].astype(int) - plain.pictures[0]).max(axis=2) > 40
        rows, columns = np.nonzero(changed)
        assert rows.min() >= 40 and rows.max() <= 61
        assert 49 <= columns.min() <= 52
        absent = caption != "id" and missing("犬 собака")
        assert bool(report.warnings) == bool(absent)


def test_letters_that_no_font_has_are_told(overlay, memory_source, make_project, square):
    source = memory_source(1, 64, 48)
    objects = {1: AnnotatedObject(1, "dog \U0010c0de")}
    project = make_project(source, {(0, 1): square((20, 40), (10, 40))}, objects=objects)
    _, report = overlay(project, source, {**PLAIN, "caption": "label"})
    assert len(report.warnings) == 1
    assert "install a font that has it" in report.warnings[0]
    _, report = overlay(project, source, {**PLAIN, "caption": "id"})
    assert report.warnings == ()


def test_odd_sizes_become_even_and_it_is_told(overlay, memory_source, make_project, square):
    source = memory_source(2, 63, 47)
    project = make_project(source, {(0, 1): square((5, 20), (5, 20), (63, 47))})
    clip, report = overlay(project, source)
    assert clip.pictures[0].shape == (48, 64, 3)
    assert near(clip.pictures[0][47, 63], (0, 200, 30))
    assert any("63x47 became 64x48" in text for text in report.warnings)


def test_a_width_shrinks_masks_and_picture_alike(overlay, memory_source, make_project, square):
    source = memory_source(2, 128, 96)
    project = make_project(
        source,
        {(0, 1): square((32, 64), (32, 64), (128, 96))},
        objects={1: AnnotatedObject(1, "a", RED)},
    )
    clip, _ = overlay(project, source, {**PLAIN, "fill": 1.0, "width": 64})
    assert clip.pictures[0].shape == (48, 64, 3)
    assert near(clip.pictures[0][24, 24], RED)
    assert near(clip.pictures[0][24, 36], (0, 200, 30))


def test_a_smaller_picture_is_even_without_a_warning(overlay, memory_source, make_project, square):
    source = memory_source(2, 128, 90)
    project = make_project(source, {(0, 1): square((32, 64), (32, 64), (128, 90))})
    clip, report = overlay(project, source, {**PLAIN, "width": 65})
    assert clip.pictures[0].shape == (44, 64, 3)
    assert report.warnings == ()


@pytest.mark.parametrize("rate", [25.0, 30000 / 1001, 10.0])
def test_a_constant_rate_stays_exact(overlay, memory_source, make_project, square, rate):
    source = memory_source(12, 64, 48)
    source.time = lambda index: index / rate
    source.info = type(source.info)(source.info.path, "video", 64, 48, 12, rate)
    project = two_objects(source, make_project, square, range(12))
    clip, _ = overlay(project, source)
    assert clip.times == pytest.approx([i / rate for i in range(12)], abs=1e-6)
    assert clip.seconds == pytest.approx(12 / rate, abs=1e-6)
    third, _ = overlay(project, source, every=3, first=1)
    assert third.times == pytest.approx([i * 3 / rate for i in range(4)], abs=1e-6)
    assert third.seconds == pytest.approx(12 / rate, abs=1e-6)


def test_frames_that_were_not_chosen_leave_the_picture_standing(
    overlay, memory_source, make_project, square
):
    source = memory_source(12, 64, 48)
    project = two_objects(source, make_project, square, [1, 2, 3, 9])
    clip, report = overlay(project, source)
    assert clip.times == pytest.approx([0, 0.04, 0.08, 0.32], abs=1e-6)
    assert clip.seconds == pytest.approx(0.36, abs=1e-6)
    assert any("5 frames between" in text for text in report.warnings)
    clip, report = overlay(project, source, frames=FrameChoice.ALL)
    assert len(clip.pictures) == 12
    assert report.warnings == ()


def test_a_variable_rate_keeps_its_times(overlay, film, make_project, square):
    milliseconds = [0, 40, 80, 300, 310, 320, 700, 1500, 1510, 1520, 1600, 1900]
    source = film("vfr.mkv", count=12, milliseconds=milliseconds)
    project = two_objects(source, make_project, square, range(12))
    clip, _ = overlay(project, source)
    assert clip.times == pytest.approx(np.array(milliseconds) / 1000, abs=1e-3)
    assert clip.seconds == pytest.approx(2.2, abs=1e-3)  # the last as long as the one before
    clip, _ = overlay(project, source, first=3, last=6)
    assert clip.times == pytest.approx([0, 0.01, 0.02, 0.4], abs=1e-3)
    assert clip.seconds == pytest.approx(1.2, abs=1e-3)  # until frame 7 is due in the source
    assert near(clip.pictures[0][2, 2], (12, 128, 60))


def test_every_video_of_a_data_set_has_its_file(
    tmp_path, memory_source, make_project, square, read_clip
):
    items = []
    for name, count, size in (("one", 3, (64, 48)), ("two", 5, (32, 24))):
        source = memory_source(count, *size)
        masks = {(f, 1): square((2, 9), (2, 9), size) for f in range(count)}
        items.append(ExportItem(make_project(source, masks), source, name))
    report = export_dataset(items, ["overlay-video"], tmp_path, ExportOptions(), silent)
    assert report.written[0].files == 2
    assert len(read_clip(tmp_path / "overlay-video/one.mp4").pictures) == 3
    two = read_clip(tmp_path / "overlay-video/two.mp4")
    assert [picture.shape for picture in two.pictures] == [(24, 32, 3)] * 5


def test_a_frame_that_cannot_be_decoded_leaves_the_others_in_time(
    overlay, memory_source, make_project, square
):
    source = memory_source(6, 64, 48, broken=(0, 3))
    project = two_objects(source, make_project, square, range(6))
    clip, report = overlay(project, source)
    assert clip.times == pytest.approx([0, 0.04, 0.12, 0.16], abs=1e-6)
    assert sum("was left out" in text for text in report.warnings) == 2


def test_opacity_has_a_limit(overlay, memory_source, make_project, square, tmp_path):
    source = memory_source(1, 64, 48)
    project = two_objects(source, make_project, square, [0])
    with pytest.raises(UsageError, match=r"fill is 45, but must be at most 1"):
        overlay(project, source, {"fill": 45.0})
    assert list(tmp_path.iterdir()) == []
