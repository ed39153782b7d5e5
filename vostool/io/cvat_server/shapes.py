"""CVAT's shapes as masks and boxes, and back. Points are pixels, as the server has them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from vostool.io.cvat_server.job import Job, Label
from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.shapes import paste, polygon_mask
from vostool.masks.box import Box
from vostool.masks.box_rle import BoxPixels, decode_rows, encode_rows
from vostool.masks.mask import Mask

MASK, BOX, POLYGON, ELLIPSE = "mask", "rectangle", "polygon", "ellipse"
READ = frozenset({MASK, BOX, POLYGON, ELLIPSE})
"""Types that say where an object is; the others (points, lines, cuboids, skeletons) are left
alone on the server."""

_ELLIPSE_CORNERS = 72


def decode_shape(shape: Mapping[str, Any], width: int, height: int) -> Mask | Box:
    """An upright rectangle as a box, every other shape of :data:`READ` as a mask of the frame.

    Raises:
        ValueError: it describes nothing inside the frame; the text says why.
    """
    points = [float(value) for value in shape["points"]]
    if not all(math.isfinite(value) for value in points):
        raise ValueError("its points are no numbers")
    kind, rotation = shape["type"], float(shape.get("rotation") or 0)
    if kind == MASK:
        return _mask(points, width, height)
    if kind == BOX:
        _count(points, 4)
        return (
            _polygon(_turned(_corners(points), rotation), width, height)
            if rotation % 360
            else _box(points, width, height)
        )
    if kind == POLYGON:
        if len(points) < 6 or len(points) % 2:
            raise ValueError("a polygon has at least three points")
        return _polygon(list(zip(points[::2], points[1::2], strict=True)), width, height)
    if kind == ELLIPSE:
        _count(points, 4)
        return _polygon(_turned(_ellipse(points), rotation), width, height)
    raise ValueError(f"'{kind}' is no area")


def mask_points(mask: Mask) -> list[int]:
    """Points of a CVAT mask: row-major run lengths in the box, background first, then the box.

    Raises:
        ValueError: the mask is empty, which CVAT cannot hold.
    """
    box = BoxPixels.of(mask)
    if not box.width:
        raise ValueError("an empty mask has no points")
    right, bottom = box.left + box.width - 1, box.top + box.height - 1
    return [*encode_rows(box.pixels), box.left, box.top, right, bottom]


def digest(shape: Mapping[str, Any]) -> str:
    """What a shape says, without its id, source and score; equal for equal annotations."""
    said = [
        shape["type"],
        shape.get("frame"),
        shape.get("label_id"),
        shape.get("group") or 0,
        bool(shape.get("outside")),
        bool(shape.get("occluded")),
        shape.get("z_order") or 0,
        round(float(shape.get("rotation") or 0), 3),
        _attributes(shape),
        [digest(element) for element in shape.get("elements") or ()],
    ]
    # A mask has hundreds of numbers, and 0.0 and -0.0 are the same one.
    points = np.round(np.asarray(shape.get("points") or (), np.float64), 3) + 0.0
    return _hash(said, points.tobytes())


def track_digest(track: Mapping[str, Any]) -> str:
    """What a track says, as :func:`digest`."""
    shapes = sorted(track["shapes"], key=lambda shape: shape["frame"])
    elements = [track_digest(element) for element in track.get("elements") or ()]
    said = [track["label_id"], track.get("group") or 0, _attributes(track), elements]
    return _hash([*said, *(digest(shape) for shape in shapes)])


def tag_digest(tag: Mapping[str, Any]) -> str:
    """What a tag says, as :func:`digest`."""
    return _hash([tag["label_id"], tag["frame"], tag.get("group") or 0, _attributes(tag)])


def attribute_values(
    label: Label,
    given: Mapping[str, str],
    before: Mapping[str, Any] | None = None,
    changed: Collection[str] = (),
) -> list[dict[str, Any]]:
    """All attributes of a label: of those that were changed here the object's value on the frame,
    of the others that of the shape that is replaced, else the object's, else the defaults. The
    server would fill in the defaults by itself; saying them keeps
    :func:`digest` the same before and after.

    Args:
        given: the object's values on the frame.
        before: the shape that is replaced.
        changed: names of attributes whose values here count.
    """
    old = {int(a["spec_id"]): str(a["value"]) for a in (before or {}).get("attributes") or ()}
    return [
        {
            "spec_id": a.id,
            "value": given[a.name]
            if a.name in given and a.name in changed
            else old.get(a.id, given.get(a.name, a.default)),
        }
        for a in label.attributes
    ]


def named_attributes(
    job: Job, entry: Mapping[str, Any], label_id: int | None = None
) -> tuple[tuple[str, str], ...]:
    """Attributes as (name, value), without those that the label does not declare.

    Args:
        label_id: of the track that the entry belongs to; None: the entry's own.
    """
    label = job.labels_by_id.get(int(entry["label_id"]) if label_id is None else label_id)
    names = {} if label is None else {a.id: a.name for a in label.attributes}
    given = ((names.get(int(a["spec_id"])), str(a["value"])) for a in entry.get("attributes") or ())
    return tuple((name, value) for name, value in given if name is not None)


def _attributes(entry: Mapping[str, Any]) -> list[list[Any]]:
    return sorted([int(a["spec_id"]), str(a["value"])] for a in entry.get("attributes") or ())


def _hash(value: object, more: bytes = b"") -> str:
    return hashlib.blake2b(json.dumps(value).encode() + more, digest_size=12).hexdigest()


def _mask(points: Sequence[float], width: int, height: int) -> Mask:
    if len(points) < 5 or any(value != int(value) for value in points):
        raise ValueError("its run lengths are no whole numbers")
    *runs, left, top, right, bottom = (int(value) for value in points)
    if not (0 <= left <= right < width and 0 <= top <= bottom < height):
        raise ValueError("its box lies outside the frame")
    pixels = decode_rows(runs, bottom - top + 1, right - left + 1)
    return _not_empty(paste(pixels, left, top, _target(width, height)))


def _box(points: Sequence[float], width: int, height: int) -> Box:
    left, right = sorted((points[0], points[2]))
    top, bottom = sorted((points[1], points[3]))
    left, right = max(left, 0.0), min(right, float(width))
    top, bottom = max(top, 0.0), min(bottom, float(height))
    if left >= right or top >= bottom:
        raise ValueError("it lies outside the frame")
    return Box(left, top, right, bottom)


def _corners(points: Sequence[float]) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = points
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _ellipse(points: Sequence[float]) -> list[tuple[float, float]]:
    """CVAT's ellipse: its centre, then x of its right end and y of its upper end."""
    x, y, right, upper = points
    angles = np.linspace(0, 2 * math.pi, _ELLIPSE_CORNERS, endpoint=False)
    across, along = abs(right - x), abs(y - upper)
    return [(x + across * math.cos(a), y + along * math.sin(a)) for a in angles.tolist()]


def _turned(points: Sequence[tuple[float, float]], degrees: float) -> list[tuple[float, float]]:
    """Clockwise around the middle of their box, as CVAT turns rectangles and ellipses."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x0, y0 = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        (x0 + (x - x0) * cos - (y - y0) * sin, y0 + (x - x0) * sin + (y - y0) * cos)
        for x, y in points
    ]


def _polygon(points: Sequence[tuple[float, float]], width: int, height: int) -> Mask:
    return _not_empty(polygon_mask([np.array(points)], _target(width, height)))


def _target(width: int, height: int) -> ImportTarget:
    return ImportTarget(width, height, 1, str)


def _not_empty(mask: Mask) -> Mask:
    if mask.is_empty:
        raise ValueError("it covers no pixel of the frame")
    return mask


def _count(points: Sequence[float], wanted: int) -> None:
    if len(points) != wanted:
        raise ValueError(f"it has {len(points)} numbers instead of {wanted}")
