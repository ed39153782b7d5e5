"""Where one correction would mend most, which is seldom where a mask is worst.

A correction mends the frames around it, up to the next one on either side. The very worst mask is
often one of a blur or half hidden, from which tracking goes on badly, and the next worst one lies
beside it. So a frame counts for its own doubt times that around it, the less the farther away, and
for less near what was corrected before; where an object stays away each frame counts, since one
that was lost is best taken up again in the middle. docs/evaluation.md has what that brought.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vostool.review.measures import ObjectRow
from vostool.review.reasons import WEIGHTS, Reason

Frames = NDArray[np.int64]


def gains(
    row: ObjectRow, risk: NDArray[np.float32], frames: Frames, reach: int
) -> NDArray[np.float64]:
    """What a correction would mend on each of these frames, (n,), comparable within one queue.

    Args:
        risk: (frame_count,), 0 where a mask is not asked about.
        frames: ascending, none of them given; what is farther than ``reach`` from one counts for
            nothing there.
        reach: frames to either side that a correction is reckoned to mend.
    """
    first = max(int(frames[0]) - reach, 0)
    end = min(int(frames[-1]) + reach + 1, len(risk))
    doubt = doubts(row, risk, first, end)
    given = np.flatnonzero(row.given)
    gain = np.empty(len(frames))
    section = np.searchsorted(given, frames)
    for number in np.unique(section).tolist():
        low = max(first, int(given[number - 1]) + 1) if number else first
        high = min(end, int(given[number])) if number < len(given) else end
        here = section == number
        gain[here] = _spread(doubt[low - first : high - first], reach)[frames[here] - low]
    near = np.minimum(1.0, distances(given, frames, len(risk)) / reach)
    return gain * near * doubt[frames - first]


def distances(marks: Frames, frames: Frames, without: int) -> Frames:
    """How many frames each of ``frames`` is from the nearest of ``marks``, both ascending.

    Args:
        without: what stands for a side that has no mark.
    """
    if not len(marks):
        return np.full(len(frames), without)
    behind = np.searchsorted(marks, frames)
    before = np.where(behind > 0, frames - marks[np.maximum(behind - 1, 0)], without)
    after = np.where(
        behind < len(marks), marks[np.minimum(behind, len(marks) - 1)] - frames, without
    )
    return np.minimum(before, after)


def doubts(row: ObjectRow, risk: NDArray[np.float32], first: int, end: int) -> NDArray[np.float64]:
    """The risk on frames ``first`` to before ``end``; where an object stays away, which is asked
    about once, at least that of its going; 0 where there is no doubt.
    """
    part = slice(first, end)
    away = (row.area[part] == 0) & ~row.kept[part] & ~row.dismissed[part]
    doubt: NDArray[np.float64] = risk[part].astype(np.float64)
    return np.where(away, np.maximum(doubt, WEIGHTS[Reason.EMPTY]), doubt)


def _spread(doubt: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Sums under a triangle of weights: 1 on the frame itself, 0 beyond ``reach``.

    The triangle is one box over another, and a box is a difference of running sums.
    """
    width = reach + 1
    padded = np.pad(doubt, (width, 2 * width))
    for _ in range(2):
        total = np.cumsum(padded)
        padded = total - np.concatenate((np.zeros(width), total[:-width]))
    return padded[2 * width - 1 : 2 * width - 1 + len(doubt)] / width
