"""VIA 2 (VGG Image Annotator): regions by picture, as annotations or as a whole project.

The label is the region's attribute that looks most like one (``label``, ``class``, ``name`` ...),
or its only one; others are attributes. Format: robots.ox.ac.uk/~vgg/software/via.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector
from vostool.io.imports.readers.frame_names import NAME_OPTIONS, Picture
from vostool.io.imports.readers.identities import (
    attribute_text,
    identity,
    is_identity,
    is_occluded,
)
from vostool.io.imports.readers.json.choice import chosen_file
from vostool.io.imports.readers.json.text import VIA as KIND
from vostool.io.imports.readers.json.text import is_single
from vostool.io.imports.readers.json_values import parse
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.imports.readers.outlines import ellipse, flat_ring
from vostool.io.imports.readers.pixels import finite, polygon_mask
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.progress import Progress
from vostool.project.objects import DEFAULT_LABEL
from vostool.words import tr

_LABELS = ("label", "class", "name", "type", "category", "object", "classname", "class_name")


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read a VIA file, or the one in a folder or zip.

    Raises:
        LabelsError: it is no such file, or nothing in it fits the target.
    """
    with open_tree(path) as tree:
        name = chosen_file(tree, KIND, str(values["file"]))
        data = parse(tree, name)
        shown = tree.shown(name)
    inner = data.get("_via_img_metadata", data) if isinstance(data, dict) else None
    if not isinstance(inner, dict):
        raise LabelsError(tr("{shown} is no VIA file.", shown=shown))
    entries = [entry for entry in inner.values() if isinstance(entry, dict)]
    out = Collector(shown, target)
    places = out.place([Picture(str(entry.get("filename"))) for entry in entries], values)
    for number, (entry, frame) in enumerate(zip(entries, places, strict=True)):
        progress(number, len(entries), "pictures")
        regions = _regions(entry.get("regions"))
        file = str(entry.get("filename"))
        if frame is None and regions:
            out.skip(f"{file}: this video has no such frame; its regions were left out.")
        elif frame is not None:
            for place, region in enumerate(regions, 1):
                _add(region, frame, f"{file}, region {place}", out)
    return out.result()


def _regions(given: object) -> Sequence[Mapping[str, Any]]:
    """A list of regions; VIA 1 has them by number."""
    found = list(given.values()) if isinstance(given, dict) else given
    return [r for r in found if isinstance(r, dict)] if isinstance(found, list) else []


def _add(region: Mapping[str, Any], frame: int, where: str, out: Collector) -> None:
    shape = region.get("shape_attributes")
    said = region.get("region_attributes")
    said = {key: _said(value) for key, value in said.items()} if isinstance(said, dict) else {}
    try:
        what = _drawn(shape if isinstance(shape, dict) else {}, out.target)
    except ValueError as error:
        out.skip(f"{where}: {error}.")
        return
    key = _label_key(said)
    label = (said[key] if key is not None else "") or DEFAULT_LABEL
    own = {name: text for name, text in said.items() if name != key}
    attributes = out.attributes(label, own)
    oid = identity(said)
    track = None if oid is None else out.identify(oid, label, attributes)
    hidden = is_occluded(own)
    out.add(frame, track, label, what, where, attributes=attributes, occluded=hidden)


def _said(value: object) -> str:
    """An attribute's text; of a check box the names that are ticked."""
    if isinstance(value, dict):
        return ", ".join(str(name) for name, ticked in value.items() if ticked)
    return attribute_text(value)


def _label_key(said: Mapping[str, str]) -> str | None:
    named = {key.strip().lower(): key for key in said}
    known = next((named[name] for name in _LABELS if name in named), None)
    others = [key for key in said if not is_identity(key)]
    return known if known is not None else others[0] if len(others) == 1 else None


def _drawn(shape: Mapping[str, Any], target: ImportTarget) -> Mask | Box:
    kind = str(shape.get("name"))
    if kind == "rect":
        x, y, width, height = _numbers(shape, "x", "y", "width", "height")
        box = target.box(x, y, x + width, y + height) if min(width, height) > 0 else None
        if box is None:
            raise ValueError("the rectangle has no area inside the frame")
        return box
    return polygon_mask([_ring(kind, shape)], target)


def _ring(kind: str, shape: Mapping[str, Any]) -> Sequence[object]:
    if kind == "polygon":
        xs, ys = shape.get("all_points_x"), shape.get("all_points_y")
        if not isinstance(xs, list) or not isinstance(ys, list) or len(xs) != len(ys):
            raise ValueError("the polygon has no points")
        return [value for pair in zip(xs, ys, strict=True) for value in pair]
    if kind == "circle":
        x, y, radius = _numbers(shape, "cx", "cy", "r")
        return flat_ring(ellipse(x, y, radius, radius))
    if kind == "ellipse":
        x, y, wide, high = _numbers(shape, "cx", "cy", "rx", "ry")
        turn = shape.get("theta", 0.0)
        return flat_ring(ellipse(x, y, wide, high, math.degrees(turn) if finite([turn]) else 0.0))
    raise ValueError(f"a {kind} has no area, so it is no mask")


def _numbers(shape: Mapping[str, Any], *names: str) -> list[float]:
    values = [shape.get(name) for name in names]
    if not finite(values):
        raise ValueError(f"its {', '.join(names)} are no finite numbers")
    return [float(value) for value in values if isinstance(value, int | float)]


VIA = ImportFormat(
    name="via",
    title="VIA 2, VGG Image Annotator (JSON)",
    suffixes=(".json", ".zip", ""),
    keeps=(
        "polygons, circles and ellipses as masks",
        "rectangles as boxes",
        "labels, attributes, object ids (track_id, object_id ...)",
    ),
    loses=("points and lines", "attributes of pictures"),
    detect=lambda path: is_single(path, KIND),
    read=read,
    options=(OptionSpec("file", "File, where a folder or zip holds several", ""), *NAME_OPTIONS),
)
"""VIA 2."""
