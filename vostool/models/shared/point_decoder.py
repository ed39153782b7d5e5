"""Clicks on one picture in batches: implements :class:`vostool.models.engine.PointDecoder`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from vostool.masks.mask import BoolArray
from vostool.models.engine import PointReplies
from vostool.models.shared.device import empty_cache
from vostool.models.shared.point_masks import PointMasks
from vostool.models.shared.torch_errors import is_out_of_memory

CPU_BATCH, GPU_BATCH = 8, 64
"""Clicks at a time; one takes about 40 MB while it is worked on."""
_KEPT = 32.0
"""Logits are cut off here, as the official image predictor does."""


@dataclass(frozen=True, slots=True)
class Frame:
    """How a picture lies in the network's square, from its top left.

    Attributes:
        height, width: the picture's, in pixels.
        scale: from the picture's pixels to the square's, by (x, y).
        coarse: rows and columns of the decoder's masks that show the picture.
        enlarge: coarse logits (h, w) as a mask of the picture's size.
    """

    height: int
    width: int
    scale: tuple[float, float]
    coarse: tuple[int, int]
    enlarge: Callable[[NDArray[np.float32]], BoolArray]


class TorchPointDecoder:
    """Clicks through :class:`PointMasks`.

    Args:
        masks: of the picture's features.
        features: (1, C, rows, columns) of the picture alone.
        computing: the engine's modes around each piece of work.
    """

    def __init__(
        self,
        masks: PointMasks,
        features: torch.Tensor,
        frame: Frame,
        computing: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._masks, self._features = masks, features
        self._frame, self._computing = frame, computing
        self._device = features.device
        self._batch = CPU_BATCH if self._device.type == "cpu" else GPU_BATCH

    @property
    def batch(self) -> int:
        return self._batch

    def decode(self, points: NDArray[np.float32]) -> PointReplies:
        rows, columns = self._frame.coarse
        logits = np.zeros((len(points), 3, rows, columns), np.float32)
        quality = np.zeros((len(points), 3), np.float32)
        done = 0
        while done < len(points):
            part = points[done : done + self._batch]
            answer = self._try(part)
            if answer is None:
                self._batch = max(1, min(self._batch, len(part)) // 2)
                continue
            logits[done : done + len(part)] = answer[0][:, :, :rows, :columns]
            quality[done : done + len(part)] = answer[1]
            done += len(part)
        return PointReplies(logits, quality)

    def enlarge(self, logits: NDArray[np.float32]) -> BoolArray:
        return self._frame.enlarge(logits)

    def features(self) -> NDArray[np.float32]:
        return np.asarray(self._features[0].float().cpu().numpy(), np.float32)

    def _try(
        self, points: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """Logits and quality; None where memory ran out and fewer at a time may do."""
        places = torch.from_numpy(np.asarray(points * np.array(self._frame.scale), np.float32))
        with self._computing():
            try:
                logits, quality = self._masks(places.to(self._device))
                logits = logits.clamp(-_KEPT, _KEPT)
                return logits.cpu().numpy(), quality.cpu().numpy()
            except RuntimeError as error:
                if not is_out_of_memory(error) or len(points) == 1:
                    raise
        # Outside the handler, whose traceback would keep the tensors of the failed step.
        empty_cache(self._device)
        return None
