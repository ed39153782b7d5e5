"""A person who clicks, simulated as SAM was trained: a click or a box, then corrections.

The draws are those of the sam2 package: a first click anywhere in the object or a box that is off
by up to a tenth, then clicks anywhere in what is wrong (Kirillov et al., arXiv:2304.02643).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from sam2.modeling.sam2_utils import sample_box_points, sample_random_points_from_errors

from vostool.models.mobile_sam.decoder import LOW
from vostool.models.mobile_sam.network import SIDE

_PIXEL = SIDE // LOW
_NOISE_BOUND = 20 // _PIXEL
"""SAM's own bound of a box's error, 20 pixels of the square."""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What was told about a batch of objects so far; in pixels of the network's square.

    Attributes:
        points: (n, k, 2) float32, or None where only a box was given.
        signs: (n, k) int32, 1 for what belongs to the object.
        boxes: (n, 2, 2) float32 or None.
    """

    points: torch.Tensor | None = None
    signs: torch.Tensor | None = None
    boxes: torch.Tensor | None = None

    @property
    def clicks(self) -> tuple[torch.Tensor, torch.Tensor] | None:
        """Points and signs, as the prompt encoder takes them."""
        if self.points is None or self.signs is None:
            return None
        return self.points, self.signs

    @property
    def ambiguous(self) -> bool:
        """True for one click alone, which may mean a part or the whole."""
        return self.boxes is None and self.points is not None and self.points.shape[1] == 1


def first_prompt(truth: torch.Tensor, box: bool) -> Told:
    """A click into each object, or a box about it.

    Args:
        truth: (n, 1, LOW, LOW) bool.
    """
    if box:
        corners, _ = sample_box_points(truth, noise_bound=_NOISE_BOUND)
        return Told(boxes=_in_square(corners))
    return _with(Told(), *sample_random_points_from_errors(truth, None))


def corrected(told: Told, truth: torch.Tensor, answer: torch.Tensor) -> Told:
    """One more click on each object, into what is wrong.

    Args:
        truth, answer: (n, 1, LOW, LOW) bool.
    """
    return _with(told, *sample_random_points_from_errors(truth, answer))


def _with(told: Told, points: torch.Tensor, signs: torch.Tensor) -> Told:
    points = _in_square(points)
    if told.points is not None and told.signs is not None:
        points = torch.cat([told.points, points], dim=1)
        signs = torch.cat([told.signs, signs], dim=1)
    return Told(points, signs, told.boxes)


def _in_square(places: torch.Tensor) -> torch.Tensor:
    """Pixels of a low mask, by their centres; the prompt encoder adds its own half pixel."""
    return (places.float() + 0.5) * _PIXEL - 0.5
