"""What finders saw on one frame, and which of it is shown: thresholds, parts and wholes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from vostool.finders.choice import Choice, Overlaps, shown
from vostool.finders.finder import Candidate
from vostool.gui.engine.finding import FrameLook, Outlines, alike
from vostool.masks.mask import Mask

SAME = 0.7
"""From this IoU on a candidate is what is there already."""
_NOTHING = Overlaps(np.zeros(0), np.zeros(0), np.zeros((0, 0)), 1)


@dataclass(frozen=True, eq=False)
class Found:
    """The candidates of one frame.

    Attributes:
        outlines: of each, in pixels of the frame.
        overlaps: how they lie on each other.
        known: by index, the object that is there already under the candidate.
        same: of each, the number of its thing, which it shares with candidates of other frames;
            empty where only this frame was looked at.
    """

    candidates: tuple[Candidate, ...] = ()
    outlines: tuple[Outlines, ...] = ()
    overlaps: Overlaps = _NOTHING
    known: Mapping[int, int] = field(default_factory=dict)
    same: tuple[int, ...] = ()

    @classmethod
    def of(cls, look: FrameLook, masks: Mapping[int, Mask]) -> Found:
        """A look, on a frame with these objects."""
        candidates = look.look.candidates
        known = _known(candidates, masks)
        return cls(candidates, look.outlines, look.overlaps, known, look.same)

    @cached_property
    def wholes(self) -> frozenset[int]:
        """Indices of those that have parts."""
        places = (each.whole for each in self.candidates)
        return frozenset(i for i in places if i is not None and 0 <= i < len(self.candidates))

    def shown(self, choice: Choice, opened: Collection[int] = ()) -> tuple[int, ...]:
        """Indices of the candidates to show, the best first; of an opened whole, its parts."""
        plain = shown(self.candidates, choice, self.overlaps)
        openable = self.wholes.intersection(opened)
        if not openable:
            return plain
        # A whole that does not pass lets its parts through.
        hidden = tuple(
            replace(each, score=-1.0) if index in openable else each
            for index, each in enumerate(self.candidates)
        )
        level = shown(hidden, choice, self.overlaps)
        parted = {self.candidates[i].whole for i in level}
        alone = [i for i in plain if i in openable and i not in parted]
        return tuple(sorted({*level, *alone}, key=lambda i: (-self.candidates[i].score, i)))

    def family(self, index: int) -> int | None:
        """The whole that is opened or closed at this candidate; None without whole and parts."""
        whole = self.candidates[index].whole
        if whole is not None and whole in self.wholes:
            return whole
        return index if index in self.wholes else None

    def area(self, index: int) -> int:
        """Pixels of a candidate."""
        return int(self.overlaps.areas[index])


def _known(candidates: tuple[Candidate, ...], masks: Mapping[int, Mask]) -> dict[int, int]:
    """By index of a candidate, the object whose mask it is."""
    ids = [oid for oid, mask in masks.items() if not mask.is_empty]
    if not ids or not candidates:
        return {}
    table = alike([each.mask for each in candidates], [masks[oid] for oid in ids])
    return {i: ids[int(row.argmax())] for i, row in enumerate(table) if row.max() >= SAME}
