"""What of an object's new track belongs to its correction, frame by frame on one side of it.

:mod:`vostool.masks.carry` says which pieces of a difference hang together with what was changed.
The scores, which are expected values of the intersection over union, say besides where the new
track goes astray, and what is likelier where the object had been lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from vostool.masks.carry import Change, carry
from vostool.masks.crop import intersection
from vostool.masks.mask import Mask
from vostool.models.engine import SegmentReply
from vostool.runs.agreeing import AGREES

_GROWS, _SLIGHT = 3.0, 0.05
"""A change that is carried may be so many times as large as the smallest it has been on its way, or
this share of the object. A spoiler that was added meets the banner behind it, and would bring all
of it; a corner that was taken away has come to nothing when the track goes astray there."""
IN_A_ROW = 3
"""After so many frames on which nothing belonged to the correction, the rest stays as it is."""
_WITHIN = 0.8
"""Share of one mask in another one from which it is the same object, or a part of it."""
_DOUBTFUL = 0.5
"""Score below which a mask is flagged for review."""
_WORSE = 0.15
"""By so much less than what stands a doubtful score says that the new track has gone astray."""


class CarriedSide:
    """One object on its way from the corrected frame.

    Args:
        standing: masks and scores that are there, by frame.
        change: of the corrected frame; None: not known.
        whole: all that differs belongs to the correction.
        shown: the corrected mask is not empty.

    Attributes:
        is_over: nothing has belonged to the correction for some frames.
    """

    def __init__(
        self,
        standing: Mapping[int, tuple[Mask, float | None]],
        change: Change | None,
        *,
        whole: bool = False,
        shown: bool = True,
    ) -> None:
        self._standing, self._change, self._whole = standing, change, whole
        # Unless it is known that something was taken away, a track that ends has lost the object.
        self._may_lose = shown and (whole or change is None)
        self._found = change is not None and shown and _is_new(change)
        self._before: dict[int, Change | None] = {}
        self._quiet = 0
        self._least = None if change is None else _size(change)

    @property
    def is_over(self) -> bool:
        return self._quiet >= IN_A_ROW

    def take(self, frame: int, tracked: SegmentReply) -> SegmentReply | None:
        """What a frame's mask becomes; None where it stays."""
        if frame not in self._standing:
            return tracked
        standing, score = self._standing[frame]
        if tracked.mask.is_empty and self._believes(score):
            return None
        change = self._before.setdefault(frame, self._change)  # a revision starts from the same
        if self._keeps(standing, score, tracked):
            self._quiet += not standing.is_empty
            return None
        if self._whole or change is None:
            met = self._whole and standing.iou(tracked.mask) >= AGREES
            mask = standing if met else tracked.mask
            now = Change.between(standing, mask, tracked.mask)
        else:
            mask, now = carry(change, standing, tracked.mask)
        if now.is_empty or self._has_grown(now):
            # An object that is hidden says nothing about what follows.
            self._quiet += not (standing.is_empty or tracked.mask.is_empty)
            return None
        self._quiet, self._change = 0, now
        if score is None or mask.iou(tracked.mask) >= mask.iou(standing):
            score = tracked.score
        return replace(tracked, mask=mask, score=score)

    def _believes(self, score: float | None) -> bool:
        """Whether what stands is kept where the new track has lost the object.

        That it is not there on one frame says little about those farther away.
        """
        return self._may_lose if score is None else score >= _DOUBTFUL

    def _keeps(self, standing: Mask, score: float | None, tracked: SegmentReply) -> bool:
        """Whether what stands is likelier than anything that the new track would make of it."""
        if self._found:
            return _is_likelier(standing, score, tracked)
        if tracked.mask.is_empty or tracked.score >= _DOUBTFUL:
            return False
        believed = score is not None and tracked.score < score - _WORSE
        return standing.is_empty or (believed and not self._whole)

    def _has_grown(self, now: Change) -> bool:
        """Whether what is carried has met something else: it is much larger than what was meant.

        An object that was lost is found whole, and may come nearer.
        """
        if self._whole:
            return False
        size, least = _size(now), self._least
        if least is not None and size > max(_GROWS * least, _SLIGHT * now.seen.area):
            return True
        self._least = size if least is None else min(least, size)
        return False


def _is_likelier(standing: Mask, score: float | None, tracked: SegmentReply) -> bool:
    """Whether what stands is kept on a frame, of an object that was lost where it was corrected.

    There nothing says how what was found hangs together with what stands: it may be a part of what
    the run before found again by itself, or the background that covers the object now. The scores
    are expected values of the intersection over union, so they can be compared.
    """
    if standing.is_empty:
        return tracked.score < _DOUBTFUL
    shared = intersection(standing, tracked.mask).area
    if shared >= _WITHIN * tracked.mask.area:
        return True
    grows = shared >= _WITHIN * standing.area and tracked.mask.area <= _GROWS * standing.area
    return not grows and score is not None and score >= max(_DOUBTFUL, tracked.score)


def _size(change: Change) -> int:
    return change.added.area + change.taken.area


def _is_new(change: Change) -> bool:
    """Whether there was no mask before."""
    return change.taken.is_empty and change.added.area == change.seen.area
