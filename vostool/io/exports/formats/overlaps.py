"""Masks made free of overlaps, for formats in which a pixel belongs to one object."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vostool.io.exports.mask import ExportMask
from vostool.masks.mask import Mask


def front_wins(masks: Sequence[ExportMask]) -> tuple[list[tuple[ExportMask, Mask]], bool]:
    """What each object keeps of its mask, without those that keep nothing.

    Args:
        masks: of one frame, the front one first.

    Returns:
        The masks that are left, in the same order, and whether any had to give pixels away.
    """
    for mask in masks:
        mask.box  # noqa: B018 - decoding proves that the code fits the frame
    if not _boxes_meet(masks):
        return [(mask, mask.record.mask) for mask in masks], False
    shape = (masks[0].record.mask.height, masks[0].record.mask.width)
    taken = np.zeros(shape, np.bool_)
    kept = []
    cut = False
    for mask in masks:
        part = taken[mask.box.window]
        rest = mask.box.pixels & ~part
        part |= mask.box.pixels
        if rest.sum() == mask.area:
            kept.append((mask, mask.record.mask))
            continue
        cut = True
        if rest.any():
            whole = np.zeros(shape, np.bool_)
            whole[mask.box.window] = rest
            kept.append((mask, Mask.from_array(whole)))
    return kept, cut


def _boxes_meet(masks: Sequence[ExportMask]) -> bool:
    edges = [(x, y, x + w, y + h) for x, y, w, h in (mask.bbox for mask in masks)]
    return any(
        a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        for number, a in enumerate(edges)
        for b in edges[number + 1 :]
    )
