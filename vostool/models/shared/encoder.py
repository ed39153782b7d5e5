"""What every image encoder is: from a picture to features, given up when a click waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import torch

from vostool.models.shared.graphs import Graphs

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


class RecordedEncoder:
    """An encoder whose work is recorded where a card records and replays.

    A recorded frame is encoded as a whole: it takes a card a few milliseconds.
    """

    def __init__(self, encoder: Encoder, graphs: Graphs) -> None:
        """Take an encoder whose positions depend on the picture's size alone."""
        self._encoder, self._graphs = encoder, graphs
        self._positions: Levels | None = None

    def __call__(self, picture: torch.Tensor, stop: Stop | None = None) -> dict[str, Any]:
        """As :class:`Encoder` has it."""
        if not self._graphs.active:
            return self._encoder(picture) if stop is None else self._encoder(picture, stop)
        if stop is not None and stop():
            raise PreemptedError
        levels = self._graphs.run("image encoder", self._levels, picture)
        return {"backbone_fpn": list(levels), "vision_pos_enc": self._positions}

    def _levels(self, picture: torch.Tensor) -> tuple[torch.Tensor, ...]:
        made = self._encoder(picture)
        # Of the first frame, which nothing records.
        self._positions = self._positions or made["vision_pos_enc"]
        return tuple(made["backbone_fpn"])
