"""What a picture's points have found so far: three masks each, the good ones without their doubles.

Masks are compared as the network gives them, some 256 pixels wide, by one product of matrices.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vostool.masks.mask import Mask
from vostool.models.engine import PointReplies

STABILITY_OFFSET = 1.0
"""Logits by which the edge is moved to see how stable it is, as the official generator has it."""


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is dropped at once, before a person's choice is looked at.

    Attributes:
        score: predicted IoU of at least this.
        stability: IoU of the masks at a stricter and a looser threshold, at least this.
        overlap: of two masks with more IoU than this the better stays; 1 keeps both.
        inside: likewise where this share of the smaller lies in the larger, and
        alike: it has at least this share of the larger's area.
        largest_number: of more masks of one picture the best stay.
    """

    score: float = 0.5
    stability: float = 0.5
    overlap: float = 0.85
    inside: float = 0.95
    alike: float = 0.85
    largest_number: int = 500


@dataclass(eq=False, slots=True)
class Proposal:
    """A mask that a point gave.

    Attributes:
        logits: (h, w) float16, coarse, over the picture.
        pixels: (h * w,) float32, 1 inside.
        area: of those.
        mask: at the frame's size, once it has been made.
    """

    logits: NDArray[np.float16]
    pixels: NDArray[np.float32]
    area: float
    score: float
    stability: float
    mask: Mask | None = field(default=None)


class Pool:
    """Proposals of one picture."""

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        self._kept: list[Proposal] = []

    @property
    def proposals(self) -> list[Proposal]:
        """Those that are kept, the best first."""
        return sorted(self._kept, key=lambda p: -p.score)

    def add(self, replies: PointReplies) -> list[Proposal]:
        """Take what is good of some points' masks; says which were good enough, doubles too."""
        fresh = sorted(self._good(replies), key=lambda p: -p.score)
        if not fresh:
            return []
        if self._sieve.overlap < 1:
            self._without_doubles(fresh)
        else:
            self._kept += fresh
        del (kept := self.proposals)[self._sieve.largest_number :]
        self._kept = kept
        return fresh

    def _good(self, replies: PointReplies) -> list[Proposal]:
        stability = stability_of(replies.logits)
        good = (replies.quality >= self._sieve.score) & (stability >= self._sieve.stability)
        found = []
        for point, which in zip(*np.nonzero(good), strict=True):
            logits = replies.logits[point, which]
            pixels = (logits > 0).ravel().astype(np.float32)
            quality = float(np.clip(replies.quality[point, which], 0, 1))
            if pixels.any():
                found.append(
                    Proposal(
                        logits.astype(np.float16),
                        pixels,
                        float(pixels.sum()),
                        quality,
                        float(stability[point, which]),
                    )
                )
        return found

    def _without_doubles(self, fresh: list[Proposal]) -> None:
        """Add each unless a better one is like it; those like it that are worse go."""
        known = [*self._kept, *fresh]
        stacked = np.stack([p.pixels for p in known])
        shared = np.stack([p.pixels for p in fresh]) @ stacked.T
        index = {id(p): i for i, p in enumerate(known)}
        for row, one in zip(shared, fresh, strict=True):
            alike = [k for k in self._kept if self._doubles(one, k, float(row[index[id(k)]]))]
            if all(k.score < one.score for k in alike):
                self._kept = [k for k in self._kept if k not in alike]
                self._kept.append(one)

    def _doubles(self, one: Proposal, two: Proposal, shared: float) -> bool:
        small, large = sorted((one.area, two.area))
        if shared > self._sieve.overlap * (small + large - shared):
            return True
        return shared >= self._sieve.inside * small and small >= self._sieve.alike * large


def stability_of(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """(..., h, w) -> (...) IoU of the masks at both thresholds; 0 where both are empty."""
    strict = np.count_nonzero(logits > STABILITY_OFFSET, axis=(-2, -1))
    loose = np.count_nonzero(logits > -STABILITY_OFFSET, axis=(-2, -1))
    return np.asarray(strict / np.maximum(loose, 1), np.float32)
