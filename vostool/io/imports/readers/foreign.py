"""What a file is that no format here reads, so that the refusal can say it."""

from __future__ import annotations

import re
from pathlib import Path

from vostool.errors import LabelsError
from vostool.files import open_regular
from vostool.io.imports.readers.id_picture import why_no_ids
from vostool.io.imports.readers.json_values import parse_bytes
from vostool.io.imports.readers.label_tree import open_tree

_HEAD = 64 << 10
_WHOLE = 64 << 20

_XML = (
    (rb"<sourceAnnotation>", "LabelMe XML (of the MIT web tool)"),
    (rb"<bndbox>", "Pascal VOC XML (boxes of single pictures)"),
    (rb"<annotation>", "Pascal VOC XML without boxes"),
    (rb"<tracklets", "KITTI tracklets (boxes in space)"),
    (rb"<View", "a configuration of Label Studio, not its labels"),
)
_TEXT = (
    (r"[A-Za-z]\w* -?\d\S* -?\d+( -?\d\S*){5,}$", "KITTI detection text"),
    (r"\S+\.(jpe?g|png|bmp|tiff?|webp)$", "a list of pictures, not their labels"),
    (r"# label:color_rgb", "a map of labels to colours, not labels of pictures"),
    (r"\S+\s+-?[01]$", "a list of pictures, not their labels"),
)
_TEXTS = {".txt", ".names", ".labels"}
_KINDS = {
    ".csv": "a table",
    ".ndjson": "Labelbox' NDJSON; let it export COCO",
    ".yaml": "a configuration, not labels of pictures",
    ".yml": "a configuration, not labels of pictures",
    ".data": "a configuration; give the folder of label files",
}


def explain(path: Path) -> str | None:
    """A sentence on why a file is refused, or None where nothing is known about it.

    Raises:
        LabelsError: it is an archive that cannot be trusted.
    """
    suffix = path.suffix.lower()
    if path.is_dir() or suffix == ".zip":
        return _of_folder(path)
    with open_regular(path) as file:
        head = file.read(_HEAD)
    if not head.strip():
        return f"'{path.name}' is empty."
    if suffix == ".json":
        return _of_json(path)
    if suffix == ".png":
        why = why_no_ids(path.read_bytes()) if path.stat().st_size < _WHOLE else None
        return _sentence(path, f"a picture without object ids{(why and ': ' + why) or ''}")
    what = _of_text(head) if suffix in _TEXTS else _KINDS.get(suffix)
    if suffix == ".xml":
        what = next((kind for sign, kind in _XML if re.search(sign, head)), None)
    return _sentence(path, what)


def _of_folder(path: Path) -> str | None:
    with open_tree(path) as tree:
        if not tree.ending(".json", ".xml", ".txt", ".png", ".yaml", ".zip"):
            return f"'{path.name}' holds no label files."
        pictures = tree.ending(".png")
        if pictures and not tree.ending(".json", ".xml", ".txt"):
            why = why_no_ids(tree.read(pictures[0], _WHOLE))
            return None if why is None else f"'{path.name}' holds no masks: '{pictures[0]}': {why}."
        for name in tree.ending(".json")[:1]:
            what = _json_kind(_value(tree.read(name, _WHOLE)))
            return None if what is None else f"'{name}' in '{path.name}' is {what}."
    return None


def _value(data: bytes) -> object:
    try:
        return parse_bytes(data, "")
    except LabelsError:
        return None


def _of_json(path: Path) -> str | None:
    if path.stat().st_size > _WHOLE:
        return None
    try:
        value = parse_bytes(path.read_bytes(), f"'{path.name}'")
    except LabelsError as error:
        return str(error)
    return _sentence(path, _json_kind(value))


def _json_kind(value: object) -> str | None:
    if isinstance(value, list):
        return _list_kind(value)
    if not isinstance(value, dict):
        return None
    annotations = value.get("annotations")
    first = annotations[0] if isinstance(annotations, list) and annotations else None
    entry = first if isinstance(first, dict) else {}
    signs = {
        "COCO panoptic JSON; convert it to COCO instances": "segments_info" in entry,
        "COCO captions, without masks or boxes": "caption" in entry,
        "YouTube-VIS JSON of a split without annotations (they are kept back for the "
        "competition); take the training split, or your own results": "videos" in value
        and not annotations,
        "COCO JSON of pictures without annotations": "images" in value and not annotations,
        "a project of VIA 3; draw in VIA 2, or export COCO there": {"project", "view"}
        <= value.keys(),
        "Darwin (V7) JSON; let it export COCO": "item" in value and "annotations" in value,
        "VoTT JSON; let it export COCO": "assets" in value and "tags" in value,
        "Encord JSON; let it export COCO": "data_units" in value or "label_hash" in value,
        "Labelbox JSON; let it export COCO": "data_row" in value,
        "an OpenLABEL file, which nothing here reads": "openlabel" in value,
        "Lightly predictions of one picture": "predictions" in value and "file_name" in value,
        "mmtracking results without frames or labels": "track_masks" in value,
        "an answer of CVAT's server; let CVAT export 'CVAT for images 1.1'": any(
            isinstance(part, dict) and ("shapes" in part or "tracks" in part)
            for part in _nested(value)
        ),
        "a list of labels, not labels of pictures": _is_label_list(value),
        "a configuration of Label Studio, not its labels": bool(value)
        and all(isinstance(part, dict) and "to_name" in part for part in value.values()),
    }
    return next((what for what, found in signs.items() if found), None)


def _list_kind(value: list[object]) -> str | None:
    first = value[0] if value else None
    entry = first if isinstance(first, dict) else {}
    signs = {
        "Encord JSON; let it export COCO": "data_units" in entry or "label_hash" in entry,
        "Labelbox JSON; let it export COCO": "data_row" in entry,
        "Label Studio JSON without annotations": "data" in entry or "annotations" in entry,
        "COCO results of key points, without masks or boxes": {"image_id", "keypoints"}
        <= entry.keys(),
        "a list of labels, as CVAT's label constructor has it": {"name", "attributes"}
        <= entry.keys(),
    }
    return next((what for what, found in signs.items() if found), None)


def _nested(value: dict[str, object]) -> list[object]:
    inner = [p for part in value.values() if isinstance(part, dict) for p in part.values()]
    return [*value.values(), *inner]


def _is_label_list(value: dict[str, object]) -> bool:
    names = {"label_map", "labels", "task_type"} & value.keys()
    return bool(names) or (bool(value) and all(key.isdecimal() for key in value))


def _of_text(head: bytes) -> str | None:
    lines = head.decode("utf-8", "replace").splitlines()
    row = next((line.strip() for line in lines if line.strip()), "")
    for sign, what in _TEXT:
        if re.match(sign, row):
            return what
    words = all(not re.search(r"\d\s+-?\d", line) for line in lines)
    return "a list of names, not labels of pictures" if words else None


def _sentence(path: Path, what: str | None) -> str | None:
    return None if what is None else f"'{path.name}' is {what}."
