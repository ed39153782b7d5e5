"""Refining a mask on a part of its frame: prompts for the part, and the answer put back.

The model sees the part alone, so at a larger scale than the frame (the local control of MiVOS,
Cheng et al., CVPR 2021, section 3.1). What lies outside the part stays as it is.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from vostool.errors import PromptError
from vostool.masks.box import Box
from vostool.masks.crop import Window, decode_window, difference, encode_window, union
from vostool.masks.mask import BoolArray, Mask
from vostool.project.prompts import Point, Prompts
from vostool.words import tr

SMALLEST = 16
"""Smallest width and height of a part, in pixels: an engine sees nothing in a smaller one."""


def part_prompts(mask: Mask, window: Window, prompts: Prompts | None = None) -> Prompts:
    """What to tell a model about the object in a part of its frame, in pixels of the part.

    The mask in the part is what is being corrected, with its box; the clicks made in the part go
    along, or else one in the middle of the mask, which is surely the object.

    Raises:
        PromptError: the part is too small, or no outline of the mask lies in it.
    """
    if min(window.width, window.height) < SMALLEST:
        raise PromptError(
            tr(
                "The visible part is smaller than {smallest} pixels; zoom out a little.",
                smallest=SMALLEST,
            )
        )
    if (window.width, window.height) == (mask.width, mask.height):
        raise PromptError(tr("The whole frame is visible; zoom in on what is to be refined."))
    pixels = decode_window(mask, window)
    if not pixels.any() or pixels.all():
        raise PromptError(
            tr("No outline of the object lies in the visible part; zoom out or move the view.")
        )
    points = tuple(_moved(prompts.points if prompts is not None else (), window))
    if not any(point.positive for point in points):
        points = (_middle(pixels), *points)
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    box = Box(float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
    return Prompts(points, box, base=Mask.from_array(pixels))


def put_back(mask: Mask, window: Window, part: Mask) -> Mask:
    """The mask with the pixels of ``part`` (of the window's size) inside the window."""
    if (part.width, part.height) != (window.width, window.height):
        raise ValueError(
            f"a part of {part.width}x{part.height} pixels does not fit one of "
            f"{window.width}x{window.height}"
        )
    inside = encode_window(mask.height, mask.width, window, part.to_array())
    whole = np.ones((window.height, window.width), np.bool_)
    return union(difference(mask, encode_window(mask.height, mask.width, window, whole)), inside)


def _moved(points: tuple[Point, ...], window: Window) -> list[Point]:
    moved = (replace(p, x=p.x - window.left, y=p.y - window.top) for p in points)
    return [p for p in moved if 0 <= p.x < window.width and 0 <= p.y < window.height]


def _middle(pixels: BoolArray) -> Point:
    """The pixel of the mask that is farthest from its outline."""
    # What the window cuts off may go on outside, so the window's edge is no outline.
    depth = cv2.distanceTransform(pixels.view(np.uint8), cv2.DIST_L2, 3)
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return Point(float(column) + 0.5, float(row) + 0.5)
