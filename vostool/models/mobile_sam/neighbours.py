"""Nearest neighbours among features, for the places of a frame that ask.

Three things keep the products small. Only places near which an object may be ask for neighbours
one by one; where that is, one place in four tells first. A frame that is close in time is searched
only around each place, tile by tile, so nothing is computed that would be masked. And the best of
many are found among the best of groups, which a CPU compares side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

WINDOW = 12
"""Features by which an object may move between frames that are close in time."""
COARSE = 2
"""Every second row and column of the places asks first."""
_TILE = 9, 16
"""Rows and columns of places that are asked about together."""
_AT_ONCE = 256
"""Places whose products are made at once elsewhere: those of one tile stay in a core's cache."""
_GROUP = 16
_FAR = -1.0
"""The cosine of what is out of reach."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Features whose objects are known.

    Attributes:
        tokens: (n, C) of length 1.
        labels: (objects, n), share of each feature's place that the object covers; -1 where
            nothing is known of the object.
    """

    tokens: Tensor
    labels: Tensor

    @staticmethod
    def together(parts: Sequence[Labelled]) -> Labelled:
        """All of them as one; at least one."""
        if len(parts) == 1:
            return parts[0]
        return Labelled(
            torch.cat([part.tokens for part in parts]),
            torch.cat([part.labels for part in parts], 1),
        )


class Neighbours:
    """The features most like those of each place of a grid (cosine).

    Attributes:
        rows, columns: of the grid.
    """

    def __init__(self, rows: int, columns: int, count: int) -> None:
        """Make one for grids of this size.

        Args:
            count: how many neighbours are looked for.
        """
        self.rows, self.columns, self._count = rows, columns, count
        row, column = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
        self._row, self._column = row.ravel(), column.ravel()
        self._tile = self._row // _TILE[0] * columns + self._column // _TILE[1]

    @property
    def coarse(self) -> Tensor:
        """The places that ask first, (n,) numbers row by row."""
        return ((self._row % COARSE == 0) & (self._column % COARSE == 0)).nonzero().ravel()

    def of(
        self, places: Tensor, asked: Tensor, anywhere: Labelled, close: Sequence[Labelled]
    ) -> tuple[Tensor, Tensor]:
        """The neighbours of some places.

        Args:
            places: (n,) numbers of the places, row by row.
            asked: (rows * columns, C) features of all places, of length 1.
            anywhere: features that may be anywhere in their frames.
            close: the whole grids of frames in which only places within :data:`WINDOW` count.

        Returns:
            (n, k) cosines in float32, k at most ``count``, and their (objects, n, k) labels; in
            the order of ``places``.
        """
        objects = len(anywhere.labels)
        k = min(self._count, len(anywhere.tokens) + len(close) * self.rows * self.columns)
        alike = asked.new_full((len(places), k), _FAR, dtype=torch.float32)
        labels = anywhere.labels.new_zeros((objects, len(places), k))
        parts = self._tiles(places) if close else torch.split(torch.arange(len(places)), _AT_ONCE)
        for chosen in parts:
            here = places[chosen]
            alike[chosen], labels[:, chosen] = self._tile_of(here, asked[here], anywhere, close)
        return alike, labels

    def _tiles(self, places: Tensor) -> Iterator[Tensor]:
        """Which of the places lie in one tile, tile by tile."""
        order = torch.argsort(self._tile[places], stable=True)
        _, counts = torch.unique_consecutive(self._tile[places[order]], return_counts=True)
        yield from torch.split(order, counts.tolist())

    def _tile_of(
        self, here: Tensor, asked: Tensor, anywhere: Labelled, close: Sequence[Labelled]
    ) -> tuple[Tensor, Tensor]:
        alike, where = best_of((asked @ anywhere.tokens.T).float(), self._count)
        known = anywhere.labels[:, where]
        if not close:
            return alike, known
        window, far = self._around(here)
        near = Labelled.together([self._within(frame, window) for frame in close])
        product = (asked @ near.tokens.T).float().masked_fill_(far.repeat(1, len(close)), _FAR)
        best, at = best_of(product, self._count)
        alike, known = torch.cat((alike, best), 1), torch.cat((known, near.labels[:, at]), 2)
        alike, where = alike.topk(min(self._count, alike.shape[1]), 1)
        return alike, known.gather(2, where.expand(len(known), -1, -1))

    def _around(self, here: Tensor) -> tuple[tuple[slice, slice], Tensor]:
        """Rows and columns that any of these places may see, and which of them each does not."""
        row, column = self._row[here], self._column[here]
        reach = WINDOW - 1
        top, bottom = max(0, int(row.min()) - reach), min(self.rows, int(row.max()) + WINDOW)
        left = max(0, int(column.min()) - reach)
        right = min(self.columns, int(column.max()) + WINDOW)
        down = row[:, None] - torch.arange(top, bottom)
        aside = column[:, None] - torch.arange(left, right)
        far = (down**2)[:, :, None] + (aside**2)[:, None] >= WINDOW**2
        return (slice(top, bottom), slice(left, right)), far.flatten(1)

    def _within(self, frame: Labelled, window: tuple[slice, slice]) -> Labelled:
        """The features of a whole grid that lie in some of its rows and columns."""
        grid = self.rows, self.columns
        tokens = frame.tokens.reshape(*grid, -1)[window]
        labels = frame.labels.reshape(-1, *grid)[:, window[0], window[1]]
        return Labelled(tokens.flatten(0, 1), labels.flatten(1))


def best_of(values: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The largest values of each row, as ``topk`` gives them, at most ``count``.

    The ``count`` largest lie in the ``count`` groups whose largest are the largest, so all others
    are left out after one pass that compares groups side by side.
    """
    number = values.shape[1]
    groups = number // _GROUP
    if groups <= 2 * count:
        return values.topk(min(count, number), 1)
    whole = values[:, : groups * _GROUP].reshape(-1, _GROUP, groups)
    chosen = whole.amax(1).topk(count, 1).indices
    members = (torch.arange(_GROUP)[:, None] * groups + chosen[:, None]).flatten(1)
    rest = torch.arange(groups * _GROUP, number).expand(len(values), -1)
    members = torch.cat((members, rest), 1)
    best, at = values.gather(1, members).topk(count, 1)
    return best, members.gather(1, at)
