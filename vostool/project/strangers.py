"""Whether a click beside a mask is about another thing than the mask's object."""

from __future__ import annotations

import math

from vostool.masks.mask import MaskRecord, Provenance

FAR, LEAST = 0.35, 0.04
"""Of the longer side of the mask's box, and of the frame's: who clicks farther from the box means
something else. Two cups a cup's width apart are two; the other half of a cut cup is its own."""


def is_stranger(record: MaskRecord | None, x: float, y: float, frame_size: tuple[int, int]) -> bool:
    """True where a positive click lies far outside the mask that prompts gave on this frame.

    A mask that was tracked, drawn or imported may be wrong, and then a click elsewhere corrects it.

    Args:
        record: of the object on the frame, or None.
        x, y: the click, in pixels of the frame.
        frame_size: (width, height) in pixels.
    """
    if record is None or record.mask.is_empty or record.provenance is not Provenance.PROMPTED:
        return False
    left, top, width, height = record.mask.bbox
    beside = max(left - x, x - (left + width), 0.0), max(top - y, y - (top + height), 0.0)
    return math.hypot(*beside) > max(FAR * max(width, height), LEAST * max(frame_size))
