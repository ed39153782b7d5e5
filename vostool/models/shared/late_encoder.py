"""An encoder that serves at once, and another that takes its place as soon as it is made."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import torch

from vostool.models.shared.conversion import Conversion
from vostool.models.shared.encoder import Encoder, Stop

_LOG = logging.getLogger(__name__)


class LateEncoder:
    """PyTorch's encoder until the converted one is kept, from the next frame on that one.

    So features of both may stand side by side in a video. Belongs to one thread, but for
    :attr:`quickens`.
    """

    def __init__(
        self, first: Encoder, conversion: Conversion, load: Callable[[], Encoder | None]
    ) -> None:
        """Take the encoder to begin with.

        Args:
            load: the converted one from where it is kept, or None where it is not there.
        """
        self._encoder, self._load, self._served = first, load, False
        self._conversion: Conversion | None = conversion

    @property
    def quickens(self) -> bool:
        """Whether a faster one is being made now; may be asked from any thread."""
        conversion = self._conversion
        return conversion is not None and conversion.at_work

    def __call__(self, picture: torch.Tensor, stop: Stop | None = None) -> dict[str, Any]:
        """As :class:`Encoder` has it. The conversion begins behind the first frame."""
        if self._served:
            self._look()
        features = self._encoder(picture, stop)
        if not self._served:
            self._served = True
            self._look()
        return features

    def _look(self) -> None:
        if self._conversion is None or not self._conversion.poll():
            return
        self._conversion = None
        try:
            loaded = self._load()
        except Exception as error:  # OpenVINO raises its own kinds; PyTorch can do the work
            _LOG.warning("OpenVINO cannot load the encoder (%s); PyTorch goes on.", error)
            return
        if loaded is not None:
            self._encoder = loaded
            _LOG.info("The faster encoder is ready and serves from this frame on.")
