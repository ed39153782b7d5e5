"""Which candidates on several frames are one thing, by how they look. numpy alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import count

import numpy as np

from vostool.finders.finder import Candidate
from vostool.finders.identity import NewRules, seen_before
from vostool.finders.looks import Looks, looks_of
from vostool.frames import Image
from vostool.masks.mask import Mask

REMEMBERED = 3
"""Frames that were looked at before; what none of them shows is another thing when it comes."""


class SameThings:
    """Numbers the things of frames that are looked at one after the other, from 0.

    Colours, size and place decide, as for what a track run lost and sees again; of one frame no two
    candidates are one thing.
    """

    def __init__(self, least: float = NewRules().likeness) -> None:
        self._least = least
        self._fresh = count()
        self._before: deque[tuple[dict[int, Looks], dict[int, Looks]]] = deque(maxlen=REMEMBERED)

    def numbers(
        self, frame: int, picture: Image, candidates: Sequence[Candidate]
    ) -> tuple[int, ...]:
        """The number of the thing that each candidate of a frame is."""
        looks = {
            index: seen
            for index, each in enumerate(candidates)
            if (seen := _looks(frame, picture, each)) is not None
        }
        numbers: dict[int, int] = {}
        for parts in (False, True):  # half of a thing looks much like the whole
            own = [i for i in looks if (candidates[i].whole is not None) == parts]
            known: dict[int, Looks] = {}
            for earlier in self._before:
                known |= earlier[parts]
            found = seen_before(known, [looks[index] for index in own], self._least)
            numbers |= {own[at]: number for at, (number, _) in found.items()}
        every = tuple(
            numbers[index] if index in numbers else next(self._fresh)
            for index in range(len(candidates))
        )
        seen_now: tuple[dict[int, Looks], dict[int, Looks]] = ({}, {})
        for index, seen in looks.items():
            seen_now[candidates[index].whole is not None][every[index]] = seen
        self._before.append(seen_now)
        return every


def _looks(frame: int, picture: Image, candidate: Candidate) -> Looks | None:
    mask = candidate.mask
    if mask is None:
        height, width = picture.shape[:2]
        pixels = np.zeros((height, width), np.bool_)
        box = candidate.box
        rows = slice(max(int(box.y0), 0), max(round(box.y1), 0))
        columns = slice(max(int(box.x0), 0), max(round(box.x1), 0))
        pixels[rows, columns] = True
        mask = Mask.from_array(pixels)
    return None if mask.is_empty else looks_of(picture, mask, frame, candidate.label)
