"""One reading of a frame for both: the picture that flow takes and the pixels for the encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from vostool.frames import FrameSource, Image
from vostool.models.flow.picture import Picture
from vostool.models.shared.pictures import FRAMES_AHEAD, reader_threads
from vostool.models.shared.preparation import Preparation
from vostool.models.shared.read_ahead import Expected, ReadAhead, Wanted, everything
from vostool.models.shared.upload import Upload, Uploaded, upload_for

Both = tuple[Picture, Uploaded | None]
"""Without pixels where the features of the frame are kept."""


class Frames:
    """Implements :class:`vostool.models.shared.features.ReadsAhead`; one thread uses it."""

    def __init__(
        self,
        source: FrameSource,
        preparation: Preparation,
        device: torch.device,
        upload: Upload | None = None,
    ) -> None:
        """Read nothing yet; as :class:`vostool.models.shared.pictures.Pictures` has it."""
        self._source, self._preparation = source, preparation
        self._upload = upload or upload_for(device)
        self._encodes: Wanted = everything
        self._seen: tuple[int, Uploaded | None] = (-1, None)
        self._ahead: ReadAhead[Both] = ReadAhead(
            source, self._made, threads=reader_threads(device), most=FRAMES_AHEAD
        )

    def __call__(self, frame: int) -> torch.Tensor:
        """(3, h, w) float32 for the encoder.

        Raises:
            SourceError: the frame could not be decoded.
        """
        seen, uploaded = self._seen
        if seen != frame or uploaded is None:
            uploaded = self._upload(self._preparation.scale(self._source.frame(frame)))
        self._seen = (-1, None)
        return self._preparation.normalise(uploaded())

    def picture(self, frame: int) -> Picture:
        """For flow; pixels that were read with it wait for the encoder's question.

        Raises:
            SourceError: the frame could not be decoded.
        """
        waiting: Callable[[], Both] | None = self._ahead.take(frame)
        if waiting is None:
            return Picture.of(self._source.frame(frame))
        picture, uploaded = waiting()
        self._seen = (frame, uploaded)
        return picture

    def expect(self, frames: Sequence[int], wanted: Wanted) -> Expected[Both]:
        """All of them are read, for flow; only those ``wanted`` are made ready for the encoder."""
        self._encodes = wanted
        return self._ahead.expect(frames)

    def ready(self, _most: int) -> list[int]:
        """None: flow asks for each frame's picture in its turn."""
        return []

    def close(self) -> None:
        self._ahead.close()

    def _made(self, frame: int, picture: Image) -> Both:
        encodes = self._encodes(frame)
        pixels = self._upload(self._preparation.scale(picture)) if encodes else None
        return Picture.of(picture), pixels
