"""Robots that correct a frame as a person would: with scribbles, clicks or boxes.

A robot sees the truth and the result of one frame and says what to do about each object. What it
says are the program's own prompts. Objects that are right enough are left alone by the robots for
clicks and boxes, which could only spoil them; the published robot for scribbles leaves out what is
too small to be scribbled on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import cv2
import numpy as np

from vostool.errors import UsageError
from vostool.evaluate.corrections import Correction, centre, largest_wrong
from vostool.evaluate.metrics import region_similarity
from vostool.evaluate.sequence import VOID, Ids
from vostool.masks.box import Box
from vostool.masks.mask import BoolArray
from vostool.masks.parts import largest_part
from vostool.project.prompts import Point

ROBOTS = ("scribbles", "clicks", "boxes")
RIGHT_ENOUGH = 0.95
"""J from which on an object needs no click or box."""


class Robot(Protocol):
    """Corrects one frame."""

    def correct(self, truth: Ids, result: Ids, object_ids: Iterable[int]) -> list[Correction]:
        """What to do about the objects; none for a frame that is right.

        Args:
            truth, result: ids (H, W); void counts for no object.
        """
        ...


def make_robot(name: str) -> Robot:
    """The robot of that name, one of :data:`ROBOTS`.

    Raises:
        UsageError: there is none of that name, or what it needs is not installed.
    """
    if name == "clicks":
        return ClickRobot()
    if name == "boxes":
        return BoxRobot()
    if name != "scribbles":
        raise UsageError(f"There is no robot '{name}'; known are {', '.join(ROBOTS)}.")
    try:
        from vostool.evaluate.scribbles import ScribbleRobot
    except ImportError as error:
        raise UsageError(
            "Scribbles need the packages scikit-image and scipy; add them with "
            "`pip install scikit-image scipy`, or choose --robot clicks."
        ) from error
    return ScribbleRobot()


class ClickRobot:
    """One click for each object: into the middle of the largest region that is wrong."""

    def correct(self, truth: Ids, result: Ids, object_ids: Iterable[int]) -> list[Correction]:
        corrections = []
        for object_id, wanted, got, counted in _wrong(truth, result, object_ids):
            region, positive = largest_wrong(wanted, got, counted)
            x, y = centre(region)
            corrections.append(Correction(object_id, (Point(x, y, positive),)))
        return corrections


class BoxRobot:
    """A tight box around the true object; one that is not there at all gets a negative click."""

    def correct(self, truth: Ids, result: Ids, object_ids: Iterable[int]) -> list[Correction]:
        corrections = []
        for object_id, wanted, got, counted in _wrong(truth, result, object_ids):
            if wanted.any():
                corrections.append(Correction(object_id, box=_box(wanted)))
            else:
                x, y = centre(largest_part(got & counted))
                corrections.append(Correction(object_id, (Point(x, y, positive=False),)))
        return corrections


def _wrong(
    truth: Ids, result: Ids, object_ids: Iterable[int]
) -> Iterator[tuple[int, BoolArray, BoolArray, BoolArray]]:
    """The objects that are not right enough: id, true mask, resulting mask, where they count."""
    counted = truth != VOID
    for object_id in object_ids:
        wanted, got = truth == object_id, (result == object_id) & counted
        if region_similarity(wanted, got, ~counted) < RIGHT_ENOUGH:
            yield object_id, wanted, got, counted


def _box(mask: BoolArray) -> Box:
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return Box(x, y, x + width, y + height)
