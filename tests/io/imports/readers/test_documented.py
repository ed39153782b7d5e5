"""Every row of the tables of names, fields and forms in docs/imports.md."""

from __future__ import annotations

import json
import re

import imports_doc
import numpy as np
import pytest

from vostool.errors import LabelsError
from vostool.io.imports.edit import import_edit
from vostool.io.imports.importers import detect_format, read_labels
from vostool.io.imports.readers.frame_names import Picture, place
from vostool.project.mask_notes import is_occluded
from vostool.project.project_labels import declared_label

TEXT = imports_doc.DOCUMENT.read_text(encoding="utf-8")


def rows(name: str) -> list[list[str]]:
    """The cells of a table, without the ticks around code."""
    lines = imports_doc.between(TEXT, f"<!-- {name} -->", f"<!-- end of {name} -->").splitlines()[
        2:
    ]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def code(cell: str) -> str:
    return cell.strip("`")


def spread(first: str, last: str) -> list[str]:
    """Names from the first to the last, whose last numbers are counted up."""
    parts = [re.split(r"(\d+)(?!.*\d)", name) for name in (first, last)]
    (before, low, after), (_, high, _) = parts
    return [f"{before}{n:0{len(low)}d}{after}" for n in range(int(low), int(high) + 1)]


def names_of(cell: str) -> list[str]:
    given = re.findall(r"`([^`]+)`", cell)
    if "..." in cell:
        # The hash comes after the number, and has no digits yet.
        given = spread(*given)
    return [
        name.replace("HASH", f"{i * 7919:04x}a1{'b2c4d6e8f0' * 3}"[:32])
        for i, name in enumerate(given)
    ]


def frames_of(cell: str) -> list[int]:
    first, ellipsis, last = cell.partition(" ... ")
    if ellipsis:
        return list(range(int(first), int(last) + 1))
    return [int(number) for number in cell.split(", ")]


@pytest.mark.parametrize("row", rows("names"), ids=lambda row: row[0][:50])
def test_names(make_target, row) -> None:
    names, video, frames, _ = row
    pictures = [Picture(name) for name in names_of(names)]
    found = place(make_target(count=int(video.split()[0])), pictures)
    assert list(found.frames) == frames_of(frames)
    assert found.doubts == ()


def coco(image: dict, annotation: dict) -> str:
    entry = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 2, 6, 4], **annotation}
    data = {
        "images": [{"id": 1, "file_name": "clip_0002.jpg", **image}],
        "annotations": [entry],
        "categories": [{"id": 1, "name": "car"}],
    }
    return json.dumps(data)


@pytest.mark.parametrize("row", rows("frame fields"), ids=lambda row: row[0])
def test_frame_fields(tmp_path, make_target, row) -> None:
    path = tmp_path / "a.json"
    path.write_text(coco(json.loads(code(row[0])), {}))
    (shape,) = read_labels(path, make_target(count=20)).shapes
    assert shape.frame == 6


def _coco(folder, field):
    (folder / "a.json").write_text(coco({"file_name": "frame_000002.jpg"}, field))


def _datumaro(folder, field):
    entry = {"type": "bbox", "bbox": [2, 2, 6, 4], "label_id": 0, **field}
    if "attributes" not in field:
        entry["attributes"] = field
    items = [{"id": "frame_000002", "annotations": [entry]}]
    labels = {"label": {"labels": [{"name": "car"}]}}
    (folder / "a.json").write_text(json.dumps({"items": items, "categories": labels}))


def _labelme(folder, field):
    shape = {"label": "car", "points": [[2, 2], [8, 6]], "shape_type": "rectangle", **field}
    value = {"shapes": [shape], "imagePath": "frame_000002.jpg"}
    (folder / "frame_000002.json").write_text(json.dumps(value))


def _via(folder, field):
    said = {"class": "car", **field.get("attributes", field)}
    shape = {"name": "rect", "x": 2, "y": 2, "width": 6, "height": 4}
    region = {"shape_attributes": shape, "region_attributes": said}
    entry = {"filename": "frame_000002.jpg", "size": 1, "regions": [region]}
    (folder / "a.json").write_text(json.dumps({"frame_000002.jpg1": entry}))


def _results(folder, field):
    entry = {"image_id": 2, "category_id": 1, "bbox": [2, 2, 6, 4], "score": 0.5, **field}
    (folder / "a.json").write_text(json.dumps([entry, {**entry, "image_id": 0}]))


@pytest.mark.parametrize("write", [_coco, _datumaro, _labelme, _via, _results])
@pytest.mark.parametrize("row", rows("identity fields"), ids=lambda row: row[0])
def test_identity_fields(tmp_path, make_target, write, row) -> None:
    write(tmp_path, json.loads(code(row[0])))
    found = read_labels(tmp_path, make_target())
    assert [entry.proposed_id for entry in found.objects] == [7]
    assert {shape.track for shape in found.shapes} == {found.objects[0].track}
    assert found.objects[0].attributes == ()


@pytest.mark.parametrize("write", [_coco, _datumaro, _labelme])
@pytest.mark.parametrize("row", rows("marks"), ids=lambda row: row[0])
def test_marks(tmp_path, make_target, make_project, memory_source, write, row) -> None:
    given, becomes, _ = row
    write(tmp_path, json.loads(code(given)))
    project = make_project(memory_source(10, 16, 12), {})
    edit, _ = import_edit(project, read_labels(tmp_path, make_target()))
    project.apply(edit)
    ((oid, known),) = project.objects.items()
    assert is_occluded(project, 2, oid) == (becomes == "occluded")
    assert len(known.attributes) == (becomes in ("checkbox", "number", "text"))
    declared = declared_label(project, "car")
    kinds = [spec.kind.value for spec in declared.attributes] if declared is not None else []
    assert kinds == ([becomes] if becomes in ("checkbox", "number") else [])


@pytest.mark.parametrize("row", rows("segmentations"), ids=lambda row: row[0][:60])
def test_segmentations(tmp_path, make_target, row) -> None:
    given, pixels, _ = row
    path = tmp_path / "a.json"
    path.write_text(coco({"frame_index": 2}, {"bbox": None, **json.loads(code(given))}))
    found = read_labels(path, make_target())
    (shape,) = found.shapes
    assert found.skipped == ()
    if pixels == "box":
        assert (shape.box.x0, shape.box.y0, shape.box.x1, shape.box.y1) == (2, 2, 8, 6)
    else:
        assert np.count_nonzero(shape.mask.to_array()) == int(pixels)
    short = "dropped" in row[2]
    assert any("the other parts came in" in text for text in found.warnings) == short


@pytest.mark.parametrize("row", rows("yolo rows"), ids=lambda row: row[0])
def test_yolo_rows(tmp_path, make_target, make_project, memory_source, row) -> None:
    given, kind, objects, _ = row
    for frame in (2, 3, 4):
        (tmp_path / f"frame_{frame:06d}.txt").write_text(code(given) + "\n")
    found = read_labels(tmp_path, make_target(count=20))
    assert [shape.frame for shape in found.shapes] == [2, 3, 4]
    assert all((shape.mask is not None) == (kind == "mask") for shape in found.shapes)
    ids = [] if objects == "none" else [int(objects)]
    assert [entry.proposed_id for entry in found.objects] == ids
    # With an id or without one, the rows of one class are one object.
    project = make_project(memory_source(20, 16, 12), {})
    _, summary = import_edit(project, found)
    assert summary.new_objects == tuple(ids or [1])


@pytest.mark.parametrize("row", rows("refused"), ids=lambda row: row[1])
def test_refused_files_are_called_what_they_are(tmp_path, row) -> None:
    path = tmp_path / "a.json"
    path.write_text(code(row[0]))
    with pytest.raises(LabelsError, match=re.escape(row[1])):
        detect_format(path)
