"""What a correction changes on the next frame: the part of a new track that hangs together with it.

A frame's mask was corrected and the object is tracked again from there. Where the new track differs
from the masks that stand, the correction is the reason for some of it only: the rest is what two
runs of a tracker differ by, and as often wrong as right. So a difference is taken where it lies at
what was changed on the frame before, moved along with the object, and is of the same kind: what was
added goes on to be added, what was taken away to be taken away. All else stays as it was. Thin rims
do not join one difference with another; they are taken where the piece that they border on is.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vostool.masks.crop import Window, decode_window, difference, encode_window, union
from vostool.masks.kernels import disk
from vostool.masks.mask import BoolArray, Mask

REACH = 0.3
"""How far from the change before a difference may begin, in sides of a square as large as the
object; an object turns and folds from frame to frame."""
_LEAST_REACH, _THIN = 0.006, 0.001
"""That reach at least, and the width of what is a rim only, in diagonals of the frame."""
_WHOLE = 0.8
"""Share of a piece from which its thin parts are taken, too."""


@dataclass(frozen=True, slots=True)
class Change:
    """How one frame's mask was changed.

    Attributes:
        added, taken: pixels that it has got, and that it has lost.
        seen: the object as the new track has it there, by which motion is measured.
    """

    added: Mask
    taken: Mask
    seen: Mask

    @classmethod
    def between(cls, before: Mask, after: Mask, seen: Mask | None = None) -> Change:
        """From one mask of a frame to another; ``seen`` is ``after`` where it is not given."""
        seen = after if seen is None else seen
        return cls(difference(after, before), difference(before, after), seen)

    @property
    def is_empty(self) -> bool:
        """True where nothing was changed."""
        return self.added.is_empty and self.taken.is_empty


def without_rims(change: Change) -> Change:
    """The same without what is a rim only: all around the object a new outline differs a little."""
    parts = []
    for mask in (change.added, change.taken):
        thin = 2 * _thin(mask)
        window = Window.of(mask, thin)
        pixels = decode_window(mask, window).view(np.uint8)
        core = cv2.morphologyEx(pixels, cv2.MORPH_OPEN, disk(thin)) if window else pixels
        parts.append(encode_window(mask.height, mask.width, window, core > 0) if window else mask)
    return Change(parts[0], parts[1], change.seen)


def carry(change: Change, standing: Mask, tracked: Mask) -> tuple[Mask, Change]:
    """The mask of a frame next to one that was changed, and what it is changed by.

    Args:
        change: of the frame that was tracked before.
        standing: the mask that is there.
        tracked: the new track's.

    Returns:
        ``standing`` itself, and an empty change, where nothing of the difference belongs to the
        change.
    """
    diagonal = float(np.hypot(standing.height, standing.width))
    size = float(np.sqrt(max(standing.area, tracked.area, 1)))
    reach = max(1.0, _LEAST_REACH * diagonal, REACH * size)
    thin = _thin(standing)
    window = Window.of(union(standing, tracked), thin + 2)
    if not window:
        return standing, Change.between(standing, standing, tracked)
    here, new = decode_window(standing, window), decode_window(tracked, window)
    by = _motion(change.seen, tracked, size)
    added = _belonging(new & ~here, _moved(change.added, by, window), reach, thin)
    taken = _belonging(here & ~new, _moved(change.taken, by, window), reach, thin)
    if not added.any() and not taken.any():
        return standing, Change.between(standing, standing, tracked)
    height, width = standing.height, standing.width
    mask, more, less = (
        encode_window(height, width, window, pixels)
        for pixels in ((here | added) & ~taken, added, taken)
    )
    return mask, Change(more, less, tracked)


def _belonging(differs: BoolArray, before: BoolArray, reach: float, thin: int) -> BoolArray:
    """The pieces of a difference (h, w) that begin within reach of the change before."""
    if not before.any() or not differs.any():
        return np.zeros_like(differs)
    core = cv2.morphologyEx(differs.view(np.uint8), cv2.MORPH_OPEN, disk(thin))
    distance = cv2.distanceTransform((~before).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    _, pieces = cv2.connectedComponents(core)
    meant = np.zeros(int(pieces.max()) + 1, np.bool_)
    meant[pieces[distance <= reach]] = True
    meant[0] = False
    kept = np.asarray(meant[pieces])
    if not kept.any():
        return kept
    taken = differs & (cv2.dilate(kept.view(np.uint8), disk(thin + 1)) > 0)
    _, wholes = cv2.connectedComponents(differs.view(np.uint8))
    areas = np.bincount(wholes.ravel())
    share = np.bincount(wholes[taken], minlength=len(areas)) / np.maximum(areas, 1)
    share[0] = 0
    return np.asarray(taken | (share[wholes] >= _WHOLE))


def _thin(mask: Mask) -> int:
    return max(1, round(_THIN * float(np.hypot(mask.height, mask.width))))


def _moved(mask: Mask, by: tuple[int, int], window: Window) -> BoolArray:
    """A mask moved by whole pixels, in the window; what falls outside it is left out."""
    inside = np.zeros((window.height, window.width), np.bool_)
    own = Window.of(mask)
    left, top = own.left + by[0] - window.left, own.top + by[1] - window.top
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(window.width, left + own.width), min(window.height, top + own.height)
    if own and x0 < x1 and y0 < y1:
        pixels = decode_window(mask, own)
        inside[y0:y1, x0:x1] = pixels[y0 - top : y1 - top, x0 - left : x1 - left]
    return inside


def _motion(before: Mask, now: Mask, most: float) -> tuple[int, int]:
    """How the middle of the object has moved, in whole pixels.

    (0, 0) where it is not seen, and where it moved further than ``most``: the track has jumped.
    """
    if before.is_empty or now.is_empty:
        return 0, 0
    (x0, y0), (x1, y1) = _middle(before), _middle(now)
    if np.hypot(x1 - x0, y1 - y0) > most:
        return 0, 0
    return round(x1 - x0), round(y1 - y0)


def _middle(mask: Mask) -> tuple[float, float]:
    window = Window.of(mask)
    moments = cv2.moments(decode_window(mask, window).view(np.uint8), binaryImage=True)
    area = moments["m00"]
    return window.left + moments["m10"] / area, window.top + moments["m01"] / area
