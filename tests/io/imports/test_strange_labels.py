"""Labels of strangers: pipes, devices, endless numbers; a sentence at once, or the sound part."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from vostool.errors import LabelsError, VosToolError
from vostool.io.batch.presets import load_presets
from vostool.io.batch.recipe import load_recipe
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.importers import IMPORT_FORMATS, detect_format, read_labels
from vostool.io.imports.label_files import read_labels as read_label_list

TARGET = ImportTarget(64, 48, 10, "frame_{:06d}".format)


@pytest.fixture(autouse=True)
def ends():
    """Nothing here may wait for a pipe: where one does, a writer comes and goes after a while."""
    given: list[Path] = []

    def feed() -> None:
        for path in given:
            os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))

    timer = threading.Timer(5.0, feed)
    timer.start()
    yield given
    assert timer.is_alive(), "a pipe was waited for"
    timer.cancel()


def special(kind: str, path: Path, ends: list[Path]) -> None:
    if kind == "pipe":
        os.mkfifo(path)
        ends.append(path)
    else:
        path.symlink_to(f"/dev/{kind}")


@pytest.mark.parametrize("kind", ["pipe", "zero", "full"])
@pytest.mark.parametrize("name", ["a.json", "a.xml", "a.txt", "a.png", "a.zip", "a.yaml", "a"])
def test_what_is_no_file_is_no_label(tmp_path: Path, ends, kind: str, name: str) -> None:
    path = tmp_path / name
    special(kind, path, ends)
    with pytest.raises(LabelsError, match="cannot be read"):
        detect_format(path)
    for known in IMPORT_FORMATS:
        with pytest.raises(LabelsError, match="cannot be read"):
            read_labels(path, TARGET, known)
    for read in (read_label_list, load_recipe, load_presets):
        with pytest.raises(VosToolError):
            read(path.with_suffix(".toml") if read is load_recipe else path)


@pytest.mark.parametrize("kind", ["pipe", "zero"])
def test_a_folder_is_read_without_what_is_no_file(tmp_path: Path, ends, kind: str) -> None:
    for name in ("b.json", "classes.txt", "data.yaml", "x.png", "b.xml"):
        special(kind, tmp_path / name, ends)
    points = [[4, 4], [20, 4], [20, 20]]
    shape = {"label": "car", "points": points, "shape_type": "polygon", "group_id": 1}
    label = {"shapes": [shape], "imagePath": "frame_000002.jpg", "imageWidth": 64,
             "imageHeight": 48, "version": "5", "flags": {}, "imageData": None}  # fmt: skip
    (tmp_path / "frame_000002.json").write_text(json.dumps(label))
    imported = read_labels(tmp_path, TARGET)
    assert [shape.frame for shape in imported.shapes] == [2]


def test_a_number_of_4000_digits_costs_its_shape(tmp_path: Path) -> None:
    huge = "9" * 4000
    shapes = ", ".join(
        f'{{"label": "{name}", "points": [[{x}, 4], [20, 4], [20, 20]], "shape_type": "polygon"}}'
        for name, x in (("good", 4), ("bad", huge))
    )
    path = tmp_path / "frame_000002.json"
    path.write_text(
        f'{{"shapes": [{shapes}], "imagePath": "frame_000002.jpg", "imageWidth": 64, '
        '"imageHeight": 48, "version": "5", "flags": {}, "imageData": null}'
    )
    imported = read_labels(path, TARGET)
    assert [shape.label for shape in imported.shapes] == ["good"]
    assert any("finite" in sentence for sentence in imported.skipped)


@pytest.mark.parametrize("field", ["segmentation", "bbox", "score", "image_id", "category_id"])
def test_a_number_of_4000_digits_in_any_field(tmp_path: Path, field: str) -> None:
    entry: dict[str, object] = {
        "id": 1, "image_id": 1, "category_id": 1, "bbox": [4, 4, 10, 10], "score": 0.5,
        "segmentation": [[4, 4, 20, 4, 20, 20]], "area": 1, "iscrowd": 0,
    }  # fmt: skip
    huge = int("9" * 4000)
    many = {"segmentation": [[huge, 4, 20, 4, 20, 20]], "bbox": [huge, 4, 10, 10]}
    entry[field] = many.get(field, huge)
    data = {
        "images": [{"id": 1, "file_name": "frame_000002.jpg", "width": 64, "height": 48}],
        "categories": [{"id": 1, "name": "car"}],
        "annotations": [entry],
    }
    for name, value in (("coco.json", data), ("list.json", [entry])):
        path = tmp_path / name
        path.write_text(json.dumps(value))
        told: list[str] = []
        try:
            told = [shape.label for shape in read_labels(path, TARGET).shapes]
        except VosToolError as error:
            told = [str(error)]
        assert told
