"""LabelMe and X-AnyLabeling: a JSON file a frame with polygons, rectangles, circles and masks.

``group_id`` is the object through all frames, as X-AnyLabeling's video tracking writes it; without
one a shape has no identity. Polygons have the pixels of ``labelme.utils.shape_to_mask``, their
outline included. A mask shape is a PNG over the box of its two points, the last pixel included.
Format: labelme 6.3, ``labelme/_label_file.py``; X-AnyLabeling 3.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from pathlib import Path

from vostool.io.imports.format import Imported, ImportFormat, ImportTarget
from vostool.io.imports.readers.collector import Collector
from vostool.io.imports.readers.frame_names import NAME_OPTIONS
from vostool.io.imports.readers.id_picture import id_picture, png_size
from vostool.io.imports.readers.identities import identity, is_occluded
from vostool.io.imports.readers.json.frames import FrameFile, FrameFiles, flat, listed
from vostool.io.imports.readers.json.text import LABELME as KIND
from vostool.io.imports.readers.json.text import is_single
from vostool.io.imports.readers.label_tree import open_tree
from vostool.io.imports.readers.pixels import finite, labelme_mask
from vostool.io.imports.readers.shapes import paste
from vostool.io.options import OptionSpec, OptionValue
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.progress import Progress


def read(
    path: Path, target: ImportTarget, values: Mapping[str, OptionValue], progress: Progress
) -> Imported:
    """Read one JSON file, or those of a folder or zip.

    Raises:
        LabelsError: nothing in it fits the target.
    """
    with open_tree(path) as tree:
        out = Collector(f"'{path.name}'", target)
        for file in FrameFiles(tree, KIND, out, values).each(progress):
            for number, shape in enumerate(listed(file.value.get("shapes")), 1):
                _read_shape(
                    shape, file, f"{file.name}, shape {number}", out, bool(values["groups"])
                )
    return out.result()


def _read_shape(shape: object, file: FrameFile, where: str, out: Collector, groups: bool) -> None:
    if not isinstance(shape, dict):
        out.skip(f"{where}: it is no object with a label.")
        return
    label = str(shape.get("label") or "").strip()
    if not label:
        out.skip(f"{where}: it has no label.")
        return
    try:
        what = _shape(shape, out.target)
    except ValueError as error:
        out.skip(f"{where}: {error}.")
        return
    given = shape.get("attributes")
    attributes = out.attributes(label, given)
    number = identity(given, shape, groups=groups)
    track = None if number is None else out.identify(number, label, attributes)
    hidden = is_occluded(given, shape, shape.get("flags"))
    out.add(file.frame, track, label, what, where, attributes=attributes, occluded=hidden)


def _shape(shape: Mapping[str, object], target: ImportTarget) -> Mask | Box:
    """One shape's mask or box.

    Raises:
        ValueError: it does not fit the frame or is of a kind that holds no area.
    """
    kind = shape.get("shape_type") or "polygon"
    points = flat(shape.get("points"))
    if not finite(points):
        raise ValueError(f"the {kind} has a point that is no pair of finite numbers")
    numbers = [float(value) for value in points if isinstance(value, int | float)]
    if kind == "mask":
        return _mask(shape.get("mask"), numbers, target)
    if kind == "rectangle":
        return _rectangle(numbers, target)
    if kind in ("polygon", "rotation", "oriented_rectangle"):
        return labelme_mask("polygon", numbers, target)
    if kind == "circle":
        return labelme_mask("circle", numbers, target)
    raise ValueError(f"a {kind} has no area, so it is no mask")


def _rectangle(numbers: list[float], target: ImportTarget) -> Box:
    # LabelMe has two corners, X-AnyLabeling four.
    if len(numbers) not in (4, 8):
        raise ValueError(f"the rectangle has {len(numbers) // 2} points, but needs two or four")
    xs, ys = numbers[::2], numbers[1::2]
    cut = target.box(min(xs), min(ys), max(xs), max(ys))
    if cut is None:
        raise ValueError("the rectangle has no area inside the frame")
    return cut


def _mask(code: object, numbers: list[float], target: ImportTarget) -> Mask:
    if len(numbers) != 4 or not isinstance(code, str):
        raise ValueError("the mask needs two points and a PNG")
    left, top, right, bottom = (math.floor(value) for value in numbers)
    width, height = right - left + 1, bottom - top + 1
    try:
        data = base64.b64decode(code, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the mask's PNG is no base64 text") from None
    if png_size(data) != (width, height):
        found = "x".join(map(str, png_size(data)))
        raise ValueError(f"the mask's PNG is {found}, but its box is {width}x{height}")
    pixels, _ = id_picture(data, width, height)
    try:
        mask = paste(pixels > 0, left, top, target)
    except ValueError as error:
        raise ValueError(f"the mask {error}") from None
    if mask.is_empty:
        raise ValueError("the mask has no pixel")
    return mask


LABELME = ImportFormat(
    name="labelme",
    title="LabelMe and X-AnyLabeling (JSON)",
    suffixes=(".json", ".zip", ""),
    keeps=(
        "polygons, circles and masks as masks",
        "rectangles as boxes",
        "object ids (group_id)",
        "labels and attributes",
    ),
    loses=("points and lines", "flags and descriptions"),
    detect=lambda path: is_single(path, KIND),
    read=read,
    options=(
        OptionSpec("groups", "group_id is the object through all frames", True),
        *NAME_OPTIONS,
    ),
)
"""LabelMe."""
