"""Asking one picture, the frame or a crop of it, point by point until nothing is left to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vostool.finders.everything.grid import points_in, rounds
from vostool.finders.everything.pool import Pool, Proposal, Sieve
from vostool.masks.crop import Window, decode_window, encode_window
from vostool.masks.mask import BoolArray, Mask
from vostool.models.engine import PointDecoder

SURE, STEADY = 0.88, 0.9
"""Predicted IoU and stability of a mask in which no finer round needs to ask again. With these a
grid of 4, then 8, then 16 found the same objects as 16 at once on real clips."""
LARGE = 0.1
"""Share of a picture beyond which a mask may be of things that lie on it or have parts of their
own: it spares points in the last round alone."""
_EDGE = 0.02
"""Share of a crop's side: what comes so near to its edge is likely cut off there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One picture to ask.

    Attributes:
        open: makes the decoder, which takes an encoder's pass where the picture is new.
        picture: where it lies in the frame.
        asked: where points are set, in the frame.
        points_per_side: of the densest round.
        second_look: finer rounds only where nothing lies yet.
        cut: drop masks that touch an edge which is not the frame's.
    """

    open: Callable[[], PointDecoder]
    picture: Window
    asked: Window
    points_per_side: int
    second_look: bool
    cut: bool = False

    @property
    def points(self) -> int:
        """How many there are at most."""
        return sum(side * side for side in rounds(self.points_per_side, self.second_look))


class Scan:
    """A plan that is being followed.

    Attributes:
        decoded: points that were asked so far.
        done: points that were asked or passed over.
    """

    def __init__(self, plan: Plan, height: int, width: int, sieve: Sieve) -> None:
        self._plan, self._height, self._width = plan, height, width
        self._pool = Pool(sieve)
        self._covered: BoolArray | None = None  # (2, h, w): by masks of usual size, by large ones
        self._taken: BoolArray | None = None
        self._decoder: PointDecoder | None = None
        self.decoded = self.done = 0

    def run(self, known: Sequence[Mask]) -> Iterator[None]:
        """Yield after each batch of points.

        Args:
            known: masks of the frame's size in which nothing is asked.
        """
        self._decoder = decoder = self._plan.open()
        self._taken = self._union(known)
        window = self._plan.asked
        sides = rounds(self._plan.points_per_side, self._plan.second_look)
        for number, side in enumerate(sides, 1):
            last = number == len(sides)
            waiting = points_in(window, side, spread=self._plan.second_look)
            waiting -= np.array((self._plan.picture.left, self._plan.picture.top), np.float32)
            while len(waiting):
                open_ = ~self._is_covered(waiting, last)
                self.done += int(np.count_nonzero(~open_))
                batch, waiting = np.split(waiting[open_], [decoder.batch])
                if len(batch):
                    self._ask(decoder, batch)
                    yield

    def found(self) -> list[tuple[Proposal, Mask]]:
        """What there is so far, with masks of the frame's size, the best first."""
        assert self._decoder is not None
        found = []
        for proposal in self._pool.proposals:
            if proposal.mask is None:
                proposal.mask = self._mask(self._decoder, proposal)
            if not proposal.mask.is_empty and not self._is_cut(proposal.mask):
                found.append((proposal, proposal.mask))
        return found

    def release(self) -> None:
        """Let go of the features; :meth:`found` has been asked for the last time."""
        self._decoder = self._covered = None

    def _ask(self, decoder: PointDecoder, points: NDArray[np.float32]) -> None:
        replies = decoder.decode(points)
        self.decoded += len(points)
        self.done += len(points)
        if self._covered is None:
            self._covered = np.zeros((2, *replies.logits.shape[-2:]), np.bool_)
        for proposal in self._pool.add(replies):
            if self._plan.second_look and proposal.score >= SURE and proposal.stability >= STEADY:
                large = int(proposal.area > LARGE * proposal.pixels.size)
                self._covered[large] |= proposal.pixels.reshape(self._covered.shape[1:]) > 0

    def _union(self, known: Sequence[Mask]) -> BoolArray | None:
        """Pixels of the picture that belong to a known object."""
        if not known:
            return None
        taken = np.zeros((self._plan.picture.height, self._plan.picture.width), np.bool_)
        for mask in known:
            taken |= decode_window(mask, self._plan.picture)
        return taken

    def _is_covered(self, points: NDArray[np.float32], last: bool) -> BoolArray:
        """Which of the points (n, 2), in pixels of the picture, need not be asked."""
        covered = np.zeros(len(points), np.bool_)
        by_masks = () if self._covered is None else self._covered[: 2 if last else 1]
        for where in (*by_masks, self._taken):
            if where is not None:
                scale = np.array(where.shape[::-1]) / (
                    self._plan.picture.width,
                    self._plan.picture.height,
                )
                x, y = np.minimum(points * scale, np.array(where.shape[::-1]) - 1).astype(int).T
                covered |= where[y, x]
        return covered

    def _mask(self, decoder: PointDecoder, proposal: Proposal) -> Mask:
        pixels = decoder.enlarge(proposal.logits.astype(np.float32))
        return encode_window(self._height, self._width, self._plan.picture, pixels)

    def _is_cut(self, mask: Mask) -> bool:
        if not self._plan.cut:
            return False
        x, y, width, height = mask.bbox
        part = self._plan.picture
        near_x, near_y = _EDGE * part.width, _EDGE * part.height
        right, bottom = part.left + part.width, part.top + part.height
        return (
            (part.left > 0 and x < part.left + near_x)
            or (part.top > 0 and y < part.top + near_y)
            or (right < self._width and x + width > right - near_x)
            or (bottom < self._height and y + height > bottom - near_y)
        )
