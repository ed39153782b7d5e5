"""From a frame to an encoder's features, with a cache that is bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as PillowImage

from vostool.frames import Image
from vostool.models.shared.encoder import Levels, PreemptedError, Stop
from vostool.models.shared.feature_disk import DiskFeatures

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
DEFAULT_CACHE_BYTES = 256 * 2**20
"""15 frames of SAM 2 at 1024 pixels in float32 (16.8 MB each)."""


def _value_table() -> NDArray[np.float32]:
    """(3, 256): what each of a channel's 256 values becomes.

    Same operations in the same precision as the official loader (sam2.utils.misc): divided in
    float64, rounded to float32, then normalised in float32; so the result is equal to the bit.
    """
    values = np.tile((np.arange(256) / 255.0).astype(np.float32), (3, 1))
    values -= np.array(MEAN, np.float32)[:, None]
    values /= np.array(STD, np.float32)[:, None]
    return values


_TABLE = _value_table()


def preprocess(frame: Image, size: int) -> torch.Tensor:
    """(H, W, 3) uint8 RGB -> (3, size, size) float32, as the official JPEG loader does it.

    Scaled with Pillow's bicubic filter without keeping the aspect, then normalised.
    """
    scaled = np.asarray(PillowImage.fromarray(frame).resize((size, size)))
    return torch.from_numpy(np.stack([_TABLE[c].take(scaled[..., c]) for c in range(3)]))


class FeatureCache:
    """Encoder features by frame, least recently used out first.

    Stands in for the ``cached_features`` of the official inference state, which asks it by
    :meth:`get`; the answer is always there, so the official code never touches its ``images``.
    Every object, run and click shares it.

    Attributes:
        encoded: how many frames went through the encoder so far.
    """

    def __init__(
        self,
        read: Callable[[int], torch.Tensor],
        encode: Callable[..., dict[str, Any]],
        max_bytes: int = DEFAULT_CACHE_BYTES,
        *,
        disk: DiskFeatures | None = None,
        positions: Callable[[Levels], Levels] | None = None,
        device: torch.device | str = "cpu",
    ) -> None:
        """Make an empty cache.

        Args:
            read: frame number -> preprocessed (3, S, S) float32 on the encoder's device.
            encode: an :class:`Encoder`; the official ``forward_image`` will do where nothing is
                prepared.
            max_bytes: bound on what is kept; the newest frame is kept in any case.
            disk: where frames are written as soon as they are encoded, and looked for first.
            positions: makes the positions of levels that came from ``disk``; needed with it.
            device: where features are used.
        """
        self._read = read
        self._encode = encode
        self._max_bytes = max_bytes
        self._disk = disk
        self._make_positions = positions
        self._device = device
        self._levels: OrderedDict[int, Levels] = OrderedDict()
        self._positions: Levels | None = None
        self._bytes = 0
        self.encoded = 0

    def get(self, frame: int, _default: object = None) -> tuple[torch.Tensor, dict[str, Any]]:
        """(a placeholder for the picture, features and positions by level) of one frame.

        Raises:
            SourceError: the frame could not be decoded.
        """
        levels = self._levels.get(frame)
        if levels is None:
            levels = self._add(frame, None)
        self._levels.move_to_end(frame)
        assert self._positions is not None
        # The official code only expands the picture to the batch and hands it back.
        placeholder = levels[-1].new_zeros(1, 1, 1, 1)
        # A list of its own each time: the official code may put other tensors into it.
        return placeholder, {"backbone_fpn": list(levels), "vision_pos_enc": list(self._positions)}

    def prepare(self, frame: int, preempted: Stop) -> bool:
        """Have the features of a frame ready, unless a click waits for the engine; True when
        they are.

        ``preempted`` is asked before the frame is read and between the encoder's blocks; when it
        turns True nothing of this frame is kept.

        Raises:
            SourceError: the frame could not be decoded.
        """
        if frame in self._levels:
            return True
        if preempted():
            return False
        try:
            self._add(frame, preempted)
        except PreemptedError:
            return False
        return True

    def _add(self, frame: int, stop: Stop | None) -> Levels:
        levels = self._from_disk(frame) or self._compute(frame, stop)
        self._levels[frame] = levels
        self._bytes += _size(levels)
        while self._bytes > self._max_bytes and len(self._levels) > 1:
            _, oldest = self._levels.popitem(last=False)
            self._bytes -= _size(oldest)
        return levels

    def _from_disk(self, frame: int) -> Levels | None:
        if self._disk is None or self._make_positions is None:
            return None
        levels = self._disk.load(frame, self._device)
        if levels is not None:
            self._positions = self._positions or self._make_positions(levels)
        return levels

    def _compute(self, frame: int, stop: Stop | None) -> Levels:
        picture = self._read(frame).unsqueeze(0)
        output = self._encode(picture) if stop is None else self._encode(picture, stop)
        levels: Levels = output["backbone_fpn"]
        # Positions depend on the size alone; kept with each frame they would be 5x its features.
        self._positions = self._positions or output["vision_pos_enc"]
        self.encoded += 1
        if self._disk is not None:
            self._disk.store(frame, levels)
        return levels

    @property
    def bytes_held(self) -> int:
        """Bytes of the features kept in memory now."""
        return self._bytes

    def clear(self) -> None:
        """Forget every frame in memory."""
        self._levels.clear()
        self._bytes = 0

    def close(self) -> None:
        """Forget every frame, on disk too unless they are to be kept there."""
        self.clear()
        if self._disk is not None:
            self._disk.close()
            self._disk = None


def _size(tensors: Levels) -> int:
    return sum(t.nbytes for t in tensors)
