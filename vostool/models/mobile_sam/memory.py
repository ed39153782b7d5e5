"""Where each object is, by comparing the encoder's features with those of labelled frames.

Nearest-neighbour label propagation: each feature of the present frame takes the labels of the
features most like it (cosine) among those of remembered frames. All objects of a run share one
memory, so that what looks like one object counts against all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from vostool.models.flow.picture import Soft
from vostool.models.mobile_sam.encoder import Geometry
from vostool.models.mobile_sam.network import STRIDE

NEIGHBOURS = 10
SHARPNESS = 20.0
"""What a cosine is multiplied by before neighbours are weighted by its exponential."""
WINDOW = 12
"""Features by which an object may move between frames that are close in time."""
KEYFRAMES, SPREAD, RECENT = 5, 4, 2
"""Frames remembered: given ones nearest in time, older ones all over the run, the last ones."""
SPREAD_STEP = 5
_MARGIN = 5
"""Side of the square of features around an object's that are all kept of older frames."""


@dataclass(frozen=True, slots=True, eq=False)
class _Remembered:
    """A labelled frame.

    Attributes:
        tokens: (n, 256) features of length 1, row by row; of older frames not all of them.
        labels: (objects, n), share of each feature's place that the object covers; -1 where
            nothing is known of the object on that frame.
    """

    frame: int
    tokens: torch.Tensor
    labels: torch.Tensor


class TokenMemory:
    """Labelled features of the frames of one run."""

    def __init__(
        self,
        geometry: Geometry,
        object_ids: list[int],
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Make an empty one.

        Args:
            dtype: of the features as they are compared; bfloat16 only where the CPU multiplies
                in it.
        """
        self._geometry, self._ids, self._dtype = geometry, object_ids, dtype
        self._keys: list[_Remembered] = []
        self._spread: list[_Remembered] = []
        self._recent: list[_Remembered] = []
        rows, columns = torch.meshgrid(
            torch.arange(geometry.rows), torch.arange(geometry.columns), indexing="ij"
        )
        self._rows, self._columns = rows.ravel(), columns.ravel()
        places = torch.stack((self._rows, self._columns), 1).float()
        self._far = torch.cdist(places, places) >= WINDOW

    def add_key(self, frame: int, tokens: torch.Tensor, softs: Mapping[int, Soft]) -> None:
        """Remember a frame whose masks were given, for good.

        Args:
            softs: masks (h, w) of the whole frame, 0..1, by object id; the others are unknown.
        """
        self._keys = [k for k in self._keys if k.frame != frame]
        self._keys.append(self._thinned(self._remembered(frame, tokens, softs)))

    def add(self, frame: int, tokens: torch.Tensor, softs: Mapping[int, Soft]) -> None:
        """Remember a tracked frame as the latest, and one in a few for longer.

        The longer ones stay spread over the run: where they lie closest, one goes.
        """
        entry = self._remembered(frame, tokens, softs)
        self._recent = [*self._recent[1 - RECENT :], entry]
        if self._spread and abs(frame - self._spread[-1].frame) < SPREAD_STEP:
            return
        self._spread.append(self._thinned(entry))
        if len(self._spread) > SPREAD:
            frames = [e.frame for e in self._spread]
            gaps = [abs(frames[i + 1] - frames[i - 1]) for i in range(1, len(frames) - 1)]
            del self._spread[1 + int(np.argmin(gaps))]

    def recall(self, frame: int, tokens: torch.Tensor) -> dict[int, Soft]:
        """How far each feature's place belongs to each object, (rows, columns), 0..1."""
        keys = sorted(self._keys, key=lambda k: abs(k.frame - frame))[:KEYFRAMES]
        if not keys:
            return {}
        latest = {entry.frame for entry in self._recent}
        older = [*keys, *(s for s in self._spread if s.frame not in latest)]
        asked = tokens.to(self._dtype)
        found = [self._nearest(asked, entry, None) for entry in older]
        found += [self._nearest(asked, entry, self._far) for entry in self._recent]
        best, where = torch.cat([alike for alike, _ in found], 1).topk(NEIGHBOURS, 1)
        weight = torch.softmax(best * SHARPNESS, 1)
        shape = self._geometry.rows, self._geometry.columns
        shares = {}
        for index, oid in enumerate(self._ids):
            known = torch.cat([labels[index] for _, labels in found], 1).gather(1, where)
            counted = weight * (known >= 0)
            share = (counted * known).sum(1) / counted.sum(1).clamp_min(1e-6)
            shares[oid] = np.asarray(share.reshape(shape).numpy(), np.float32)
        return shares

    def _nearest(
        self, asked: torch.Tensor, entry: _Remembered, excluded: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """(asked, k) cosines of the features of one frame most like each, and their labels.

        Returns:
            The cosines in float32 and (objects, asked, k) labels.
        """
        alike = (asked @ entry.tokens.T).float()
        if excluded is not None:
            alike.masked_fill_(excluded, -1.0)
        best, where = alike.topk(min(NEIGHBOURS, alike.shape[1]), 1)
        return best, entry.labels[:, where]

    def _remembered(
        self, frame: int, tokens: torch.Tensor, softs: Mapping[int, Soft]
    ) -> _Remembered:
        return _Remembered(frame, tokens.to(self._dtype), self._labels(softs))

    def _thinned(self, entry: _Remembered) -> _Remembered:
        """Objects and what is close to them whole, one in four features of the rest.

        Which one of the four differs from frame to frame, so that together they miss little.
        """
        g = self._geometry
        held = (entry.labels > 0.02).any(0).float().reshape(1, 1, g.rows, g.columns)
        close = torch.nn.functional.max_pool2d(held, _MARGIN, 1, _MARGIN // 2).ravel() > 0
        turn = entry.frame // SPREAD_STEP
        kept = (self._rows % 2 == turn % 2) & (self._columns % 2 == turn // 2 % 2)
        chosen = close | kept
        return _Remembered(entry.frame, entry.tokens[chosen], entry.labels[:, chosen])

    def enlarge(self, share: NDArray[np.float32], shape: tuple[int, int]) -> Soft:
        """(rows, columns) over the square's part as a soft mask of (height, width) of the frame."""
        g = self._geometry
        size = g.columns * STRIDE, g.rows * STRIDE
        square = cv2.resize(share, size, interpolation=cv2.INTER_CUBIC)
        inside = square[: g.scaled_height, : g.scaled_width]
        soft = cv2.resize(inside, shape[::-1], interpolation=cv2.INTER_AREA)
        return np.asarray(np.clip(soft, 0, 1), np.float32)

    def reduce(self, soft: Soft) -> Soft:
        """A soft mask of the whole frame as mean coverage of each feature's place."""
        g = self._geometry
        size = g.scaled_width, g.scaled_height
        larger = soft.shape[1] < g.scaled_width
        way = cv2.INTER_LINEAR if larger else cv2.INTER_AREA
        square = np.zeros((g.rows * STRIDE, g.columns * STRIDE), np.float32)
        square[: g.scaled_height, : g.scaled_width] = cv2.resize(soft, size, interpolation=way)
        places = square.reshape(g.rows, STRIDE, g.columns, STRIDE)
        return np.asarray(places.mean((1, 3)), np.float32)

    def _labels(self, softs: Mapping[int, Soft]) -> torch.Tensor:
        count = self._geometry.rows * self._geometry.columns
        labels = torch.full((len(self._ids), count), -1.0)
        for index, oid in enumerate(self._ids):
            if oid in softs:
                labels[index] = torch.from_numpy(self.reduce(softs[oid]).ravel())
        return labels


def tokens_of(features: torch.Tensor) -> torch.Tensor:
    """(1, 256, rows, columns) features -> (rows * columns, 256) of length 1, on the CPU."""
    flat = features[0].flatten(1).T.float().cpu()
    return torch.nn.functional.normalize(flat, dim=1)
