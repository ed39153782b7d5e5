"""One shape element of CVAT's XML 1.1: its coordinates, its mask and who it is."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.cvat.xml_stream import Node
from vostool.io.imports.readers.identities import identity, is_identity
from vostool.io.imports.readers.shapes import FAR, paste, polygon_mask
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.words import tr

NOT_SHAPES = {
    "points": "points have no area",
    "polyline": "a line has no area",
    "ellipse": "ellipses do not come in, a mask would",
    "skeleton": "skeletons do not come in",
    "cuboid": "cuboids do not come in",
    "tag": "a tag belongs to the whole picture",
}
"""Elements that are known and do not come in, and why."""

_NOT_DIGITS = str.maketrans("", "", "0123456789, \t\r\n")
_LONGEST_RUN = 20

Coordinates = NDArray[np.float64]


class ElementError(Exception):
    """Why one shape does not come in; completes "line 7: the box ..."."""


@dataclass(frozen=True, slots=True)
class Element:
    """A shape as the file states it, checked against the target.

    Attributes:
        kind: "box", "polygon" or "mask".
        line: in the file.
        points: x0, y0, x1, y1 of a box before rotation; (n, 2) corners of a polygon; nothing for
            a mask.
        rotation: of a box around its middle, degrees.
        mask: of a mask.
        attributes: by name, without those that carry an identity.
        identity: the object's id in the file, or None.
        declared: the identity is an attribute that says so, and not only a group, which may also
            hold several objects that belong together.
        depth: ``z_order``; a shape of a higher one is in front.
        occluded: the shape is marked as partly hidden.
    """

    kind: str
    line: int
    points: Coordinates
    rotation: float = 0.0
    mask: Mask | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    identity: str | None = None
    declared: bool = False
    depth: int = 0
    occluded: bool = False

    def drawn(self, target: ImportTarget) -> tuple[Mask | None, Box | None]:
        """The shape in the target's pixels, exactly one of both.

        Raises:
            ElementError: nothing of it lies in the frame.
        """
        if self.kind == "mask":
            return self.mask, None
        return draw(self.kind, self.points, self.rotation, target)


def draw(
    kind: str, points: Coordinates, rotation: float, target: ImportTarget
) -> tuple[Mask | None, Box | None]:
    """A polygon's mask or a box, cut to the frame; a turned box becomes the upright one around it.

    Raises:
        ElementError: nothing of it lies in the frame.
    """
    if kind == "polygon":
        try:
            mask = polygon_mask([points], target)
        except ValueError as error:
            raise ElementError(str(error)) from None
        if mask.is_empty:
            raise ElementError(tr("covers no pixel of the frame"))
        return mask, None
    box = target.box(*_upright(points, rotation))
    if box is None:
        raise ElementError(tr("has no area inside the frame"))
    return None, box


def read_element(node: Node, target: ImportTarget, group: str | None = None) -> Element:
    """Read a ``<box>``, ``<polygon>`` or ``<mask>``.

    Args:
        group: the group_id of the track that the element belongs to.

    Raises:
        ElementError: it is malformed or does not fit the target.
    """
    attributes = {
        child.attributes["name"]: child.text
        for child in node.children
        if child.name == "attribute" and "name" in child.attributes
    }
    declared = identity(attributes)
    named = None if declared is None else _identity(str(declared))
    attributes = {name: value for name, value in attributes.items() if not is_identity(name)}
    oid = named or _identity(node.attributes.get("group_id", group))
    empty = Element(node.name, node.line, np.zeros(0), 0.0, None, attributes, oid)
    blank = replace(
        empty,
        declared=named is not None,
        depth=_depth(node.attributes.get("z_order", "")),
        occluded=node.attributes.get("occluded") == "1",
    )
    if node.name == "mask":
        return replace(blank, mask=_mask(node, target))
    if node.name == "polygon":
        return replace(blank, points=_polygon(node, target))
    corners = np.array([_number(node, name) for name in ("xtl", "ytl", "xbr", "ybr")])
    rotation = _number(node, "rotation") if "rotation" in node.attributes else 0.0
    if abs(rotation) > 360:
        raise ElementError(
            tr("is turned by {rotation:g} degrees, more than 360", rotation=rotation)
        )
    return replace(blank, points=corners, rotation=rotation)


def track_key(identity: str | None, label: str) -> Hashable | None:
    """What shapes of one object have in common; a group of several labels is several objects."""
    return None if identity is None else ("id", identity, label)


def proposed_id(identity: str | None) -> int | None:
    """The identity as an object id, where it is a number from 1 on."""
    if identity is None or not re.fullmatch(r"\d{1,9}", identity):
        return None
    return int(identity) or None


def _identity(value: str | None) -> str | None:
    """CVAT's group 0 is no group."""
    text = (value or "").strip()
    if re.fullmatch(r"\d+", text):
        text = text.lstrip("0")
    return text or None


def _depth(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,9}", text.strip()) else 0


def _mask(node: Node, target: ImportTarget) -> Mask:
    left, top, width, height = (_integer(node, name) for name in ("left", "top", "width", "height"))
    outside = left < 0 or top < 0 or left + width > target.width or top + height > target.height
    if width < 1 or height < 1 or outside:
        raise ElementError(
            tr(
                "has the box left {left}, top {top}, {width}x{height}, which "
                "does not lie in the {width_2}x{height_2} frame",
                left=left,
                top=top,
                width=width,
                height=height,
                width_2=target.width,
                height_2=target.height,
            )
        )
    runs = _runs(node.attributes.get("rle", ""))
    total = sum(runs)
    if total != width * height:
        relation = "longer" if total > width * height else "shorter"
        raise ElementError(
            tr(
                "has an rle of {total} pixels, {relation} than its box of {width}",
                total=total,
                relation=relation,
                width=width * height,
            )
        )
    foreground = np.arange(len(runs)) % 2 == 1
    pixels = np.repeat(foreground, runs).reshape(height, width)
    if not pixels.any():
        raise ElementError(tr("is empty: its rle is all background"))
    return paste(pixels, left, top, target)


def _runs(text: str) -> list[int]:
    parts = text.split(",")
    if not text.strip():
        raise ElementError(tr("has an empty rle"))
    # int() takes more than digits ("1_0", "+1", other scripts' digits), so what is there is looked
    # at first, all at once.
    if text.translate(_NOT_DIGITS) or max(map(len, parts)) > _LONGEST_RUN:
        _refuse_run(parts)
    try:
        return [int(part) for part in parts]
    except ValueError:
        _refuse_run(parts)


def _refuse_run(parts: Sequence[str]) -> NoReturn:
    wrong = next((p for p in parts if not re.fullmatch(r"\s*[0-9]{1,10}\s*", p)), parts[0])
    raise ElementError(
        tr("has {strip!r} in its rle, which takes whole numbers only", strip=wrong.strip()[:20])
    )


def _polygon(node: Node, target: ImportTarget) -> Coordinates:
    text = node.attributes.get("points", "").strip()
    pairs = [pair.split(",") for pair in text.split(";")] if text else []
    try:
        points = np.array([(float(x), float(y)) for x, y in pairs], np.float64).reshape(-1, 2)
    except ValueError:
        raise ElementError(tr("has points that are not pairs x,y between semicolons")) from None
    if len(points) < 3:
        raise ElementError(tr("has {count} points, but needs three", count=len(points)))
    limit = FAR * max(target.width, target.height)
    if not np.isfinite(points).all() or np.abs(points).max() > limit:
        raise ElementError(tr("has a corner far outside the frame"))
    return points


def _upright(points: Coordinates, rotation: float) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = points.tolist()
    if rotation % 360 == 0:
        return x0, y0, x1, y1
    turn = math.radians(rotation)
    half_w, half_h = abs(x1 - x0) / 2, abs(y1 - y0) / 2
    reach_x = half_w * abs(math.cos(turn)) + half_h * abs(math.sin(turn))
    reach_y = half_w * abs(math.sin(turn)) + half_h * abs(math.cos(turn))
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x - reach_x, y - reach_y, x + reach_x, y + reach_y


def _number(node: Node, name: str) -> float:
    try:
        value = float(node.attributes[name])
    except (KeyError, ValueError):
        raise ElementError(tr("has no number as {name!r}", name=name)) from None
    if not math.isfinite(value):
        raise ElementError(tr("has {value} as {name!r}", value=value, name=name))
    return value


def _integer(node: Node, name: str) -> int:
    value = _number(node, name)
    if value != int(value):
        raise ElementError(
            tr("has {value:g} as {name!r}, which takes whole numbers only", value=value, name=name)
        )
    return int(value)
