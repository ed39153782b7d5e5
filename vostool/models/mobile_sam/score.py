"""How right a tracked mask is likely to be, from what can be known of it without the truth.

A memory that learns each mask the tracker makes agrees with it when it grows into what is around,
so it cannot say that it did. The features of the keyframe can: what share of the mask they call the
object, and what share of what they call the object the mask has. Multiplied with the tracker's own
belief they say by a power what the odds are of the intersection over union with the truth that is
to be expected. The first counts twice: growth is what the belief sees least.

:data:`SCALE` was fitted on clips with masks by ``bench/mobile_sam_score.py``, which makes it again;
docs/evaluation.md has how well the score does on clips left out of the fit.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from vostool.masks.mask import BoolArray
from vostool.models.flow.picture import Soft
from vostool.models.mobile_sam.memory import HELD, NEIGHBOURS, SHARPNESS

SCALE, POWER = 29.6, 1.25
"""Odds of a mask for which all speaks, and the power of the product. The power was set by hand for
the middle of the scale, where it is decided which masks are looked at."""
LEAST = 0.05
"""No factor counts as less: below it they say nothing more."""
_AROUND = 4
"""Features around a mask among which its object is looked for."""
_FAR_STEP = 3
"""One in so many rows and columns of a keyframe's features is kept, however far from the object."""
_KEPT, _ASKED = 800, 400
"""Features of a keyframe that are kept, and of a frame that are compared with them, at most."""


def expected_iou(belief: float, kept: float, covered: float) -> float:
    """The intersection over union with the truth to be expected, 0..1.

    Args:
        belief: the tracker's own, 0..1.
        kept: share of the mask that the keyframe's features call the object.
        covered: share of what they call the object, in the mask and around it, that it has.
    """
    belief, kept, covered = (min(1.0, max(LEAST, each)) for each in (belief, kept, covered))
    odds = SCALE * (belief * kept**2 * covered) ** POWER
    return float(odds / (1 + odds))


class Scorer:
    """Scores the masks of one leg; belongs to it."""

    def __init__(self) -> None:
        self._looks: dict[int, _Looks] = {}
        self._last: dict[int, tuple[float, float] | None] = {}

    def restart(self, object_id: int, cover: Soft, tokens: torch.Tensor) -> None:
        """Note a mask that was given; an empty one says nothing.

        Args:
            cover: (rows, columns), how much of each feature's place the mask covers, 0..1.
            tokens: (rows * columns, 256) the frame's features of length 1.
        """
        if (cover > HELD).any():
            self._looks[object_id] = _Looks(cover, tokens)
            self._last.pop(object_id, None)

    def acquaint(self, object_id: int, cover: Soft, tokens: torch.Tensor) -> None:
        """Note a mask that was given elsewhere, as :meth:`restart` has it, until one is met."""
        if object_id not in self._looks:
            self.restart(object_id, cover, tokens)

    def score(
        self, object_id: int, cover: Soft, tokens: torch.Tensor | None, belief: float
    ) -> float:
        """The intersection over union with the truth to be expected of a mask, 0..1.

        Args:
            cover, tokens: as :meth:`restart` has them; without features, the keyframe says what it
                said of the last mask with them.
            belief: the tracker's own, 0..1; it is returned where nothing else is known.
        """
        if tokens is not None:
            self._last[object_id] = self.shares(object_id, cover, tokens)
        shares = self._last.get(object_id)
        return belief if shares is None else expected_iou(belief, *shares)

    def shares(
        self, object_id: int, cover: Soft, tokens: torch.Tensor
    ) -> tuple[float, float] | None:
        """``kept`` and ``covered`` of :func:`expected_iou`; None where no keyframe tells."""
        looks = self._looks.get(object_id)
        if looks is None or not (cover > HELD).any():
            return None
        return looks.shares(cover, tokens)


class _Looks:
    """Features of the last keyframe: all around its object, and a few from farther away."""

    def __init__(self, cover: Soft, tokens: torch.Tensor) -> None:
        near = _near(cover)
        near[::_FAR_STEP, ::_FAR_STEP] = True
        places = _few(near, _KEPT)
        self._tokens = tokens[places].float()
        self._labels = torch.from_numpy(cover.ravel()[places])

    def shares(self, cover: Soft, tokens: torch.Tensor) -> tuple[float, float]:
        """Of a mask that is not empty: ``kept`` and ``covered``."""
        places = _few(_near(cover), _ASKED)
        alike = tokens[places].float() @ self._tokens.T
        best, where = alike.topk(min(NEIGHBOURS, len(self._labels)), 1)
        weight = torch.softmax(best * SHARPNESS, 1)
        called = (weight * self._labels[where]).sum(1).numpy()
        held = cover.ravel()[places]
        kept = float((held * called).sum() / max(float(held.sum()), 1e-6))
        return kept, float(np.minimum(held, called).sum() / max(float(called.sum()), 1e-6))


def _near(cover: Soft) -> BoolArray:
    """Places with some of the object, and those around them."""
    side = np.ones((2 * _AROUND + 1, 2 * _AROUND + 1), np.uint8)
    return cv2.dilate((cover > HELD).astype(np.uint8), side) > 0


def _few(chosen: BoolArray, most: int) -> NDArray[np.int64]:
    """The numbers of the chosen places row by row, thinned evenly."""
    places = np.flatnonzero(chosen)
    return places[:: max(1, -(-len(places) // most))]
