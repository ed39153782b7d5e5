"""Damaged files and values of the wrong kind: a sentence or the good part, never anything else."""

from __future__ import annotations

import contextlib
import copy
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_files import entry, isat, labelme, sav, shape

from vostool.errors import LabelsError
from vostool.io.imports.importers import IMPORT_FORMATS, detect_format, read_labels

SQUARE = [2.0, 2.0, 6.0, 2.0, 6.0, 6.0, 2.0, 6.0]
CODE = {"size": [12, 16], "counts": [10, 5, 177]}
ROW = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": CODE, "video_id": 1}
VIDEO = {"id": 1, "name": "a", "width": 16, "height": 12, "length": 1, "file_names": ["0.jpg"]}
CATEGORY = {"id": 1, "name": "car"}
VALUES = {
    "coco": {
        "videos": [VIDEO],
        "images": [{"id": 1, "file_name": "0.jpg", "width": 16, "height": 12, "video_id": 1}],
        "categories": [CATEGORY],
        "annotations": [
            {**ROW, "attributes": {"track_id": 1}, "bbox": [1, 1, 3, 3]},
            {**ROW, "segmentation": [SQUARE]},
        ],
    },
    "youtube-vis": {
        "videos": [VIDEO],
        "categories": [CATEGORY],
        "annotations": [{**ROW, "segmentations": [CODE], "bboxes": [[1, 1, 3, 3]]}],
    },
    "labelme": labelme(shape(), name="0.jpg"),
    "isat": isat(entry(), name="0.jpg"),
    "datumaro": {
        "categories": {"label": {"labels": [{"name": "car"}]}},
        "items": [
            {
                "id": "0",
                "image": {"path": "0.jpg"},
                "attr": {"frame": 0},
                "annotations": [{"type": "mask", "rle": CODE, "label_id": 0, "attributes": {}}],
            }
        ],
    },
    "sa-v": sav([[CODE]], [0], 4),
}

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 70), 1 << 70),
    st.floats(),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.just([[1]]),
    st.just({"a": None}),
)


def places(value, path=()):
    """Every place in a JSON value."""
    yield path
    keys = list(value) if isinstance(value, dict) else []
    keys = range(len(value)) if isinstance(value, list) else keys
    for key in keys:
        yield from places(value[key], (*path, key))


def replaced(value, path, new):
    if not path:
        return new
    changed = copy.deepcopy(value)
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = new
    return changed


def checked(path, name, target):
    """Read; what comes in must fit the target and name known objects."""
    with contextlib.suppress(LabelsError):
        detect_format(path)
    try:
        imported = read_labels(path, target, name)
    except LabelsError as error:
        text = str(error)
        assert text.endswith(".")
        assert "\n" not in text
        return None
    tracks = {entry.track for entry in imported.objects}
    for found in imported.shapes:
        assert 0 <= found.frame < target.frame_count
        assert found.track is None or found.track in tracks
        assert isinstance(found.label, str)
        if found.mask is not None:
            assert found.mask.to_array().shape == (target.height, target.width)
    return imported


@pytest.mark.parametrize("name", VALUES)
def test_the_undamaged_file_is_read(tmp_path, make_target, name):
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(VALUES[name]))
    assert detect_format(path).name == name
    assert checked(path, name, make_target(count=1)).shapes


@pytest.mark.parametrize("name", VALUES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_value_in_any_place(tmp_path_factory, make_target, name, data):
    value = VALUES[name]
    place = data.draw(st.sampled_from(list(places(value))))
    path = tmp_path_factory.mktemp("garbage") / "labels.json"
    path.write_text(json.dumps(replaced(value, place, data.draw(junk))))
    checked(path, name, make_target(count=1))


@pytest.mark.parametrize("name", IMPORT_FORMATS)
@settings(max_examples=25, deadline=None)
@given(content=st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
def test_any_bytes(tmp_path_factory, make_target, name, content):
    folder = tmp_path_factory.mktemp("bytes")
    for suffix in IMPORT_FORMATS[name].suffixes:
        if suffix:
            path = folder / f"0{suffix}"
            path.write_bytes(content)
            checked(path, name, make_target(count=1))


@pytest.mark.parametrize("name", ["mots", "mot", "yolo"])
@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.integers(-2, 20).map(str),
                st.floats().map(str),
                st.sampled_from(["ab`", "1 1", "#", "10", "0.5"]),
            ),
            min_size=1,
            max_size=12,
        ),
        max_size=5,
    )
)
def test_any_rows(tmp_path_factory, make_target, name, rows):
    path = tmp_path_factory.mktemp("rows") / "0.txt"
    path.write_text("\n".join(("," if name == "mot" else " ").join(row) for row in rows))
    checked(path, name, make_target(count=1))


@pytest.mark.parametrize("name", IMPORT_FORMATS)
def test_an_empty_folder_and_a_missing_file_are_told(tmp_path, make_target, name):
    with pytest.raises(LabelsError):
        read_labels(tmp_path, make_target(), name)
    with pytest.raises(LabelsError, match="There is no file"):
        read_labels(tmp_path / "missing.json", make_target(), name)


def test_every_reader_of_zips_refuses_what_leaves_the_archive(tmp_path, make_target):
    path = tmp_path / "labels.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../labels.json", json.dumps(VALUES["coco"]))
    for name, entry_ in IMPORT_FORMATS.items():
        assert ".zip" in entry_.suffixes
        with pytest.raises(LabelsError, match="leaves its folder"):
            read_labels(path, make_target(), name)
    with pytest.raises(LabelsError, match="leaves its folder"):
        detect_format(path)


def test_every_reader_of_zips_refuses_a_bomb(tmp_path, make_target):
    path = tmp_path / "labels.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("labels.json", np.zeros(40 << 20, np.uint8).tobytes())
    for name in IMPORT_FORMATS:
        with pytest.raises(LabelsError, match="zip bomb"):
            read_labels(path, make_target(), name)
