"""Pascal VOC XML: a file a picture with boxes, and Roboflow's polygons in it.

``<object>`` has a ``<name>`` and a ``<bndbox>`` whose corners are taken as they stand, as LabelImg
and datumaro write them. Attributes are datumaro's ``<attributes>``; ``track_id`` among them is the
identity.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from vostool.errors import LabelsError
from vostool.io.imports.format import Imported, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector, whole
from vostool.io.imports.readers.cvat.xml_stream import Node, xml_events
from vostool.io.imports.readers.frame_names import NAME_OPTIONS, Picture
from vostool.io.imports.readers.identities import identity, is_occluded
from vostool.io.imports.readers.label_tree import LabelTree, open_tree, peek_tree
from vostool.io.imports.readers.pixels import polygon_mask
from vostool.io.options import OptionValue
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.progress import Progress, silent

_HEAD = 64 * 1024
_PEEKED = 5
_TRUTHS = {"True": True, "False": False}  # as datumaro writes a check box of CVAT's


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read one XML file, or those of a folder or zip; a picture is known by its file's name.

    Raises:
        LabelsError: nothing in them fits the target.
    """
    with open_tree(path) as tree:
        out = Collector(f"'{path.name}'", target)
        names = [name for name in tree.ending(".xml") if _is_voc(tree.ends(name, _HEAD))]
        places = out.place([Picture(name) for name in names], values)
        seen: dict[int, str] = {}
        for number, (name, frame) in enumerate(zip(names, places, strict=True)):
            progress(number, len(names), name)
            short = PurePosixPath(name).name
            if frame is None or frame in seen:
                why = "this video has no such frame"
                if frame is not None:
                    why = f"frame {frame} is {seen[frame]} already"
                out.skip(f"{short}: {why}; the file was left out.")
                continue
            seen[frame] = short
            _read_file(tree, name, frame, out)
    return out.result()


def _read_file(tree: LabelTree, name: str, frame: int, out: Collector) -> None:
    short = PurePosixPath(name).name
    try:
        with tree.open(name) as stream:
            nodes = [e.node for e in xml_events(stream, 0, f"'{short}'", (), silent)]
    except LabelsError as error:
        out.skip(str(error))
        return
    size = next((node for node in nodes if node.name == "size"), None)
    width, height = (whole(size.value(side)) if size else None for side in ("width", "height"))
    if width and height and (width, height) != (out.target.width, out.target.height):
        here = f"{out.target.width}x{out.target.height}"
        out.skip(f"{short}: its picture is {width}x{height}, but the video is {here}.")
        return
    for node in nodes:
        if node.name == "object":
            _add(node, frame, f"{short}, line {node.line}", out)


def _add(node: Node, frame: int, where: str, out: Collector) -> None:
    label = node.value("name")
    listed = node.child("attributes")
    given = {
        n.value("name"): _TRUTHS.get(n.value("value"), n.value("value"))
        for n in (listed.children if listed else ())
    }
    try:
        if not label:
            raise ValueError("the object has no name")
        what = _drawn(node, out.target)
    except ValueError as error:
        out.skip(f"{where}: {error}.")
        return
    attributes = out.attributes(label, given)
    oid = identity(given)
    track = None if oid is None else out.identify(oid, label, attributes)
    # VOC has a field of its own, datumaro an attribute.
    hidden = is_occluded(given, {"occluded": node.value("occluded")})
    out.add(frame, track, label, what, where, attributes=attributes, occluded=hidden)


def _drawn(node: Node, target: ImportTarget) -> Mask | Box:
    polygon = node.child("polygon")
    if polygon is not None and len(polygon.children) >= 6:
        numbered = {child.name: child for child in polygon.children}
        count = len(polygon.children) // 2
        names = [f"{axis}{n}" for n in range(1, count + 1) for axis in "xy"]
        if all(name in numbered for name in names):
            return polygon_mask([[_number(polygon, name) for name in names]], target)
    box = node.child("bndbox")
    if box is None:
        raise ValueError("the object has no box")
    corners = [_number(box, name) for name in ("xmin", "ymin", "xmax", "ymax")]
    cut = target.box(*corners)
    if cut is None:
        raise ValueError("the box has no area inside the frame")
    return cut


def _number(node: Node, name: str) -> float:
    try:
        value = float(node.value(name))
    except ValueError:
        raise ValueError(f"the {node.name} has no number as {name!r}") from None
    if not math.isfinite(value):
        raise ValueError(f"the {node.name} has {value} as {name!r}")
    return value


def _is_voc(head: bytes) -> bool:
    root = re.search(rb"<annotation\b", head)
    return root is not None and re.search(rb"<bndbox>\s*<|<polygon>\s*<x1>", head) is not None


def detect(path: Path) -> bool:
    """True for an XML file of this kind, or a folder or zip whose first ones are."""
    try:
        with peek_tree(path) as tree:
            return any(_is_voc(tree.ends(n, _HEAD)) for n in tree.ending(".xml")[:_PEEKED])
    except (LabelsError, OSError):
        return False


VOC_XML = ImportFormat(
    name="voc-xml",
    title="Pascal VOC boxes (XML)",
    suffixes=(".xml", ".zip", ""),
    keeps=(
        "boxes, Roboflow's polygons as masks",
        "labels, attributes, object ids (track_id)",
        "what is occluded",
    ),
    loses=("parts of objects, poses, what is marked as truncated or difficult",),
    detect=detect,
    read=read,
    options=NAME_OPTIONS,
)
"""VOC boxes."""
