"""The regions of a Label Studio task: results of one id, joined, and their shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.collector import whole
from vostool.io.imports.readers.outlines import box_around, ellipse, flat_ring, turned_box
from vostool.io.imports.readers.pixels import finite, is_number, polygon_mask
from vostool.io.imports.readers.rle_pack import brush_pixels
from vostool.io.imports.readers.segmentation import corners
from vostool.io.imports.readers.shapes import paste
from vostool.masks.box import Box
from vostool.masks.mask import Mask
from vostool.project.objects import DEFAULT_LABEL

_SHAPES = ("rle", "points", "sequence", "radiusX", "width")
_TEXTS = ("choices", "text", "taxonomy", "number", "rating", "datetime")


@dataclass(frozen=True, slots=True)
class Region:
    """One region.

    Attributes:
        value: its coordinates, percents of the picture.
        size: (width, height) of the picture, pixels, or None.
        sequence: keyframes of a video, or nothing.
        attributes: what was said of the region alone.
        meta: further fields, which may state an identity.
    """

    id: str
    label: str
    value: Mapping[str, Any]
    size: tuple[int, int] | None
    sequence: Sequence[Mapping[str, Any]]
    attributes: Mapping[str, object]
    meta: Mapping[str, Any]

    def drawn(self, target: ImportTarget) -> Mask | Box:
        """The mask or box of a picture's region.

        Raises:
            ValueError: it does not fit the frame or holds no area.
        """
        value = self.value
        if "rle" in value:
            return _brush(value, self.size, target)
        if "points" in value:
            return polygon_mask([_scaled(corners(value["points"]), target)], target)
        if "radiusX" in value:
            x, y, radius_x, radius_y = _pixels(value, ("x", "y", "radiusX", "radiusY"), target)
            ring = ellipse(x, y, radius_x, radius_y, turn_of(value))
            return polygon_mask([flat_ring(ring)], target)
        if "width" in value:
            return box_of(value, target)
        raise ValueError("it has no area, so it is no mask")


def regions_of(results: Iterable[Mapping[str, Any]]) -> Iterator[Region]:
    """The regions of results; those without a shape say something of others, or of the task."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for number, result in enumerate(results):
        groups.setdefault(str(result.get("id") or f"number {number}"), []).append(result)
    for oid, group in groups.items():
        shown = next((r for r in group if _has_shape(r)), None)
        if shown is not None:
            yield _region(oid, shown, group)


def box_of(value: Mapping[str, Any], target: ImportTarget) -> Box:
    """The upright box around a rectangle, which may be turned around its first corner.

    Raises:
        ValueError: it has no area in the frame, or a number is missing.
    """
    x, y, width, height = _pixels(value, ("x", "y", "width", "height"), target)
    if width <= 0 or height <= 0:
        raise ValueError(f"the box is {width:g} wide and {height:g} high")
    return box_around(turned_box(x, y, width, height, turn_of(value)), target)


def turn_of(value: Mapping[str, Any]) -> float:
    """The rotation of a shape, degrees clockwise."""
    turn = value.get("rotation")
    return float(turn) if is_number(turn) else 0.0


def _has_shape(result: Mapping[str, Any]) -> bool:
    value = result.get("value")
    return isinstance(value, dict) and any(name in value for name in _SHAPES)


def _region(oid: str, shown: Mapping[str, Any], group: Sequence[Mapping[str, Any]]) -> Region:
    value: Mapping[str, Any] = shown["value"]
    labels = [text for result in group for text in _labels(result)]
    sequence = value.get("sequence")
    size = whole(shown.get("original_width")), whole(shown.get("original_height"))
    meta = shown.get("meta")
    return Region(
        oid,
        labels[0] if labels else DEFAULT_LABEL,
        value,
        (size[0], size[1]) if size[0] and size[1] else None,
        [k for k in sequence if isinstance(k, dict)] if isinstance(sequence, list) else (),
        dict(_attributes(group)),
        {**(meta if isinstance(meta, dict) else {}), **value},
    )


def _labels(result: Mapping[str, Any]) -> list[str]:
    """The texts under ``labels``, ``brushlabels``, ``polygonlabels`` ... of a result."""
    value = result.get("value")
    fields = value.items() if isinstance(value, dict) else ()
    return [
        str(text)
        for name, texts in fields
        if name.endswith("labels") and isinstance(texts, list)
        for text in texts[:1]
    ]


def _attributes(group: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, object]]:
    for result in group:
        value = result.get("value")
        for kind in _TEXTS:
            said = value.get(kind) if isinstance(value, dict) and not _has_shape(result) else None
            if said is not None:
                name = str(result.get("from_name") or kind)
                parts = said if isinstance(said, list) else [said]
                # A rating or number stays one; everything else is text.
                yield name, said if is_number(said) else ", ".join(map(_text, parts))


def _text(part: object) -> str:
    return " / ".join(map(str, part)) if isinstance(part, list) else str(part)


def _pixels(
    value: Mapping[str, Any], names: Sequence[str], target: ImportTarget
) -> tuple[float, float, float, float]:
    numbers = [value.get(name) for name in names]
    if not finite(numbers):
        raise ValueError(f"{', '.join(names)} are no finite numbers")
    a, b, c, d = (float(n) / 100 for n in numbers if isinstance(n, int | float))
    return a * target.width, b * target.height, c * target.width, d * target.height


def _scaled(points: object, target: ImportTarget) -> object:
    if not isinstance(points, list) or not finite(points):
        return points
    sizes = (target.width, target.height)
    return [value / 100 * sizes[i % 2] for i, value in enumerate(points)]


def _brush(value: Mapping[str, Any], size: tuple[int, int] | None, target: ImportTarget) -> Mask:
    width, height = size or (target.width, target.height)
    packed = value["rle"]
    if not isinstance(packed, list):
        raise ValueError("the brush's run lengths are no list")
    pixels = brush_pixels(packed, width, height)
    if not pixels.any():
        raise ValueError("the brush has no pixel")
    return paste(pixels, 0, 0, target)
