"""Truth, before and after side by side, for whoever decides between two sets of weights."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from vostool.evaluate.pictures import painted_tile
from vostool.frames import Image
from vostool.masks.mask import Mask
from vostool.models.trainer import TaughtVideo
from vostool.training.compare import Comparison
from vostool.training.measuring import Cell, CellMeasure

SHOWN = 6


@dataclass(frozen=True, slots=True, eq=False)
class Trio:
    """One held-out cell, painted three times; pictures (h, w, 3) RGB uint8 of one size.

    Attributes:
        before_value, after_value: J&F of the two masks.
    """

    cell: Cell
    title: str
    truth: Image
    before: Image
    after: Image
    before_value: float
    after_value: float

    def row(self) -> Image:
        """The three beside each other."""
        return np.concatenate([self.truth, self.before, self.after], axis=1)


def chosen_cells(comparison: Comparison, count: int = SHOWN) -> list[Cell]:
    """The cells to show: those that gained most and those that lost most, in turn."""
    pairs = zip(comparison.before, comparison.after, strict=True)
    ordered = [b.cell for b, a in sorted(pairs, key=lambda pair: pair[0].value - pair[1].value)]
    turns = [cell for pair in zip(ordered, reversed(ordered), strict=True) for cell in pair]
    return list(dict.fromkeys(turns))[:count]


def trios(
    comparison: Comparison, videos: Sequence[TaughtVideo], cells: Sequence[Cell] | None = None
) -> list[Trio]:
    """Paint cells of a comparison; None takes :func:`chosen_cells`.

    Args:
        videos: the held-out labels that were compared on.

    Raises:
        SourceError: a frame cannot be read.
    """
    before = {m.cell: m for m in comparison.before}
    after = {m.cell: m for m in comparison.after}
    found: dict[Cell, Trio] = {}
    wanted = chosen_cells(comparison) if cells is None else list(cells)
    for video in videos:
        mine = [cell for cell in wanted if cell.video == video.name]
        if not mine:
            continue
        with closing(video.open()) as source:
            for cell in mine:
                truth = video.masks[cell.frame][cell.object_id]
                picture = source.frame(cell.frame)
                found[cell] = _trio(video, picture, truth, before[cell], after[cell])
    return [found[cell] for cell in wanted if cell in found]


def _trio(
    video: TaughtVideo, picture: Image, truth: Mask, before: CellMeasure, after: CellMeasure
) -> Trio:
    cell = before.cell
    name = video.titles.get(cell.object_id, str(cell.object_id))
    title = f"{video.name}, frame {cell.frame}: {name}"
    values = shown_value(before), shown_value(after)
    texts = (f"frame {cell.frame}: truth", f"before, {values[0]:.3f}", f"after, {values[1]:.3f}")
    tiles = [
        np.asarray(painted_tile(picture, mask.to_array().astype(np.int32) * cell.object_id, text))
        for mask, text in zip((truth, before.mask, after.mask), texts, strict=True)
    ]
    return Trio(cell, title, tiles[0], tiles[1], tiles[2], *values)


def shown_value(measure: CellMeasure) -> float:
    """J&F of the mask that is shown: the tracked one, else that of one click."""
    return measure.click if measure.tracked is None else measure.tracked
