"""Prompts to a mask by colour and edge evidence: a pure function of the picture and the prompts.

Read in the order that :class:`vostool.project.prompts.Prompts` names: the start mask, then the box,
then the points one by one. Whatever the evidence says, the pixel of a positive point is inside and
that of a negative one outside (of two points on one pixel the later counts).
"""

from __future__ import annotations

import math

import numpy as np

from vostool.frames import Image
from vostool.masks.box import Box
from vostool.masks.mask import BoolArray, Mask
from vostool.models.engine import SegmentReply
from vostool.models.flow.cut import confidence, cut_box
from vostool.models.flow.grow import grow_region
from vostool.models.flow.picture import Rect
from vostool.project.prompts import Point, Prompts


def segment_picture(picture: Image, prompts: Prompts) -> SegmentReply:
    """The mask of the prompted object and how much of the truth it is likely to share, 0..1.

    Args:
        picture: RGB (H, W, 3) uint8.

    Raises:
        PromptError: a prompt lies outside the picture or a mask has another size.
    """
    height, width = picture.shape[:2]
    prompts.check_inside(width, height)
    start = prompts.start_mask
    mask = np.zeros((height, width), np.bool_) if start is None else start.to_array()
    box = None if prompts.box is None else _clipped(prompts.box, width, height)
    if box is not None:
        mask = cut_box(picture, box, mask if mask[box.slices].any() else None, prompts.points)
    for index, point in enumerate(prompts.points):
        mask = _refined(picture, mask, point, prompts.points[: index + 1], box)
    _honour(mask, prompts.points)
    given = start is not None and box is None and not prompts.points
    return SegmentReply(Mask.from_array(mask), 1.0 if given else confidence(picture, mask, box))


def _refined(
    picture: Image, mask: BoolArray, point: Point, points: tuple[Point, ...], box: Rect | None
) -> BoolArray:
    """The mask after one more point; one that says what is so already changes nothing."""
    height, width = mask.shape
    x, y = pixel_of(point, width, height)
    if bool(mask[y, x]) == point.positive:
        return mask
    if point.positive:
        most = max(0.6 * np.count_nonzero(mask), 0.002 * mask.size) if mask.any() else math.inf
        region = grow_region(picture, point, points, box, most=most)
        return mask | region
    size = max(8, int(math.sqrt(np.count_nonzero(mask))))
    near = Rect(x, y, x + 1, y + 1).grown(0, size, width, height)
    region = grow_region(picture, point, points, near, wanted=False, most=0.25 * size * size)
    remaining = mask & ~region
    kept = [p for p in points if p.positive]
    if kept and not any(remaining[pixel_of(p, width, height)[::-1]] for p in kept):
        remaining = mask & ~_disk(mask, x, y, max(3, size // 12))
    if not remaining.any():
        remaining = mask & ~_disk(mask, x, y, max(3, size // 12))
    return remaining


def _honour(mask: BoolArray, points: tuple[Point, ...]) -> None:
    """Each point's own neighbourhood says what the point says."""
    height, width = mask.shape
    for point in points:
        x, y = pixel_of(point, width, height)
        if bool(mask[y, x]) != point.positive:
            mask[_disk(mask, x, y, 2)] = point.positive
    for point in points:
        x, y = pixel_of(point, width, height)
        mask[y, x] = point.positive


def pixel_of(point: Point, width: int, height: int) -> tuple[int, int]:
    """Column and row of the pixel under a point; the far edge belongs to the last pixel."""
    return min(width - 1, int(point.x)), min(height - 1, int(point.y))


def _disk(mask: BoolArray, x: int, y: int, radius: int) -> BoolArray:
    rows, columns = np.ogrid[: mask.shape[0], : mask.shape[1]]
    return np.asarray((columns - x) ** 2 + (rows - y) ** 2 <= radius * radius, np.bool_)


def _clipped(box: Box, width: int, height: int) -> Rect:
    """Whole pixels of the box that lie in the frame; at least one."""
    x0, y0 = max(0, math.floor(box.x0)), max(0, math.floor(box.y0))
    x1, y1 = min(width, math.ceil(box.x1)), min(height, math.ceil(box.y1))
    return Rect(x0, y0, max(x1, x0 + 1), max(y1, y0 + 1))
