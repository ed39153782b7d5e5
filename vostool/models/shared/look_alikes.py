"""When a tracked frame tells an object from another that looks alike: DAM4SAM's introspection.

The decoder proposes three masks. Where one that it did not choose lies elsewhere, a look-alike is
near; if the chosen one is sure and of its usual size, the frame is worth keeping. Numbers and order
of the tests are those of the published ``dam4sam_tracker.py``; it works on masks at the video's
size, here the decoder's own (a quarter of the network's input) are looked at.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from vostool.masks.mask import BoolArray
from vostool.masks.parts import largest_part

SURE = 0.8
"""The expected quality has to be above."""
SIZE_BOUNDS = (0.8, 1.2)
"""Its area, of the median of those before."""
SIZES = 10
SIZES_LOOKED_BACK = 300
APART = 5
"""More frames than this lie between two that are kept."""
BOX_OVERLAP = 0.7
"""A look-alike is there where the boxes overlap by this or less."""


class Introspection:
    """Looks at the decoder's masks of one object, frame by frame."""

    def __init__(self) -> None:
        self._areas: deque[int] = deque(maxlen=SIZES_LOOKED_BACK)
        self._last: int | None = None

    def tells(self, frame: int, masks: BoolArray, qualities: list[float]) -> bool:
        """True for a frame to keep for good; to be asked of every tracked frame once.

        Args:
            masks: (n, h, w), all empty where the object is not on the frame.
            qualities: what the decoder expects of each; the best one was taken.
        """
        best = int(np.argmax(qualities))
        chosen = masks[best]
        area = int(np.count_nonzero(chosen))
        self._areas.append(area)
        if not self._is_sure(frame, area, qualities[best]):
            return False
        others = [mask for number, mask in enumerate(masks) if number != best]
        if not shows_another(chosen, others):
            return False
        self._last = frame
        return True

    def _is_sure(self, frame: int, area: int, quality: float) -> bool:
        if area < 1 or len(self._areas) < 2 or not quality > SURE:
            return False
        usual = float(np.median([size for size in self._areas if size >= 1][-SIZES:]))
        rested = self._last is None or abs(frame - self._last) > APART
        return rested and SIZE_BOUNDS[0] <= area / usual <= SIZE_BOUNDS[1]


def shows_another(chosen: BoolArray, others: list[BoolArray]) -> bool:
    """True where one of the other masks (h, w) has a part that stretches the box of the chosen."""
    box = _box(chosen)
    for other in others:
        rest = other & ~chosen
        if rest.any() and box_overlap(box, _box(largest_part(rest) | chosen)) <= BOX_OVERLAP:
            return True
    return False


def _box(mask: BoolArray) -> tuple[int, int, int, int]:
    """Columns and rows, the last ones exclusive: (x0, y0, x1, y1)."""
    columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def box_overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """Intersection over union of two boxes that are not empty."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(across, 0) * max(down, 0)
    return shared / (_size(one) + _size(other) - shared)


def _size(box: tuple[int, int, int, int]) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
