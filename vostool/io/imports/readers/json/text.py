"""JSON label files: parsed whole, and recognised by a look."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from vostool.errors import LabelsError
from vostool.io.imports.readers.label_tree import LabelTree, peek_tree

_WHOLE = 16 << 20  # up to this size a look parses the file; beyond, its two ends are searched
_END = 1 << 20
_PEEKED = 3

COCO = "coco"
YOUTUBE_VIS = "youtube-vis"
LABELME = "labelme"
ISAT = "isat"
SAV = "sa-v"
DATUMARO = "datumaro"
BROKEN = "broken"


def parse(tree: LabelTree, name: str) -> object:
    """The value of a JSON file.

    Raises:
        LabelsError: it is no JSON, with line and column.
    """
    return parse_bytes(tree.read(name), tree.shown(name))


def parse_bytes(data: bytes, shown: str) -> object:
    """The value of JSON text in UTF-8, UTF-16 or UTF-32; NaN and Infinity are let through."""
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise LabelsError(f"{shown} is no valid JSON at {place}: {error.msg}.") from None
    except UnicodeDecodeError as error:
        raise LabelsError(f"{shown} is no text at byte {error.start}, so no JSON.") from None
    except ValueError as error:
        raise LabelsError(f"{shown} is no valid JSON: {error}.") from None
    except RecursionError:
        raise LabelsError(f"{shown} is nested too deeply to be labels.") from None


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
    if not isinstance(value, dict):
        return ""
    info = value.get("info")
    annotations = value.get("annotations")
    listed = isinstance(annotations, list)
    first = annotations[0] if listed and annotations else None
    foreign = isinstance(first, dict) and ("segments_info" in first or "caption" in first)
    signs = {
        LABELME: "shapes" in value and ("imagePath" in value or "imageHeight" in value),
        ISAT: "objects" in value and isinstance(info, dict) and "ISAT" in str(info),
        SAV: "masklet" in value,
        DATUMARO: isinstance(value.get("items"), list) and "categories" in value,
        YOUTUBE_VIS: "videos" in value and "images" not in value and listed,
        COCO: "images" in value and listed and not foreign,
    }
    return next((kind for kind, found in signs.items() if found), "")


def _kind_of_text(data: bytes) -> str:
    keys = set(re.findall(rb'"([A-Za-z_]{5,14})"\s*:', data))
    if {b"shapes", b"imagePath"} <= keys:
        return LABELME
    if b"masklet" in keys or b"masklet_id" in keys:
        return SAV
    if {b"items", b"categories"} <= keys:
        return DATUMARO
    if b"segmentations" in keys and b"images" not in keys:
        return YOUTUBE_VIS
    return COCO if b"image_id" in keys else ""


def _some(names: list[str]) -> Iterable[str]:
    """The first few, and the last, which may differ."""
    return dict.fromkeys([*names[:_PEEKED], *names[-1:]])
