"""Objects that are already labelled, as the question: which are on the picture, which are shown.

A model that takes boxes on the picture itself sees an object of another frame when a cut-out of it
is set beside the picture, in a strip that no answer may lie in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from vostool.errors import UsageError
from vostool.finders.finder import Example, Question, View
from vostool.finders.within import Part
from vostool.frames import Image
from vostool.words import tr

MOST = 4
"""No more examples of one label than this; the first ones count."""
_MARGIN = 0.15
_GREY = 128


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture with examples in it.

    Attributes:
        picture: the part that is looked at, with a strip of cut-outs to its right where needed.
        boxes: of the examples in it, x0, y0, x1, y1 in pixels.
        label: what they are called.
    """

    picture: Image
    boxes: tuple[tuple[float, float, float, float], ...]
    label: str


def by_label(question: Question) -> list[tuple[Example, ...]]:
    """The examples of each label, in the order of the question, at most :data:`MOST` of each.

    Raises:
        UsageError: there is none, or one is empty.
    """
    if not question.examples:
        raise UsageError(
            tr("There is nothing to compare with; choose an object that has a mask here.")
        )
    groups: dict[str, list[Example]] = {}
    for example in question.examples:
        if example.mask.is_empty:
            raise UsageError(
                tr(
                    "The object has an empty mask on frame {frame}; choose a frame "
                    "on which it is seen.",
                    frame=example.frame,
                )
            )
        groups.setdefault(example.label, []).append(example)
    return [tuple(group[:MOST]) for group in groups.values()]


def cut_out(example: Example) -> Image:
    """The example with a margin around it, (height, width, 3) RGB uint8, a copy."""
    x, y, width, height = example.mask.bbox
    across, down = (round(max(1.0, side * _MARGIN)) for side in (width, height))
    rows, columns = example.picture.shape[:2]
    top, left = max(y - down, 0), max(x - across, 0)
    bottom, right = min(y + height + down, rows), min(x + width + across, columns)
    return example.picture[top:bottom, left:right].copy()


def shown(view: View, part: Part, examples: Sequence[Example]) -> Shown:
    """The picture with the examples of one label: as they are in it, else beside it."""
    boxes = []
    away = []
    for example in examples:
        box = _in_part(view, part, example)
        if box is None:
            away.append(cut_out(example))
        else:
            boxes.append(box)
    label = examples[0].label
    if not away:
        return Shown(part.picture, tuple(boxes), label)
    picture, beside = _with_strip(part.picture, away)
    return Shown(picture, (*boxes, *beside), label)


def _in_part(view: View, part: Part, example: Example) -> tuple[float, float, float, float] | None:
    """The example's box where it lies in the part and on this very picture."""
    if example.frame != view.frame or not np.array_equal(example.picture, view.picture):
        return None
    x, y, width, height = example.mask.bbox
    x, y = x - part.left, y - part.top
    rows, columns = part.picture.shape[:2]
    if x < 0 or y < 0 or x + width > columns or y + height > rows:
        return None
    return x, y, x + width, y + height


def _with_strip(
    picture: Image, cuts: Sequence[Image]
) -> tuple[Image, list[tuple[float, float, float, float]]]:
    """The picture with the cut-outs one below the other, each in its cell, and their boxes."""
    height, width = picture.shape[:2]
    cell = max(height // len(cuts), 1)
    breadth = max(width // 3, 1)
    strip = np.full((height, breadth, 3), _GREY, np.uint8)
    boxes = []
    for number, cut in enumerate(cuts):
        scale = min(cell / cut.shape[0], breadth / cut.shape[1])
        rows, columns = (max(round(side * scale), 1) for side in cut.shape[:2])
        rows, columns = min(rows, cell), min(columns, breadth)
        top = number * cell
        strip[top : top + rows, :columns] = cv2.resize(
            cut, (columns, rows), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        )
        boxes.append((float(width), float(top), float(width + columns), float(top + rows)))
    return np.concatenate((picture, strip), axis=1), boxes
