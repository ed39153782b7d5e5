"""COCO's ``segmentation`` and ``bbox`` in the forms that programs write them.

As tolerant as pycocotools and detectron2: of several polygon parts the good ones are kept, a list
may hold run lengths, corners may be pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pycocotools import mask as coco_mask

from vostool.io.imports.format import ImportTarget
from vostool.io.imports.readers.outlines import box_around, box_turned_in_place
from vostool.io.imports.readers.pixels import finite, is_number, polygon_mask, rle_mask
from vostool.masks.box import Box
from vostool.masks.mask import Mask

_POINTS = 3


def annotated(
    annotation: Mapping[str, Any],
    target: ImportTarget,
    dropped: Callable[[str], None] = lambda why: None,
) -> Mask | Box:
    """The mask of one COCO annotation, or its box where it has no segmentation.

    CVAT and datumaro write a box as it was before it was turned, and ``attributes.rotation`` beside
    it, in degrees clockwise around its middle; then it is the upright box around the turned one.

    Args:
        dropped: told of a polygon part that was left out beside good ones, "a part has 2 points".

    Raises:
        ValueError: neither is there, or it does not fit the frame.
    """
    mask = segmentation(annotation.get("segmentation"), target, dropped)
    if mask is not None:
        return mask
    box = annotation.get("bbox")
    if not isinstance(box, list) or len(box) != 4 or not finite(box):
        raise ValueError("it has neither a segmentation nor a box of four numbers")
    x, y, width, height = box
    if width <= 0 or height <= 0:
        raise ValueError(f"the box is {width:g} wide and {height:g} high")
    attributes = annotation.get("attributes")
    turn = attributes.get("rotation") if isinstance(attributes, dict) else None
    if is_number(turn) and turn % 360:
        return box_around(box_turned_in_place(x, y, width, height, turn), target)
    cut = target.box(x, y, x + width, y + height)
    if cut is None:
        raise ValueError(f"the box lies outside the {target.width}x{target.height} frame")
    return cut


def segmentation(
    code: object, target: ImportTarget, dropped: Callable[[str], None] = lambda why: None
) -> Mask | None:
    """The mask of a ``segmentation``; None where it is empty.

    Raises:
        ValueError: it is none, or does not fit the frame.
    """
    if not code:
        return None
    if isinstance(code, dict):
        return rle_mask(code, target)
    if not isinstance(code, list):
        raise ValueError("the segmentation is neither polygons nor run lengths")
    if any(isinstance(part, dict) and "counts" in part for part in code):
        return _united([rle_mask(part, target) for part in code])
    rings = [ring for part in _parts(code) if (ring := corners(part)) != []]
    return _good_parts(rings, target, dropped) if rings else None


def _good_parts(
    rings: Sequence[object], target: ImportTarget, dropped: Callable[[str], None]
) -> Mask:
    good = [ring for ring in rings if _why_not(ring) is None]
    if not good:
        return polygon_mask(rings, target)  # says what is wrong
    for ring in rings:
        if (why := _why_not(ring)) is not None:
            dropped(why)
    return polygon_mask(good, target)


def corners(part: object) -> object:
    """Flat x, y, x, y of a polygon that may be given as pairs ``[x, y]`` or ``{"x": .., "y": ..}``;
    anything else as it is.
    """
    if isinstance(part, list | tuple) and len(part) == 1 and _is_list(part[0]):
        return corners(part[0])
    if not isinstance(part, list | tuple) or not part or not all(map(_is_point, part)):
        return part
    flat: list[object] = []
    for point in part:
        flat += [point["x"], point["y"]] if isinstance(point, dict) else list(point)
    return flat


def _parts(code: Sequence[object]) -> Sequence[object]:
    """The polygons of a list that holds them, or is one itself."""
    if not any(isinstance(part, list | tuple | dict) for part in code):
        return [code]
    return [code] if all(map(_is_point, code)) else code


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _is_point(value: object) -> bool:
    if isinstance(value, dict):
        return "x" in value and "y" in value
    return isinstance(value, list | tuple) and len(value) == 2 and not any(map(_is_list, value))


def _why_not(ring: object) -> str | None:
    if not isinstance(ring, list | tuple) or not finite(ring):
        return "a part of the polygon is no list of finite numbers"
    if len(ring) % 2:
        return f"a part of the polygon holds an odd number of values ({len(ring)})"
    points = len(ring) // 2
    if points < _POINTS:
        named = "1 point" if points == 1 else f"{points} points"
        return f"a part of the polygon has {named}, but needs {_POINTS}"
    return None


def _united(masks: Sequence[Mask]) -> Mask:
    if len(masks) == 1:
        return masks[0]
    merged = coco_mask.merge([mask.rle() for mask in masks])
    return Mask(masks[0].height, masks[0].width, bytes(merged["counts"]))
