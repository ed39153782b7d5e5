"""Frames of the open source as a network takes them, read ahead of a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import torch

from vostool.frames import FrameSource, Image
from vostool.models.shared.preparation import Preparation
from vostool.models.shared.read_ahead import Expected, ReadAhead, Wanted
from vostool.models.shared.upload import Upload, Uploaded, upload_for

FRAMES_AHEAD = 8
"""Frames that are ready or in work: 3.1 MB each at 1024 pixels, beside those being decoded."""
_MOST_THREADS = 4


def reader_threads(device: torch.device) -> int:
    """How many threads read ahead: on a CPU one, since the network wants the cores itself."""
    if device.type == "cpu":
        return 1
    return max(1, min(_MOST_THREADS, (os.cpu_count() or 1) - 1))


class Pictures:
    """Implements :class:`vostool.models.shared.features.ReadsAhead`; one thread uses it."""

    def __init__(
        self,
        source: FrameSource,
        preparation: Preparation,
        device: torch.device,
        upload: Upload | None = None,
    ) -> None:
        """Read nothing yet.

        Args:
            device: where the network is.
            upload: how pixels get there; None takes what suits the device.
        """
        self._source, self._preparation = source, preparation
        self._upload = upload or upload_for(device)
        self._ahead: ReadAhead[Uploaded] = ReadAhead(
            source, self._made, threads=reader_threads(device), most=FRAMES_AHEAD
        )

    def __call__(self, frame: int) -> torch.Tensor:
        """(3, h, w) float32 on the device.

        Raises:
            SourceError: the frame could not be decoded.
        """
        waiting: Callable[[], Uploaded] | None = self._ahead.take(frame)
        uploaded = self._made(frame, self._source.frame(frame)) if waiting is None else waiting()
        return self._preparation.normalise(uploaded())

    def expect(self, frames: Sequence[int], wanted: Wanted) -> Expected[Uploaded]:
        return self._ahead.expect(frames, wanted)

    def ready(self, most: int) -> list[int]:
        return self._ahead.ready(most)

    def close(self) -> None:
        self._ahead.close()

    def _made(self, _frame: int, picture: Image) -> Uploaded:
        return self._upload(self._preparation.scale(picture))
