"""Which frames of a run go through the encoder, where not all of them have to.

Between frames that are encoded, flow carries the masks alone. How long that may go on was learned
on the last encoded frame: what flow proposed there beside what the network made of it. Besides, an
object that has moved or changed its shape by a share of itself, one that flow follows badly or has
lost asks for an encoded frame, and so does doubt on the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from vostool.masks.mask import BoolArray
from vostool.models.flow.object import ObjectTrack, Proposal
from vostool.models.flow.picture import Soft

MOST_CARRIED = 2
"""Frames between two that are encoded, at most."""
MOST_WRONG = 0.05
"""By which flow's mask may be off, one less the intersection over union, before it is corrected."""
MOST_MOVED = 0.4
"""One less the intersection over union with the mask on the last encoded frame."""
LEAST_FOLLOWED = 0.55
"""How well the picture has to fit the last one along the flow, 0..1."""
LEAST_AGREEMENT = 0.6
"""Of an encoded frame's masks with what flow and memory say, below which the next is encoded."""


class Pacer:
    """The pace of one leg; its frames come one after the other."""

    def __init__(self, held: Callable[[int], bool]) -> None:
        """Begin with a frame that is encoded.

        Args:
            held: whether a frame's features are at hand; such a frame costs no encoder and is
                never carried.
        """
        self._held = held
        self._carried = self._allowed = 0
        self._proposals: Mapping[int, Proposal | None] = {}
        self._masks: dict[int, BoolArray] = {}

    def carries(
        self,
        frame: int,
        proposals: Mapping[int, Proposal | None],
        tracks: Mapping[int, ObjectTrack],
        given: bool,
    ) -> bool:
        """Whether flow's masks do for this frame.

        Args:
            proposals: flow's.
            tracks: what flow knows of each object.
            given: a mask is given on it; such a frame is always encoded.
        """
        self._proposals = proposals
        if given or self._carried >= self._allowed or self._held(frame):
            return False
        if any(self._asks(oid, proposals[oid], tracks[oid]) for oid in proposals):
            return False
        self._carried += 1
        return True

    def encoded(self, settled: Mapping[int, Soft], agreements: Iterable[float]) -> None:
        """The frame asked about last was encoded.

        Args:
            settled: masks (h, w) of the objects that are visible there, 0..1.
            agreements: with what flow and memory say of each object, 0..1.
        """
        self._masks = {oid: np.asarray(soft > 0.5, np.bool_) for oid, soft in settled.items()}
        wrong = max((self._unlike(oid) for oid in self._proposals), default=1.0)
        often = MOST_WRONG * (self._carried + 1) / max(wrong, 1e-3)
        doubtful = any(value < LEAST_AGREEMENT for value in agreements)
        self._allowed = 0 if doubtful else min(MOST_CARRIED, int(often))
        self._carried = 0

    def _unlike(self, oid: int) -> float:
        """How far what flow proposed is from what became of it, 0..1."""
        proposal, mask = self._proposals[oid], self._masks.get(oid)
        if proposal is None or mask is None:
            return 0.0 if proposal is None and mask is None else 1.0
        return _difference(mask, proposal)

    def _asks(self, oid: int, proposal: Proposal | None, track: ObjectTrack) -> bool:
        before = self._masks.get(oid)
        if proposal is None:
            # One that was seen may only have been lost; one long hidden is looked for less often.
            return track.knows and (before is not None or self._carried > 0)
        if before is None or track.facts.get("carried", 0.0) < LEAST_FOLLOWED:
            return True
        return _difference(before, proposal) > MOST_MOVED


def _difference(before: BoolArray, proposal: Proposal) -> float:
    """One less the intersection over union; 1 for two empty masks."""
    now = proposal.soft > 0.5
    common = np.count_nonzero(before[proposal.roi.slices] & now)
    union = np.count_nonzero(before) + np.count_nonzero(now) - common
    return 1 - common / union if union else 1.0
