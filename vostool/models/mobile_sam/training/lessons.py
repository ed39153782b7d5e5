"""What MobileSAM learns from: features of labelled frames, encoded once, and their true masks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from vostool.errors import SourceError
from vostool.frames import FrameSource
from vostool.masks.mask import Mask
from vostool.models.engine_options import Backend
from vostool.models.mobile_sam.decoder import LOW
from vostool.models.mobile_sam.encoder import Geometry, preparation
from vostool.models.mobile_sam.network import SIDE, MobileSam
from vostool.models.mobile_sam.openvino import Choice, make_feature_encoder
from vostool.models.trainer import TaughtVideo
from vostool.progress import Progress
from vostool.words import tr

FINE = 2 * LOW
"""Side of the masks that losses are taken on, over the network's whole square."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One labelled frame.

    Attributes:
        features: (1, 256, rows, columns) float16 on the CPU, of the frame alone.
        inside: rows and columns of the (LOW, LOW) masks that show the frame.
    """

    features: torch.Tensor
    inside: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """One object on one frame.

    Attributes:
        fine: its true mask (FINE, FINE) bool over the square.
        low: the same (LOW, LOW).
        taught: what any object that is taught on the frame holds, (LOW, LOW).
    """

    frame: Frame
    fine: NDArray[np.bool_]
    low: NDArray[np.bool_]
    taught: NDArray[np.bool_]


def encode_lessons(
    videos: Sequence[TaughtVideo],
    network: MobileSam,
    dtype: torch.dtype,
    backend: Backend,
    progress: Progress,
) -> list[Lesson]:
    """All labelled objects that are seen, frame by frame.

    Args:
        dtype, backend: as the engine encodes, so that the decoder learns on what it will see.

    Raises:
        Cancelled: through ``progress``.
        SourceError: a video cannot be opened.
    """
    lessons: list[Lesson] = []
    total, done = sum(len(video.masks) for video in videos), 0
    for video in videos:
        with closing(video.open()) as source:
            encode = _FrameEncoder(source, network, dtype, backend)
            for number, masks in video.masks.items():
                progress(done, total, tr("encoding frames"))
                done += 1
                seen = [mask for mask in masks.values() if not mask.is_empty]
                if not seen:
                    continue
                with suppress(SourceError):  # a damaged frame teaches nothing
                    frame = encode(number)
                    lessons += _lessons(frame, seen)
    return lessons


class _FrameEncoder:
    """Encodes frames of one source."""

    def __init__(
        self, source: FrameSource, network: MobileSam, dtype: torch.dtype, backend: Backend
    ) -> None:
        self._source = source
        self._geometry = Geometry.of(source.info.height, source.info.width)
        self._prepare = preparation(self._geometry)
        self._encode = make_feature_encoder(
            network, self._geometry, Choice(dtype, backend), alone=True
        )

    @torch.no_grad()
    def __call__(self, number: int) -> Frame:
        picture = self._prepare(self._source.frame(number))[None]
        features = self._encode(picture)["backbone_fpn"][0]
        g = self._geometry
        inside = _scaled(g.scaled_height), _scaled(g.scaled_width)
        return Frame(features.detach().cpu(), inside)


def _scaled(pixels: int) -> int:
    return max(1, round(pixels * LOW / SIDE))


def _lessons(frame: Frame, masks: Sequence[Mask]) -> list[Lesson]:
    arrays = [mask.to_array().astype(np.float32) for mask in masks]
    fine = [_on_square(array, frame, FINE) for array in arrays]
    low = [_on_square(array, frame, LOW) for array in arrays]
    taught = np.logical_or.reduce(low)
    return [Lesson(frame, *pair, taught) for pair in zip(fine, low, strict=True)]


def _on_square(mask: NDArray[np.float32], frame: Frame, side: int) -> NDArray[np.bool_]:
    """A mask of the frame as it lies in the square; a small one keeps at least a pixel."""
    rows, columns = (inside * side // LOW for inside in frame.inside)
    small = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA)
    square = np.zeros((side, side), np.bool_)
    square[:rows, :columns] = small >= min(0.5, float(small.max()))
    return square
