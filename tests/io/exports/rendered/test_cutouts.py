"""Cut-outs: transparency is the mask, colours are the picture's."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from vostool.io.exports.exporters import ExportItem, ExportOptions, Split, SplitBy, export_dataset
from vostool.io.video.decode import open_video
from vostool.progress import silent
from vostool.project.objects import AnnotatedObject


@pytest.fixture
def cut(tmp_path, run_export):
    """Export cut-outs; returns their folder and the report."""

    def run(project, source, name="cutouts", values=None, **options):
        given = {name: values or {}}
        report = run_export(
            project, source, name, tmp_path, format_options=given, overwrite=True, **options
        )
        return tmp_path / name, report

    return run


def read(path):
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        return np.array(image)


def test_every_hard_mask_is_the_transparency(cut, memory_source, make_project, hard_masks):
    source = memory_source()
    masks = {(frame, 1): array for frame, array in enumerate(hard_masks.values())}
    folder, report = cut(make_project(source, masks), source)
    for (frame, _), mask in masks.items():
        pixels = read(folder / f"clip/001_object/frame_{frame:06d}.png")
        assert (pixels[..., 3] == np.where(mask, 255, 0)).all()
        assert (pixels[mask][:, :3] == source.frame(frame)[mask]).all()
        assert not pixels[~mask].any()  # nothing of the background is in the file
    assert report.warnings == ()
    assert report.written[0].main == folder / "clip"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_masks_come_back_from_whole_and_cropped_pictures(
    data, cut, memory_source, make_project
):
    width, height = data.draw(st.integers(1, 23)), data.draw(st.integers(1, 19))
    source = memory_source(1, width, height)
    masks = {(0, oid): data.draw(arrays(bool, (height, width)).filter(np.any)) for oid in (1, 2)}
    project = make_project(source, masks)
    area = data.draw(st.sampled_from(["frame", "box"]))
    folder, _ = cut(project, source, values={"area": area})
    with open(folder / "cutouts.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    for row in rows:
        pixels = read(folder / row["file"])
        x, y, w, h = (int(row[key]) for key in ("x", "y", "width", "height"))
        assert pixels.shape == (h, w, 4)
        whole = np.zeros((height, width), bool)
        whole[y : y + h, x : x + w] = pixels[..., 3] == 255
        assert (whole == masks[0, int(row["object_id"])]).all()


def test_one_picture_for_all_objects_and_its_box(cut, memory_source, make_project, square):
    source = memory_source(3, 64, 48)
    objects = {1: AnnotatedObject(1, "a/b"), 2: AnnotatedObject(2, "犬")}
    masks = {(0, 1): square((4, 10), (6, 12)), (0, 2): square((8, 30), (20, 40)), (2, 1): None}
    project = make_project(source, masks, objects=objects)
    folder, report = cut(project, source, values={"each": "frame", "area": "box"})
    pixels = read(folder / "clip/frame_000000.png")
    assert pixels.shape == (26, 34, 4)
    assert ((pixels[..., 3] > 0) == (masks[0, 1] | masks[0, 2])[4:30, 6:40]).all()
    assert any("1 frames without a mask" in text for text in report.warnings)
    folder, _ = cut(project, source)
    assert sorted(p.name for p in (folder / "clip").iterdir()) == ["001_a_b", "002_犬"]


@pytest.mark.parametrize("name", ["rot90.mp4", "rot180.mp4", "rot270.mp4"])
def test_turned_videos_are_cut_as_they_are_shown(name, cut, shared_data, make_project, tmp_path):
    source = open_video(shared_data / "generated_awkward" / name, index_dir=tmp_path / "index")
    mask = np.zeros((source.info.height, source.info.width), bool)
    mask[20:90, 30:100] = True
    project = make_project(source, {(3, 1): mask})
    folder, _ = cut(project, source, values={"area": "box"})
    pixels = read(next(folder.rglob("*.png")))
    assert (pixels[..., :3] == source.frame(3)[20:90, 30:100]).all()
    cut(project, source, "cutout-video")


def test_parts_of_a_split_lie_apart(tmp_path, memory_source, make_project, hard_masks):
    items = []
    for name in ("one", "two"):
        source = memory_source(4)
        masks = {(f, 1): hard_masks["hole"] for f in range(4)}
        items.append(ExportItem(make_project(source, masks), source, name))
    options = ExportOptions(split=Split(SplitBy.TIME, 0.5, 0.5, 0))
    export_dataset(items, ["cutouts"], tmp_path, options, silent)
    folder = tmp_path / "cutouts"
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.png"))
    assert len(found) == 8
    assert found[0] == "train/one/001_object/frame_000000.png"
    assert found[-1] == "val/two/002_object/frame_000003.png"


def moving(square, count=6, size=(63, 47)):
    return {(f, 1): square((10, 30), (5 + 4 * f, 25 + 4 * f), size) for f in range(count)}


def test_prores_keeps_the_mask_exactly(cut, memory_source, make_project, square, read_clip):
    source = memory_source(6, 63, 47)
    masks = moving(square)
    folder, report = cut(make_project(source, masks), source, "cutout-video")
    clip = read_clip(folder / "clip.mov", "rgba")
    assert clip.codec == "prores"
    assert clip.times == pytest.approx(np.arange(6) / 25, abs=1e-6)
    assert clip.seconds == pytest.approx(0.24, abs=1e-6)
    for index, pixels in enumerate(clip.pictures):
        mask = masks[index, 1]
        assert pixels.shape == (47, 63, 4)
        assert ((pixels[..., 3] > 127) == mask).all()
        assert pixels[..., 3][mask].min() >= 254
        assert pixels[..., 3][~mask].max() <= 1
        off = np.abs(pixels[mask][:, :3].astype(int) - source.frame(index)[mask])
        assert off.max() <= 8
    assert report.warnings == ()


def test_vp9_keeps_the_mask_nearly(cut, memory_source, make_project, square, read_clip):
    source = memory_source(6, 63, 47)
    masks = moving(square)
    project = make_project(source, masks)
    folder, _ = cut(project, source, "cutout-video", {"codec": "vp9"})
    clip = read_clip(folder / "clip.webm", "rgba")
    assert clip.codec == "vp9"
    assert len(clip.pictures) == 6
    for index, pixels in enumerate(clip.pictures):
        mask = masks[index, 1]
        assert pixels.shape == (47, 63, 4)
        assert ((pixels[..., 3] > 127) == mask).mean() > 0.99
        inside = np.zeros_like(mask)
        inside[13:27, 8 + 4 * index : 22 + 4 * index] = True
        off = np.abs(pixels[inside][:, :3].astype(int) - source.frame(index)[inside])
        assert off.max() <= 12
