"""What was heard of one video so far; which rows of it are shown is chosen as often as one likes.

Nothing here asks a model. An hour's windows have 370,000 scores, so what a slider needs of them is
worked out once, as they come.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vostool.finders.listener import HeardWindow
from vostool.finders.sound.spans import MOST_LABELS, THRESHOLD, HeardSpan, find_label, spans_of


@dataclass(frozen=True, slots=True)
class HeardRow:
    """One thing that is heard.

    Attributes:
        label: what, as the listener calls it.
        score: 0..1, the highest of its spans.
        spans: when, in the order of time; at least one.
    """

    label: str
    score: float
    spans: tuple[HeardSpan, ...]


class Heard:
    """The windows of one video as they come.

    Args:
        labels: of their scores, in their order.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)
        self._windows: list[HeardWindow] = []
        self._best = np.zeros(len(self.labels), np.float64)

    def take(self, windows: Sequence[HeardWindow]) -> None:
        """Take in those that are new of all windows until now, in the order of their time."""
        new = windows[len(self._windows) :]
        self._windows.extend(new)
        for window in new:
            self._best = np.maximum(self._best, window.scores)

    def count(self, threshold: float = THRESHOLD, wanted: str = "") -> int:
        """How many labels pass; raises as :meth:`rows` does."""
        return len(self._loud(threshold, wanted))

    def rows(
        self, threshold: float = THRESHOLD, wanted: str = "", most: int = MOST_LABELS
    ) -> tuple[HeardRow, ...]:
        """What sounds, the loudest first.

        Args:
            threshold: score from which on a window counts.
            wanted: only labels of which a word begins so, several parted by commas; "" for all.
            most: no more rows than this.

        Raises:
            UsageError: no label is called as ``wanted``; names those that are written alike.
        """
        rows = []
        for number in self._loud(threshold, wanted)[:most]:
            label = self.labels[number]
            spans = spans_of(self._windows, number, label, threshold)
            if spans:
                rows.append(HeardRow(label, max(span.score for span in spans), spans))
        return tuple(rows)

    def _loud(self, threshold: float, wanted: str) -> list[int]:
        """Numbers of the labels that pass, the loudest first."""
        asked = matching(wanted, self.labels)
        loud = [number for number in asked if self._best[number] >= threshold]
        return sorted(loud, key=lambda number: -self._best[number])


def matching(wanted: str, labels: Sequence[str]) -> list[int]:
    """Numbers of the labels that are meant: "do, car" are "Dog", "Door" and "Race car"; "" is all.

    A part that is a whole word in some label means no longer words: "car" is not "Carnatic music".

    Raises:
        UsageError: none is called so; names those that are written alike.
    """
    parts = [" ".join(part.split()).casefold() for part in re.split(r"[.,;]", wanted)]
    parts = [part for part in parts if part]
    if not parts:
        return list(range(len(labels)))
    found: set[int] = set()
    for part in parts:
        begins = re.compile(rf"\b{re.escape(part)}")
        whole = re.compile(rf"\b{re.escape(part)}\b")
        near = [i for i, label in enumerate(labels) if begins.search(label.casefold())]
        found.update([i for i in near if whole.search(labels[i].casefold())] or near)
    if not found:
        find_label(parts[0], labels)
    return sorted(found)
