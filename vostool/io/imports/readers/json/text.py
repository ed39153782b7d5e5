"""What a JSON label file is, by a look."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from vostool.errors import LabelsError
from vostool.io.imports.readers.json_values import parse_bytes
from vostool.io.imports.readers.label_tree import LabelTree, peek_tree

_WHOLE = 16 << 20  # up to this size a look parses the file; beyond, its two ends are searched
_END = 1 << 20
_PEEKED = 3
_TASKS = 100  # of Label Studio; the first ones may not be annotated

Fields = Mapping[str, Any]

COCO = "coco"
YOUTUBE_VIS = "youtube-vis"
LABELME = "labelme"
ISAT = "isat"
SAV = "sa-v"
DATUMARO = "datumaro"
COCO_RESULTS = "coco-results"
YOUTUBE_VIS_RESULTS = "youtube-vis-results"
LABEL_STUDIO = "label-studio"
SUPERVISELY_VIDEO = "supervisely-video"
SUPERVISELY_IMAGE = "supervisely-image"
VIA = "via"
BURST = "burst"
SA_1B = "sa-1b"
BROKEN = "broken"


def kinds(path: Path) -> dict[str, str]:
    """What the JSON files of a file, folder or zip are: kind by name, "" for an unknown one.

    Of many only the first few are looked at. Files that are no JSON by their ending are left out.
    """
    try:
        with peek_tree(path) as tree:
            return {name: kind(tree, name) for name in _some(tree.ending(".json"))}
    except (LabelsError, OSError):
        return {}


def is_single(path: Path, wanted: str) -> bool:
    """True where the JSON file is of this kind, or a folder or zip holds just one kind of them."""
    found = kinds(path)
    return wanted in found.values() and set(found.values()) <= {wanted, BROKEN, ""}


def kind(tree: LabelTree, name: str) -> str:
    """The kind of one JSON file, "" for an unknown one."""
    data = tree.ends(name, _WHOLE // 2)
    if len(data) == _WHOLE:
        return _kind_of_text(data[:_END] + data[-_END:])
    try:
        return kind_of(parse_bytes(data, name))
    except LabelsError:
        return BROKEN


def kind_of(value: object) -> str:
    """The kind of a parsed JSON value, "" for an unknown one."""
    if isinstance(value, list):
        return _kind_of_list(value)
    if not isinstance(value, dict):
        return ""
    return next((kind for kind, fits in _SIGNS.items() if fits(value)), "")


def _kind_of_list(value: list[object]) -> str:
    first = value[0] if value else None
    if not isinstance(first, dict):
        return ""
    if isinstance(first.get("segmentations"), list) or isinstance(first.get("bboxes"), list):
        return YOUTUBE_VIS_RESULTS if "video_id" in first else ""
    if "image_id" in first and {"segmentation", "bbox"} & first.keys():
        return COCO_RESULTS
    tasks = (entry for entry in value[:_TASKS] if isinstance(entry, dict))
    return LABEL_STUDIO if any(map(_is_task, tasks)) else ""


def _is_task(value: Fields) -> bool:
    """One task of Label Studio, whole, or as its short JSON ("JSON-MIN") has it."""
    entries = [
        e for key in ("annotations", "completions", "predictions") for e in _list(value, key)
    ]
    if "data" in value:
        return any("result" in e for e in entries)
    regions = [r for part in value.values() if isinstance(part, list) for r in part[:1]]
    return "annotator" in value and any(
        isinstance(r, dict) and {"original_width", "sequence", "rle"} & r.keys() for r in regions
    )


def _list(value: Fields, name: str) -> list[Fields]:
    entries = value.get(name)
    return [e for e in entries[:1] if isinstance(e, dict)] if isinstance(entries, list) else []


def _is_coco(value: Fields) -> bool:
    first = next(iter(_list(value, "annotations")), {})
    listed = isinstance(value.get("annotations"), list)
    return "images" in value and listed and not {"segments_info", "caption"} & first.keys()


def _is_isat(value: Fields) -> bool:
    info = value.get("info")
    return "objects" in value and isinstance(info, dict) and "ISAT" in str(info)


def _is_via(value: Fields) -> bool:
    inner = value.get("_via_img_metadata", value)
    entries = list(inner.values())[:1] if isinstance(inner, dict) else []
    return any(isinstance(e, dict) and {"filename", "regions"} <= e.keys() for e in entries)


def _is_supervisely_image(value: Fields) -> bool:
    objects = _list(value, "objects")
    return "size" in value and any({"geometryType", "classTitle"} <= o.keys() for o in objects)


_SIGNS: Mapping[str, Callable[[Fields], bool]] = {
    LABELME: lambda v: "shapes" in v and bool({"imagePath", "imageHeight"} & v.keys()),
    ISAT: _is_isat,
    SAV: lambda v: "masklet" in v,
    DATUMARO: lambda v: isinstance(v.get("items"), list) and "categories" in v,
    BURST: lambda v: any("segmentations" in s for s in _list(v, "sequences")),
    YOUTUBE_VIS: lambda v: (
        "videos" in v and "images" not in v and isinstance(v.get("annotations"), list)
    ),
    COCO: _is_coco,
    SA_1B: lambda v: (
        isinstance(v.get("image"), dict)
        and any("segmentation" in a for a in _list(v, "annotations"))
    ),
    SUPERVISELY_VIDEO: lambda v: (
        isinstance(v.get("frames"), list) and isinstance(v.get("objects"), list)
    ),
    SUPERVISELY_IMAGE: _is_supervisely_image,
    VIA: _is_via,
    LABEL_STUDIO: _is_task,
}
# In the order in which they are asked.


def _kind_of_text(data: bytes) -> str:
    keys = set(re.findall(rb'"([A-Za-z_]{5,14})"\s*:', data))
    results = data.lstrip()[:1] == b"["
    signs = {
        LABELME: {b"shapes", b"imagePath"} <= keys,
        SAV: bool({b"masklet", b"masklet_id"} & keys),
        DATUMARO: {b"items", b"categories"} <= keys,
        BURST: b"sequences" in keys,
        YOUTUBE_VIS_RESULTS: results and b"segmentations" in keys,
        YOUTUBE_VIS: b"segmentations" in keys and b"images" not in keys,
        SUPERVISELY_VIDEO: {b"frames", b"objectKey"} <= keys,
        VIA: b"regions" in keys and b"filename" in keys,
        LABEL_STUDIO: results and b"result" in keys,
        COCO_RESULTS: results and b"image_id" in keys,
        COCO: b"image_id" in keys,
    }
    return next((kind for kind, found in signs.items() if found), "")


def _some(names: list[str]) -> Iterable[str]:
    """The first few, and the last, which may differ."""
    return dict.fromkeys([*names[:_PEEKED], *names[-1:]])
