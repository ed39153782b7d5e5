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
from vostool.models.mobile_sam.neighbours import COARSE, Labelled, Neighbours
from vostool.models.mobile_sam.network import STRIDE

NEIGHBOURS = 10
SHARPNESS = 20.0
"""What a cosine is multiplied by before neighbours are weighted by its exponential."""
KEYFRAMES, SPREAD, RECENT = 5, 4, 2
"""Frames remembered: given ones nearest in time, older ones all over the run, the last ones."""
SPREAD_STEP = 5
_MARGIN = 5
"""Side of the square of features around an object's that are all kept of older frames."""
HELD = 0.02
"""Share of a feature's place from which an object is there."""
_DOUBT = 0.05
"""Share by what the coarse places say from which an object may be near."""


@dataclass(frozen=True, slots=True, eq=False)
class _Remembered:
    """A labelled frame; row by row, of older frames not all of its features."""

    frame: int
    features: Labelled


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
        self._neighbours = Neighbours(geometry.rows, geometry.columns, NEIGHBOURS)
        rows, columns = torch.meshgrid(
            torch.arange(geometry.rows), torch.arange(geometry.columns), indexing="ij"
        )
        self._rows, self._columns = rows.ravel(), columns.ravel()

    @property
    def keyframes(self) -> list[int]:
        """Numbers of the frames whose masks were given, as far as they are remembered."""
        return [key.frame for key in self._keys]

    def add_key(self, frame: int, tokens: torch.Tensor, softs: Mapping[int, Soft]) -> None:
        """Remember a frame whose masks were given, as long as it is among the nearest.

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

    def likeness(self, object_id: int, tokens: torch.Tensor) -> Soft:
        """Cosine of each feature with the one of the object most like it, (rows, columns).

        Compared with keyframes and with what lies spread over the run.
        """
        index = self._ids.index(object_id)
        entries = [entry.features for entry in (*self._keys, *self._spread)]
        known = torch.cat([each.tokens[each.labels[index] > 0.5] for each in entries])
        alike = torch.full((len(tokens),), -1.0)
        if len(known):
            alike = (tokens.to(self._dtype) @ known.T).float().amax(1)
        return np.asarray(alike.reshape(self._shape).numpy(), np.float32)

    def recall(self, frame: int, tokens: torch.Tensor, near: Soft) -> dict[int, Soft]:
        """How far each feature's place belongs to each object, (rows, columns), 0..1.

        The mean of what the given masks say by themselves, in which no mistake of the run is, and
        of what all remembered frames say. Places far from everything that an object was near, or
        is like, are told as 0; before a keyframe nothing is.

        Args:
            near: (rows, columns), what objects are thought to cover by others.
        """
        # A run goes one way, so what has fallen behind nearer ones is never wanted again.
        keys = self._keys = sorted(self._keys, key=lambda k: abs(k.frame - frame))[:KEYFRAMES]
        if not keys:
            return {}
        latest = {entry.frame for entry in self._recent}
        older = [*keys, *(s for s in self._spread if s.frame not in latest)]
        anywhere = Labelled.together([entry.features for entry in older])
        asked = tokens.to(self._dtype)
        places = self._asking(asked, anywhere, near)
        close = [entry.features for entry in self._recent]
        shares = _shares(*self._neighbours.of(places, asked, anywhere, close))
        if len(older) + len(close) > len(keys):
            given = Labelled.together([entry.features for entry in keys])
            alike, labels = self._neighbours.of(places, asked, given, [])
            # Of an object that none of these frames knows they say nothing.
            told = torch.where((labels >= 0).any(2), _shares(alike, labels), shares)
            shares = (told + shares) / 2
        whole = torch.zeros(len(self._ids), len(tokens))
        whole[:, places] = shares
        grids = np.asarray(whole.reshape(-1, *self._shape).numpy(), np.float32)
        return dict(zip(self._ids, grids, strict=True))

    def _asking(self, asked: torch.Tensor, anywhere: Labelled, near: Soft) -> torch.Tensor:
        """The places where an object may be: (n,) numbers row by row."""
        first = self._neighbours.coarse
        shares = _shares(*self._neighbours.of(first, asked, anywhere, []))
        found = torch.zeros(self._rows.shape[0])
        found[first] = (shares > _DOUBT).any(0).float()
        held = torch.from_numpy(near > HELD).float().ravel()
        for entry in self._recent:
            held += (entry.features.labels > HELD).any(0)
        # A place that asked stands for those up to the next one as well.
        return (self._grown(found, 2 * COARSE + 1) + self._grown(held, _MARGIN)).nonzero().ravel()

    def _grown(self, held: torch.Tensor, side: int) -> torch.Tensor:
        """Places (rows * columns,) with those in a square around each."""
        square = held.reshape(1, 1, *self._shape)
        return torch.nn.functional.max_pool2d(square, side, 1, side // 2).ravel()

    @property
    def _shape(self) -> tuple[int, int]:
        return self._geometry.rows, self._geometry.columns

    def _remembered(
        self, frame: int, tokens: torch.Tensor, softs: Mapping[int, Soft]
    ) -> _Remembered:
        return _Remembered(frame, Labelled(tokens.to(self._dtype), self._labels(softs)))

    def _thinned(self, entry: _Remembered) -> _Remembered:
        """Objects and what is close to them whole, one in four features of the rest.

        Which one of the four differs from frame to frame, so that together they miss little.
        """
        tokens, labels = entry.features.tokens, entry.features.labels
        close = self._grown((labels > HELD).any(0).float(), _MARGIN) > 0
        turn = entry.frame // SPREAD_STEP
        kept = (self._rows % 2 == turn % 2) & (self._columns % 2 == turn // 2 % 2)
        chosen = close | kept
        return _Remembered(entry.frame, Labelled(tokens[chosen], labels[:, chosen]))

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
        # Over whole squares this is their mean.
        places = cv2.resize(square, (g.columns, g.rows), interpolation=cv2.INTER_AREA)
        return np.asarray(places, np.float32)

    def _labels(self, softs: Mapping[int, Soft]) -> torch.Tensor:
        count = self._geometry.rows * self._geometry.columns
        labels = torch.full((len(self._ids), count), -1.0)
        for index, oid in enumerate(self._ids):
            if oid in softs:
                labels[index] = torch.from_numpy(self.reduce(softs[oid]).ravel())
        return labels


def _shares(alike: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """(n, k) cosines and (objects, n, k) labels of neighbours -> (objects, n) shares, 0..1."""
    counted = torch.softmax(alike * SHARPNESS, 1) * (labels >= 0)
    return (counted * labels).sum(2) / counted.sum(2).clamp_min(1e-6)


def tokens_of(features: torch.Tensor) -> torch.Tensor:
    """(1, 256, rows, columns) features -> (rows * columns, 256) of length 1, on the CPU."""
    flat = features[0].flatten(1).T.float().cpu()
    return torch.nn.functional.normalize(flat, dim=1)
