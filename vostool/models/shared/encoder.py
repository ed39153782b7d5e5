"""What every image encoder is: from a picture to features, given up when a click waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import torch

Levels = list[torch.Tensor]
"""Features of one frame, finest level first. SAM 2's of side S: (1, 32, S/4, S/4) and
(1, 64, S/8, S/8)
after the mask decoder's ``conv_s0`` and ``conv_s1``, then (1, 256, S/16, S/16)."""

Stop = Callable[[], bool]
"""Asked while a frame is encoded; True gives the frame up."""


class PreemptedError(Exception):
    """The frame was given up because a click waits for the engine; never leaves the engine."""


class Encoder(Protocol):
    """What turns a preprocessed picture into features."""

    def __call__(self, picture: torch.Tensor, stop: Stop | None = None) -> dict[str, Any]:
        """(1, 3, S, S) float32 -> ``backbone_fpn`` (:data:`Levels`), ``vision_pos_enc``.

        Raises:
            PreemptedError: ``stop()`` turned True on the way.
        """
        ...
