"""The features of all taught videos' frames, and of their mirror images, for a training's clips."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

import torch
from torch import Tensor

from vostool.frames import FrameSource
from vostool.models.sam2.encoder import TorchEncoder
from vostool.models.sam2.training.student import Student, learning
from vostool.models.shared.encoder import Levels
from vostool.models.shared.features import FeatureCache
from vostool.models.shared.preparation import as_imagenet


class ClipFeatures:
    """Frames are encoded once as far as memory allows.

    The encoder is frozen, so what was made of a frame stays right, and is what engines make of it.
    """

    def __init__(
        self,
        student: Student,
        sources: Callable[[int], FrameSource],
        frame_counts: Sequence[int],
        device: torch.device,
        dtype: torch.dtype,
    ) -> None:
        """Read nothing yet.

        Args:
            sources: the video of a number.
            frame_counts: frames of each video that may be asked for, from its first on.
            dtype: bfloat16 runs under autocast, float32 without.
        """
        self._sources, self._device, self._dtype = sources, device, dtype
        self._prepare = as_imagenet(student.image_size)
        encoder = TorchEncoder(student)
        learning(student)  # which the encoder ended for what it reads
        # One cache for all of them, since its bound is on what all keep together.
        self._cache = FeatureCache(self._read, encoder, positions=encoder.positions, device=device)
        self._first = [0, *accumulate(frame_counts)][:-1]

    def __call__(self, video: int, frame: int, mirrored: bool) -> tuple[Levels, Levels]:
        """Features and positions of a frame, each (1, C, h, w) and without gradients.

        Raises:
            SourceError: the frame cannot be decoded.
        """
        half = self._dtype is not torch.float32
        with torch.no_grad(), torch.autocast(self._device.type, self._dtype, enabled=half):
            _, found = self._cache.get(2 * (self._first[video] + frame) + mirrored)
        return found["backbone_fpn"], found["vision_pos_enc"]

    def _read(self, number: int) -> Tensor:
        place, mirrored = divmod(number, 2)
        video = bisect_right(self._first, place) - 1
        picture = self._prepare(self._sources(video).frame(place - self._first[video]))
        return (picture.flip(-1) if mirrored else picture).to(self._device)

    def close(self) -> None:
        """Forget everything."""
        self._cache.close()


def joined(frames: Sequence[tuple[Levels, Levels]]) -> tuple[Levels, Levels]:
    """Features and positions of several frames together, each (T, C, h, w)."""
    levels = [torch.cat(level) for level in zip(*(found for found, _ in frames), strict=True)]
    return levels, [place.expand(len(frames), -1, -1, -1) for place in frames[0][1]]
